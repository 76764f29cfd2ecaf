package io.tally.bench.compare;

/**
 * What a load generator saw.
 *
 * @param count answers, all of them 200.
 * @param seconds from start to end.
 * @param p50Ms median time of a request as the generator saw it, milliseconds; 0 if unknown.
 * @param p99Ms 99th percentile, milliseconds; 0 if unknown.
 * @param dropped most requests that may have been counted although the generator did not wait for
 *     their answer.
 */
record Answers(long count, double seconds, double p50Ms, double p99Ms, int dropped) {}
