package io.tally.bench.compare;

import java.util.Arrays;

/**
 * Median of a sample with an interval that holds the true median with a probability of at least 95
 * %, whatever the distribution: between the order statistics that the binomial distribution of 1/2
 * names.
 *
 * @param low end of the interval.
 * @param median of the sample.
 * @param high end of the interval.
 */
record MedianInterval(double low, double median, double high) {
  /** Fewer values have no such interval. */
  static final int LEAST_COUNT = 6;

  private static final double EACH_TAIL = 0.025;

  static MedianInterval of(final double... values) {
    if (values.length < LEAST_COUNT) {
      throw new IllegalArgumentException(values.length + " values have no 95 % interval");
    }
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    final int outside = outside(sorted.length);
    return new MedianInterval(
        sorted[outside], Results.median(sorted), sorted[sorted.length - 1 - outside]);
  }

  /** How many of the lowest, and of the highest, may be left out. */
  private static int outside(final int count) {
    double probability = Math.pow(0.5, count);
    double tail = probability;
    int outside = 0;
    while (tail <= EACH_TAIL) {
      outside++;
      probability *= (double) (count - outside + 1) / outside;
      tail += probability;
    }
    return outside - 1;
  }
}
