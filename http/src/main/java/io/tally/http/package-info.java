/**
 * The HTTP edge: event loops, connections, responses and the metrics port. No protocol state: every
 * request lives in its {@link io.tally.engine.Ingress}, and here only as the place of its response
 * in its connection's order.
 *
 * <p>Threads: everything of a connection belongs to the thread of its event loop, which also steps
 * the agents given to it; only {@link io.tally.http.HttpCounters} may be read elsewhere. Metrics
 * are rendered on one thread of their own.
 *
 * <p>Buffers: what is read stays with {@code RequestDecoder} until it is decoded; id, key and
 * amount are copied out of it before the call that hands the request on. A connection owns its
 * output buffer from the first response of a step until the flush at the step's end gives it to the
 * channel. A reply's bytes are valid only during {@code onReply}.
 */
package io.tally.http;
