package io.tally.launcher;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.Collector.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;

/** One metric and its samples, put together at scrape time. */
final class Family {
  private final Type type;
  private final String name;
  private final String help;
  private final List<String> labels;
  private final List<Sample> samples = new ArrayList<>();

  private Family(final Type type, final String name, final String help, final String... labels) {
    this.type = type;
    this.name = name;
    this.help = help;
    this.labels = List.of(labels);
  }

  /** The name is given without its suffix {@code _total}. */
  static Family counter(final String name, final String help, final String... labels) {
    return new Family(Type.COUNTER, name, help, labels);
  }

  static Family gauge(final String name, final String help, final String... labels) {
    return new Family(Type.GAUGE, name, help, labels);
  }

  static Family histogram(final String name, final String help, final String... labels) {
    return new Family(Type.HISTOGRAM, name, help, labels);
  }

  static Family summary(final String name, final String help, final String... labels) {
    return new Family(Type.SUMMARY, name, help, labels);
  }

  /**
   * Adds one summary without quantiles: the mean over any time is the rate of the sum divided by
   * the rate of the count.
   */
  Family addSummary(final long count, final double sum, final String... labelValues) {
    samples.add(new Sample(name + "_count", labels, List.of(labelValues), count));
    samples.add(new Sample(name + "_sum", labels, List.of(labelValues), sum));
    return this;
  }

  Family add(final double value, final String... labelValues) {
    final String sampleName = type == Type.COUNTER ? name + "_total" : name;
    samples.add(new Sample(sampleName, labels, List.of(labelValues), value));
    return this;
  }

  /** Adds one histogram; counts are not cumulative, and the last bucket has no upper bound. */
  Family addHistogram(
      final int bucketCount,
      final IntToDoubleFunction upperBound,
      final IntToLongFunction count,
      final double sum,
      final String... labelValues) {
    final List<String> bucketLabels = new ArrayList<>(labels);
    bucketLabels.add("le");
    long cumulative = 0;
    for (int bucket = 0; bucket < bucketCount; bucket++) {
      cumulative += count.applyAsLong(bucket);
      final List<String> values = new ArrayList<>(List.of(labelValues));
      values.add(
          Collector.doubleToGoString(
              bucket == bucketCount - 1
                  ? Double.POSITIVE_INFINITY
                  : upperBound.applyAsDouble(bucket)));
      samples.add(new Sample(name + "_bucket", bucketLabels, values, cumulative));
    }
    samples.add(new Sample(name + "_count", labels, List.of(labelValues), cumulative));
    samples.add(new Sample(name + "_sum", labels, List.of(labelValues), sum));
    return this;
  }

  MetricFamilySamples samples() {
    return new MetricFamilySamples(name, type, help, samples);
  }
}
