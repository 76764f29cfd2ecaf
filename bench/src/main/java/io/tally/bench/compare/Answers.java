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
record Answers(long count, double seconds, double p50Ms, double p99Ms, int dropped) {
  /** The same where each answer stands for several. */
  Answers times(final int each) {
    return new Answers(count * each, seconds, p50Ms, p99Ms, dropped * each);
  }

  /** What two generators saw that ran at the same time; of their percentiles the worse. */
  Answers and(final Answers other) {
    return new Answers(
        count + other.count,
        Math.max(seconds, other.seconds),
        Math.max(p50Ms, other.p50Ms),
        Math.max(p99Ms, other.p99Ms),
        dropped + other.dropped);
  }
}
