package io.tally.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;

/** Tables and charts of a throughput run. */
final class ThroughputReport {
  private final Results results;
  private final Options options;

  ThroughputReport(final Results results, final Options options) {
    this.results = results;
    this.options = options;
  }

  void write() throws IOException {
    new BarChart("Answers a second", "median of the rounds; more is better", "%,.0f")
        .write(options.charts().resolve("throughput.svg"), groups(results::perSecond));
    new BarChart(
            "Server CPU a request, microseconds",
            "user and system time of all processes of the server; less is better",
            "%.1f")
        .write(options.charts().resolve("cpu.svg"), groups(results::cpuMicros));
    final StringBuilder text = new StringBuilder();
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Medians of %d rounds of %d s; ratios are medians of each round's own. Every run's counters"
                + " added up to its answers.%n%n",
            options.rounds,
            options.seconds));
    table(text);
    targets(text);
    text.append(
        "\nredis-benchmark is another generator and speaks another protocol: a scale, not a contestant.\n"
            + "\n![Answers a second](charts/throughput.svg)\n![CPU a request](charts/cpu.svg)\n");
    new Report(options.out).section("throughput", text.toString());
  }

  private void table(final StringBuilder text) {
    text.append(
        "| work | server | answers/s | lowest..highest | ÷ bare Netty | CPU µs | ÷ bare Netty | p50 ms | p99 ms |\n"
            + "|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for (final Work work : results.works()) {
      for (final Contestant contestant : results.contestants()) {
        if (results.has(work, contestant)) {
          row(text, work, contestant);
        }
      }
    }
  }

  private void row(final StringBuilder text, final Work work, final Contestant contestant) {
    final double rate = results.perSecond(work, contestant);
    final double cpu = results.cpuMicros(work, contestant);
    final double[] range = results.range(work, contestant);
    final boolean hasBase = results.has(work, Contestant.BARE_NETTY);
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %,.0f | %,.0f..%,.0f | %s | %.2f | %s | %s | %s |%n",
            work.title,
            contestant.title,
            rate,
            range[0],
            range[1],
            hasBase ? ratio(results.perSecondRatio(work, contestant, Contestant.BARE_NETTY)) : "",
            cpu,
            hasBase ? ratio(results.cpuRatio(work, contestant, Contestant.BARE_NETTY)) : "",
            time(results.p50Ms(work, contestant)),
            time(results.p99Ms(work, contestant))));
  }

  private void targets(final StringBuilder text) {
    final List<Target> measured =
        Target.ALL.stream().filter(target -> target.isMeasured(results)).toList();
    if (measured.isEmpty()) {
      return;
    }
    text.append("\n| ratio | work | measured | at least | aim | |\n|---|---|--:|--:|--:|---|\n");
    for (final Target target : measured) {
      final double ratio = target.ratio(results);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s ÷ %s, %s | %s | %.2f | %.2f | %.2f | %s |%n",
              target.contestant().title,
              target.base().title,
              target.measure(),
              target.work().title,
              ratio,
              target.atLeast(),
              target.aim(),
              target.verdict(ratio)));
    }
    if (results.has(Work.MANY_256, Contestant.NGINX)
        && results.has(Work.MANY_256, Contestant.BARE_NETTY)) {
      final double ratio =
          results.perSecondRatio(Work.MANY_256, Contestant.BARE_NETTY, Contestant.NGINX);
      text.append(
          String.format(
              Locale.ROOT,
              "%nBare Netty does %.2f of what nginx does: %s.%n",
              ratio,
              Math.abs(ratio - 1) <= 0.1
                  ? "within 10 %, so it is the limit"
                  : "more than 10 % apart, so this run's baseline is not to be trusted"));
    }
  }

  private List<BarChart.Group> groups(final ToDoubleBiFunction<Work, Contestant> value) {
    final List<BarChart.Group> groups = new ArrayList<>();
    for (final Work work : results.works()) {
      final List<BarChart.Bar> bars = new ArrayList<>();
      for (final Contestant contestant : results.contestants()) {
        if (results.has(work, contestant)) {
          bars.add(
              new BarChart.Bar(
                  contestant.title, contestant.ordinal(), value.applyAsDouble(work, contestant)));
        }
      }
      groups.add(new BarChart.Group(work.title, bars));
    }
    return groups;
  }

  // The generator says 0 where it does not know.
  private static String time(final double ms) {
    return ms == 0 ? "" : ratio(ms);
  }

  private static String ratio(final double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
