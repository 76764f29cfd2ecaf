package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FamilyTest {
  @Test
  void shouldAddUpTheBucketsOfAHistogram() {
    final long[] counts = {2, 0, 3};
    final List<Sample> samples =
        Family.histogram("h", "Help.", "node")
            .addHistogram(
                3, i -> i == 2 ? Double.POSITIVE_INFINITY : i + 1, i -> counts[i], 7.5, "a")
            .samples()
            .samples;
    assertEquals(2, value(samples, "h_bucket", "1.0"));
    assertEquals(2, value(samples, "h_bucket", "2.0"));
    assertEquals(5, value(samples, "h_bucket", "+Inf"));
    assertEquals(5, value(samples, "h_count", null));
    assertEquals(7.5, value(samples, "h_sum", null));
  }

  private static double value(final List<Sample> samples, final String name, final String bound) {
    return samples.stream()
        .filter(s -> s.name.equals(name) && (bound == null || s.labelValues.contains(bound)))
        .findFirst()
        .orElseThrow()
        .value;
  }
}
