/**
 * How the counters are reached over HTTP: one row for each operation.
 *
 * <p>API, which later versions keep: {@link CounterEndpoints}.
 */
package io.tally.counter.http;
