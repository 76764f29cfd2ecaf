package io.tally.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;

/**
 * Runs a contest: each entry in turn, round after round, and what can be said of the ratios of the
 * runs of a round.
 */
final class Turns {
  /**
   * One run of one entry.
   *
   * @param events that each watcher saw in a second; 0 without watchers.
   */
  private record Run(double perSecond, double cpuMicros, double events) {}

  private final Site site;
  private final Options options;
  private final Contest contest;
  private final Map<Contest.Entry, List<Run>> runs = new LinkedHashMap<>();

  Turns(final Site site, final Options options, final Contest contest) throws IOException {
    this.site = site;
    this.options = options;
    this.contest = contest;
    if (options.pairs < MedianInterval.LEAST_COUNT || options.restartEvery < 1) {
      throw new IOException("at least " + MedianInterval.LEAST_COUNT + " pairs are needed");
    }
    for (final Contest.Entry entry : contest.entries()) {
      if (entry.contestant().isInstalled()) {
        runs.put(entry, new ArrayList<>());
      } else {
        System.out.println("left out, not installed: " + entry.title());
      }
    }
  }

  void run() throws IOException, InterruptedException {
    for (int done = 0; done < options.pairs; done += options.restartEvery) {
      block(done, Math.min(options.pairs, done + options.restartEvery));
    }
    report();
  }

  private void block(final int from, final int to) throws IOException, InterruptedException {
    final Map<Contestant, Server> servers = new EnumMap<>(Contestant.class);
    try {
      for (final Contest.Entry entry : runs.keySet()) {
        if (!servers.containsKey(entry.contestant())) {
          servers.put(entry.contestant(), entry.contestant().start(site));
        }
      }
      for (final Contest.Entry entry : runs.keySet()) {
        System.out.println("warming " + entry.title());
        measure(servers.get(entry.contestant()), entry, options.warmupSeconds);
      }
      for (int number = from; number < to; number++) {
        final List<Contest.Entry> order = new ArrayList<>(runs.keySet());
        Collections.rotate(order, number);
        for (final Contest.Entry entry : order) {
          final Run run = measure(servers.get(entry.contestant()), entry, options.seconds);
          runs.get(entry).add(run);
          System.out.printf(
              Locale.ROOT,
              "round %2d  %-30s %,10.0f/s %6.2f us CPU%n",
              number + 1,
              entry.title(),
              run.perSecond(),
              run.cpuMicros());
        }
      }
    } finally {
      CloseHelper.closeAll(servers.values());
    }
  }

  private Run measure(final Server server, final Contest.Entry entry, final int seconds)
      throws IOException, InterruptedException {
    final Throughput throughput = new Throughput(site, options);
    final Ids ids = entry.work().ids(server);
    if (entry.watchers() == 0) {
      final Sample sample = throughput.measure(server, entry.work(), seconds);
      return new Run(sample.perSecond(), sample.cpuMicros(), 0);
    }
    try (Watchers watchers = Watchers.open(server, ids.id(0), entry.watchers())) {
      watchers.await(Counters.settledSum(server, ids));
      final long before = watchers.events();
      final Sample sample = throughput.measure(server, entry.work(), seconds);
      watchers.await(Counters.settledSum(server, ids));
      return new Run(
          sample.perSecond(),
          sample.cpuMicros(),
          (double) (watchers.events() - before) / entry.watchers() / seconds);
    }
  }

  private void report() throws IOException {
    final StringBuilder text = new StringBuilder();
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append(contest.about()).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Medians of %d rounds of %d s, in which the rows take turns; servers are started anew and warmed every %d"
                + " rounds. Ratios are medians of each round's own. Every run's counters added up to its answers.%n",
            options.pairs,
            options.seconds,
            options.restartEvery));
    for (final Contest.Entry entry : runs.keySet()) {
      if (entry.watchers() > 0) {
        text.append(
            String.format(
                Locale.ROOT,
                "Each of those who watch saw the value grow, %.1f times a second (median), and at last what all had"
                    + " added.%n",
                Results.median(values(entry, Run::events))));
      }
    }
    text.append(
        "\n| | increments/s | lowest..highest | CPU µs an increment | lowest..highest |\n|---|--:|--:|--:|--:|\n");
    runs.keySet().forEach(entry -> row(text, entry));
    text.append("\n| | median | 95 % interval | at least | aim | |\n|---|--:|--:|--:|--:|---|\n");
    contest.goals().stream()
        .filter(goal -> runs.containsKey(goal.upper()))
        .filter(goal -> goal.lower() == null || runs.containsKey(goal.lower()))
        .forEach(goal -> row(text, goal));
    text.append("\n![%s](charts/%s.svg)\n".formatted(contest.title(), contest.key()));
    chart();
    new Report(options.out).section(contest.key(), text.toString());
  }

  private void row(final StringBuilder text, final Contest.Entry entry) {
    final double[] rates = values(entry, Run::perSecond);
    final double[] cpu = values(entry, Run::cpuMicros);
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %,.0f | %,.0f..%,.0f | %.2f | %.2f..%.2f |%n",
            entry.title(),
            Results.median(rates),
            Arrays.stream(rates).min().orElseThrow(),
            Arrays.stream(rates).max().orElseThrow(),
            Results.median(cpu),
            Arrays.stream(cpu).min().orElseThrow(),
            Arrays.stream(cpu).max().orElseThrow()));
  }

  private void row(final StringBuilder text, final Contest.Goal goal) {
    final double[] upper = values(goal.upper(), Run::perSecond);
    final double[] lower = goal.lower() == null ? null : values(goal.lower(), Run::perSecond);
    final MedianInterval found =
        MedianInterval.of(
            IntStream.range(0, upper.length)
                .mapToDouble(i -> lower == null ? upper[i] : upper[i] / lower[i])
                .toArray());
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s..%s | %s | %s | %s |%n",
            goal.title(),
            figure(found.median()),
            figure(found.low()),
            figure(found.high()),
            mark(goal.atLeast()),
            mark(goal.aim()),
            goal.verdict(found.median())));
  }

  private void chart() throws IOException {
    final List<BarChart.Bar> bars = new ArrayList<>();
    for (final Contest.Entry entry : runs.keySet()) {
      final double rate = Results.median(values(entry, Run::perSecond));
      bars.add(new BarChart.Bar(entry.title(), bars.size() + 1, rate));
    }
    new BarChart(contest.title(), "median of the rounds; more is better", "%,.0f")
        .write(
            options.charts().resolve(contest.key() + ".svg"),
            List.of(new BarChart.Group("", bars)));
  }

  private double[] values(final Contest.Entry entry, final ToDoubleFunction<Run> value) {
    return runs.get(entry).stream().mapToDouble(value).toArray();
  }

  private static String mark(final double value) {
    return value == 0 ? "" : figure(value);
  }

  /** Rates are large, ratios are small. */
  private static String figure(final double value) {
    return String.format(Locale.ROOT, value >= 1_000 ? "%,.0f" : "%.3f", value);
  }
}
