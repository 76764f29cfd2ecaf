/**
 * The edge of a process, without a protocol: event loops and the order in which they step their
 * agents, listening sockets, connections whose responses leave in the order of their requests, and
 * bounds on what clients can make the process keep and do. It knows no protocol and no service: a
 * {@link io.tally.edge.internal.Protocol} reads requests and writes responses.
 *
 * <p>Threads: everything of a connection belongs to the thread of its event loop; only {@link
 * io.tally.edge.internal.EdgeCounters} may be read elsewhere.
 *
 * <p>Buffers: what is read belongs to the connection's {@link
 * io.tally.edge.internal.RequestReader}. A connection owns its output buffer from the first
 * response of a step until the flush at the step's end gives it to the channel. A reply's bytes are
 * valid only during {@code onReply}.
 *
 * <p>No API: for the modules of Tally alone.
 */
package io.tally.edge.internal;
