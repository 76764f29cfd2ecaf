/**
 * The edge of a process, without a protocol: event loops and the order in which they step their
 * agents, listening sockets, connections whose responses leave in the order of their requests, and
 * bounds on what clients can make the process keep and do. It knows no protocol and no service: a
 * {@link io.tally.edge.Protocol} reads requests and writes responses.
 *
 * <p>Threads: everything of a connection belongs to the thread of its event loop; only {@link
 * io.tally.edge.EdgeCounters} may be read elsewhere.
 *
 * <p>Buffers: what is read belongs to the connection's {@link io.tally.edge.RequestReader}. A
 * connection owns its output buffer from the first response of a step until the flush at the step's
 * end gives it to the channel. A reply's bytes are valid only during {@code onReply}.
 *
 * <p>API, which later versions keep: {@link Exchange}, {@link EdgeSettings}.
 *
 * <p>Public for the other modules of Tally alone, and no API: {@link Completion}, {@link Cutoff},
 * {@link EdgeCounters}, {@link EdgePort}, {@link EventLoops}, {@link Intake}, {@link LoopCounters},
 * {@link Protocol}, {@link RequestReader}, {@link ResponseStream}, {@link StepOrder}.
 */
package io.tally.edge;
