/**
 * HTTP/1.1 on the {@link io.tally.edge edge}: reads requests strictly, finds their {@link
 * io.tally.http.Endpoint} in a table, and writes answers and problem documents; the metrics port.
 * Knows no service: each brings its rows.
 *
 * <p>Threads: what belongs to a connection is used by its event loop alone; only {@link
 * io.tally.http.HttpCounters} may be read elsewhere. Metrics are rendered on one thread of their
 * own.
 *
 * <p>Buffers: what is read stays with {@code RequestDecoder} until it is decoded; id, key and
 * members are copied out of it before the call that hands the request on.
 */
package io.tally.http;
