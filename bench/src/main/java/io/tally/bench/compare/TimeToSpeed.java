package io.tally.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How soon a process that has just become ready answers as fast as it ever will: requests in each
 * second after ready, beside the median of the last seconds.
 */
final class TimeToSpeed {
  private static final double AT_SPEED = 0.8;
  private static final int STEADY_SECONDS = 5;

  /**
   * Who is measured.
   *
   * @param seconds of load.
   * @param target seconds after ready from which it is to be at speed.
   */
  private record Course(int seconds, int target) {}

  private static final Map<Contestant, Course> COURSES = new LinkedHashMap<>();

  static {
    COURSES.put(Contestant.ONE_NODE, new Course(20, 3));
    COURSES.put(Contestant.THREE, new Course(35, 8));
  }

  private final Site site;
  private final Options options;
  private final Map<Contestant, List<long[]>> rounds = new LinkedHashMap<>();

  TimeToSpeed(final Site site, final Options options) {
    this.site = site;
    this.options = options;
  }

  String run() throws IOException, InterruptedException {
    for (int round = 0; round < options.rounds; round++) {
      for (final Map.Entry<Contestant, Course> entry : COURSES.entrySet()) {
        final Contestant contestant = entry.getKey();
        if (contestant.isInstalled() && options.includes(contestant, Work.MANY_256)) {
          rounds
              .computeIfAbsent(contestant, c -> new ArrayList<>())
              .add(measure(contestant, entry.getValue()));
        }
      }
    }
    return report();
  }

  private long[] measure(final Contestant contestant, final Course course)
      throws IOException, InterruptedException {
    try (Server server = contestant.start(site)) {
      final long readyNs = System.nanoTime();
      final long[] counts = Wrk.eachSecond(site, server, Work.MANY_256, readyNs, course.seconds());
      final long sum = Counters.settledSum(server, Ids.MANY);
      final long seen = Arrays.stream(counts).sum();
      // What is sent after the last whole second is counted by the server alone.
      if (sum < seen - Work.MANY_256.connections) {
        throw new IOException("%s counted %d of %d".formatted(contestant.title, sum, seen));
      }
      System.out.printf(
          "%s, thousands in each second after ready: %s%n",
          contestant.title, thousands(Arrays.stream(counts).asDoubleStream().toArray()));
      return counts;
    }
  }

  private String report() throws IOException {
    final StringBuilder text = new StringBuilder();
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Requests in each second after ready, %s, medians of %d starts; steady is the median of the last %d"
                + " seconds.%n%n",
            Work.MANY_256.title,
            options.rounds,
            STEADY_SECONDS));
    text.append(
        "| server | thousands in each second | steady/s | ÷ steady at the target | target | at speed after |\n"
            + "|---|---|--:|--:|--:|--:|\n");
    rounds.forEach((contestant, counts) -> row(text, contestant, counts));
    return text.toString();
  }

  private void row(
      final StringBuilder text, final Contestant contestant, final List<long[]> counts) {
    final int target = COURSES.get(contestant).target();
    final double[] medians =
        IntStream.range(0, counts.get(0).length)
            .mapToDouble(
                second -> Results.median(counts.stream().mapToDouble(c -> c[second]).toArray()))
            .toArray();
    final double atTarget =
        Results.median(counts.stream().mapToDouble(c -> c[target] / steady(c)).toArray());
    final double after =
        Results.median(counts.stream().mapToDouble(TimeToSpeed::secondsToSpeed).toArray());
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %,.0f | %.2f | %.1f after %d s | %.0f s |%n",
            contestant.title,
            thousands(Arrays.copyOf(medians, 2 * target)),
            Results.median(counts.stream().mapToDouble(TimeToSpeed::steady).toArray()),
            atTarget,
            AT_SPEED,
            target,
            after));
  }

  static double steady(final long[] counts) {
    return Results.median(
        Arrays.stream(counts, counts.length - STEADY_SECONDS, counts.length)
            .asDoubleStream()
            .toArray());
  }

  /** Whole seconds before the first that is at speed. */
  static int secondsToSpeed(final long[] counts) {
    final double steady = steady(counts);
    int second = 0;
    while (counts[second] < AT_SPEED * steady) {
      second++;
    }
    return second;
  }

  private static String thousands(final double... counts) {
    return Arrays.stream(counts)
        .mapToObj(count -> String.format(Locale.ROOT, "%.0f", count / 1e3))
        .collect(Collectors.joining(" "));
  }
}
