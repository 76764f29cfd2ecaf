/**
 * HTTP/1.1 on the {@link io.tally.edge edge}: reads requests strictly, finds their {@link
 * io.tally.http.Endpoint} in a table, and writes answers and problem documents; the metrics port.
 * Knows no service: each brings its rows.
 *
 * <p>Threads: what belongs to a connection is used by its event loop alone; only {@link
 * io.tally.http.internal.HttpCounters} may be read elsewhere. Metrics are rendered on one thread of
 * their own.
 *
 * <p>Buffers: what is read stays with {@code RequestDecoder} until it is decoded; id, key and
 * members are copied out of it before the call that hands the request on.
 *
 * <p>API, which later versions keep: {@link Endpoint}, {@link Request}, {@link HttpExchange},
 * {@link AnswerShape}, {@link Answer}, {@link EntityEvents}, {@link EntityStream}, {@link PathId},
 * {@link Parameter}, {@link IntegerParameter}, {@link FlagParameter}, {@link TextParameter}, {@link
 * WordParameter}, {@link ItemList}, {@link Precondition}, {@link RateLimit}, {@link Refusal},
 * {@link ProblemType}, {@link EventStream}, {@link Events}, {@link EventWriter}, {@link
 * Documentation}, {@link Example}, {@link HtmlDocument}, {@link HttpSettings}.
 */
package io.tally.http;
