package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.internal.LatencyHistogram;
import org.junit.jupiter.api.Test;

/** Quantiles of what a histogram of fixed buckets has counted. */
class ClusterSamplesTest {
  private static long[] buckets() {
    return new long[LatencyHistogram.bucketCount() + 1];
  }

  @Test
  void shouldFindQuantilesWithinBuckets() {
    final long[] buckets = buckets();
    // 25 to 50, and 100 to 250 microseconds.
    buckets[5] = 50;
    buckets[7] = 50;
    assertEquals(50, ClusterSamples.quantileUs(buckets, 50));
    assertEquals(247, ClusterSamples.quantileUs(buckets, 99));
    assertEquals(30, ClusterSamples.quantileUs(buckets, 10));
  }

  @Test
  void shouldShowTheFirstAndTheLastBucketByTheirBounds() {
    final long[] first = buckets();
    first[0] = 10;
    assertEquals(1, ClusterSamples.quantileUs(first, 50));
    final long[] last = buckets();
    last[LatencyHistogram.bucketCount()] = 3;
    assertEquals(10_000_000, ClusterSamples.quantileUs(last, 99));
  }
}
