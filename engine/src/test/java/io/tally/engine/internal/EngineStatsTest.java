package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class EngineStatsTest {
  private final EngineStats stats = new EngineStats(List.of("A", "B"));

  @Test
  void shouldCountEachCounterAlone() {
    for (final EngineCounter counter : EngineCounter.values()) {
      for (int i = 0; i <= counter.ordinal(); i++) {
        stats.increment(counter);
      }
    }
    for (final EngineCounter counter : EngineCounter.values()) {
      assertEquals(counter.ordinal() + 1, stats.get(counter));
    }
  }

  @Test
  void shouldKeepTimesAndFailuresByTypeAndIgnoreUnknownOnes() {
    stats.record(0, 500, 1);
    stats.record(1, 2_000, 3);
    stats.record(ServiceCatalog.UNKNOWN, 1, 1);
    stats.failure(1);
    stats.failure(ServiceCatalog.UNKNOWN);
    assertEquals(1, stats.latency(0).count(0));
    assertEquals(500, stats.latency(0).sumNs());
    assertEquals(3, stats.latency(1).count(1));
    assertEquals(6_000, stats.latency(1).sumNs());
    assertEquals(0, stats.failures(0));
    assertEquals(1, stats.failures(1));
  }

  @Test
  void shouldCountEachMessageOfABatchOnce() {
    for (int batch = 0; batch < 2; batch++) {
      stats.applied(0);
      stats.applied(1);
      stats.applied(1);
      stats.recordBatch(10);
    }
    assertEquals(20, stats.latency(0).sumNs());
    assertEquals(40, stats.latency(1).sumNs());
  }

  @Test
  void shouldPutEveryDurationIntoTheBucketOfItsUpperBound() {
    final LatencyHistogram histogram = new LatencyHistogram();
    for (int bucket = 0; bucket < LatencyHistogram.bucketCount(); bucket++) {
      if (bucket > 0) {
        assertTrue(
            LatencyHistogram.upperBoundNs(bucket) > LatencyHistogram.upperBoundNs(bucket - 1));
      }
      histogram.record(LatencyHistogram.upperBoundNs(bucket), 1);
      histogram.record(LatencyHistogram.upperBoundNs(bucket) + 1, 1);
    }
    histogram.record(0, 1);
    assertEquals(2, histogram.count(0));
    for (int bucket = 1; bucket < LatencyHistogram.bucketCount(); bucket++) {
      assertEquals(2, histogram.count(bucket), "bucket " + bucket);
    }
    assertEquals(1, histogram.count(LatencyHistogram.bucketCount()));
  }
}
