package io.tally.engine;

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
  void shouldKeepTimesAndFailuresByTemplateAndIgnoreUnknownOnes() {
    stats.record(1, 500, 1);
    stats.record(2, 2_000, 3);
    stats.record(0, 1, 1);
    stats.record(3, 1, 1);
    stats.record(0xFFFF, 1, 1);
    stats.failure(2);
    stats.failure(0);
    stats.failure(3);
    assertEquals(1, stats.latency(0).count(0));
    assertEquals(500, stats.latency(0).sumNs());
    assertEquals(3, stats.latency(1).count(1));
    assertEquals(6_000, stats.latency(1).sumNs());
    assertEquals(0, stats.failures(0));
    assertEquals(1, stats.failures(1));
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
