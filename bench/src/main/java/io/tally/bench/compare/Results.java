package io.tally.bench.compare;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The samples of all rounds, and their medians. */
final class Results {
  private final Map<Work, Map<Contestant, List<Sample>>> samples = new EnumMap<>(Work.class);

  void add(final Work work, final Contestant contestant, final Sample sample) {
    samples
        .computeIfAbsent(work, w -> new EnumMap<>(Contestant.class))
        .computeIfAbsent(contestant, c -> new ArrayList<>())
        .add(sample);
  }

  boolean has(final Work work, final Contestant contestant) {
    return samples.containsKey(work) && samples.get(work).containsKey(contestant);
  }

  List<Work> works() {
    return List.copyOf(samples.keySet());
  }

  List<Contestant> contestants() {
    return java.util.Arrays.stream(Contestant.values())
        .filter(contestant -> works().stream().anyMatch(work -> has(work, contestant)))
        .toList();
  }

  double perSecond(final Work work, final Contestant contestant) {
    return median(work, contestant, Sample::perSecond);
  }

  double cpuMicros(final Work work, final Contestant contestant) {
    return median(work, contestant, Sample::cpuMicros);
  }

  double p50Ms(final Work work, final Contestant contestant) {
    return median(work, contestant, Sample::p50Ms);
  }

  double p99Ms(final Work work, final Contestant contestant) {
    return median(work, contestant, Sample::p99Ms);
  }

  double perSecondRatio(final Work work, final Contestant upper, final Contestant lower) {
    return ratio(work, upper, lower, Sample::perSecond);
  }

  double cpuRatio(final Work work, final Contestant upper, final Contestant lower) {
    return ratio(work, upper, lower, Sample::cpuMicros);
  }

  static double median(final double... values) {
    final double[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    final int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Lowest and highest of the rounds, for the spread. */
  double[] range(final Work work, final Contestant contestant) {
    final double[] values = values(work, contestant, Sample::perSecond);
    return new double[] {
      java.util.Arrays.stream(values).min().orElseThrow(),
      java.util.Arrays.stream(values).max().orElseThrow()
    };
  }

  /** Of each round by itself, since what the machine gives changes from round to round. */
  private double ratio(
      final Work work,
      final Contestant upper,
      final Contestant lower,
      final ToDoubleFunction<Sample> value) {
    return medianRatio(values(work, upper, value), values(work, lower, value));
  }

  /** Median of the rounds' ratios; both measured in the same rounds. */
  static double medianRatio(final double[] upper, final double[] lower) {
    return median(IntStream.range(0, upper.length).mapToDouble(i -> upper[i] / lower[i]).toArray());
  }

  private double median(
      final Work work, final Contestant contestant, final ToDoubleFunction<Sample> value) {
    return median(values(work, contestant, value));
  }

  private double[] values(
      final Work work, final Contestant contestant, final ToDoubleFunction<Sample> value) {
    return samples.get(work).get(contestant).stream().mapToDouble(value).toArray();
  }
}
