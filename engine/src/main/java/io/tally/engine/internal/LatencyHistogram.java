package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Histogram of durations with fixed buckets from 1 microsecond to 10 seconds. One writer; any
 * thread may read.
 */
public final class LatencyHistogram {
  private static final long[] UPPER_BOUNDS_NS = {
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000L,
    5_000_000_000L,
    10_000_000_000L
  };
  private static final int SUM_INDEX = UPPER_BOUNDS_NS.length + 1;

  private final AtomicLongArray counts = new AtomicLongArray(SUM_INDEX + 1);

  /** Creates an empty histogram. */
  public LatencyHistogram() {}

  /**
   * Number of buckets with an upper bound; one more, for everything above, follows them.
   *
   * @return the number.
   */
  public static int bucketCount() {
    return UPPER_BOUNDS_NS.length;
  }

  /**
   * Upper bound of a bucket, inclusive.
   *
   * @param bucket from 0 to {@link #bucketCount()} - 1.
   * @return nanoseconds.
   */
  public static long upperBoundNs(final int bucket) {
    return UPPER_BOUNDS_NS[bucket];
  }

  /**
   * Durations in one bucket alone.
   *
   * @param bucket from 0 to {@link #bucketCount()}.
   * @return the number.
   */
  public long count(final int bucket) {
    return counts.get(bucket);
  }

  /**
   * Sum of all durations.
   *
   * @return nanoseconds.
   */
  public long sumNs() {
    return counts.get(SUM_INDEX);
  }

  /**
   * Records durations; the one writer only.
   *
   * @param durationNs in nanoseconds.
   * @param count how many of this length.
   */
  public void record(final long durationNs, final long count) {
    int bucket = 0;
    while (bucket < UPPER_BOUNDS_NS.length && durationNs > UPPER_BOUNDS_NS[bucket]) {
      bucket++;
    }
    add(bucket, count);
    add(SUM_INDEX, durationNs * count);
  }

  private void add(final int index, final long amount) {
    counts.lazySet(index, counts.getPlain(index) + amount);
  }
}
