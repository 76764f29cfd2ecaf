package io.tally.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Open-loop latency at a quarter, a half and three quarters of what a contestant can do, and bare
 * Netty's at the same rates beside it.
 */
final class Latency {
  private static final int[] PERCENTS = {25, 50, 75};
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
  private static final List<String> LABELS = List.of("p50", "p90", "p99", "p99.9", "p99.99");
  private static final int P99 = 2;

  /** At least and aim of the ratio to bare Netty's p99 at half the capacity. */
  private static final Map<Contestant, String> MARKS =
      Map.of(Contestant.ONE_NODE, "2 | 1.3", Contestant.NATS, "4 | 2.5");

  private static final int CONNECTIONS = 64;
  private static final double NANOS_PER_MS = 1e6;

  /** A rate of a contestant, and who is measured at it. */
  private record Run(Contestant of, int percent, Contestant measured) {}

  private final Site site;
  private final Options options;
  private final Map<Contestant, Double> capacity = new LinkedHashMap<>();
  private final Map<Run, List<double[]>> rounds = new LinkedHashMap<>();
  private final Set<Run> missed = new HashSet<>();

  Latency(final Site site, final Options options) {
    this.site = site;
    this.options = options;
  }

  /** Returns whether every run reached its rate. */
  boolean run(final List<Server> servers) throws IOException, InterruptedException {
    measureCapacity(servers);
    for (final Server server : servers) {
      // At the rate that counts: what a busy server runs through is not what an idle one does.
      final int half = (int) (capacity.get(server.contestant) / 2);
      SteadyRate.run(server, Ids.MANY, CONNECTIONS, half, options.warmupSeconds);
    }
    for (int round = 1; round <= options.rounds; round++) {
      for (final int percent : PERCENTS) {
        for (final Server server : servers) {
          for (final Server measured : servers) {
            if (measured == server || measured.contestant == Contestant.BARE_NETTY) {
              measure(server.contestant, percent, measured);
            }
          }
        }
      }
    }
    report();
    return missed.isEmpty();
  }

  private void measureCapacity(final List<Server> servers)
      throws IOException, InterruptedException {
    final Throughput throughput = new Throughput(site, options);
    for (final Server server : servers) {
      throughput.measure(server, Work.MANY_64, options.warmupSeconds);
    }
    final Map<Contestant, List<Double>> rates = new LinkedHashMap<>();
    for (int round = 0; round < options.rounds; round++) {
      for (final Server server : servers) {
        rates
            .computeIfAbsent(server.contestant, c -> new ArrayList<>())
            .add(throughput.measure(server, Work.MANY_64, options.seconds).perSecond());
      }
    }
    rates.forEach(
        (contestant, values) ->
            capacity.put(
                contestant,
                Results.median(values.stream().mapToDouble(Double::doubleValue).toArray())));
    capacity.forEach(
        (contestant, rate) ->
            System.out.printf("capacity of %s: %,.0f/s%n", contestant.title, rate));
  }

  private void measure(final Contestant of, final int percent, final Server server)
      throws IOException, InterruptedException {
    final int rate = (int) (capacity.get(of) * percent / 100);
    final long before = server.counts() ? Counters.settledSum(server, Ids.MANY) : 0;
    final SteadyRate measured =
        SteadyRate.run(server, Ids.MANY, CONNECTIONS, rate, options.seconds);
    final long expected = measured.latency().getTotalCount();
    if (server.counts() && Counters.settledSum(server, Ids.MANY) - before != expected) {
      throw new IOException(server.contestant.title + " did not count " + expected + " answers");
    }
    final double[] values = new double[PERCENTILES.length + 1];
    for (int i = 0; i < PERCENTILES.length; i++) {
      values[i] = measured.latency().getValueAtPercentile(PERCENTILES[i]) / NANOS_PER_MS;
    }
    values[PERCENTILES.length] =
        measured.lateness().getValueAtPercentile(PERCENTILES[P99]) / NANOS_PER_MS;
    final Run run = new Run(of, percent, server.contestant);
    rounds.computeIfAbsent(run, r -> new ArrayList<>()).add(values);
    if (!measured.reached()) {
      missed.add(run);
    }
    System.out.printf(
        "%-10s at %,d/s (%d %% of %s): p50 %.3f ms, p99 %.3f ms%s%n",
        server.contestant.key,
        rate,
        percent,
        of.key,
        values[0],
        values[P99],
        measured.reached() ? "" : " FAILED: rate not reached");
  }

  private double[] medians(final Run run) {
    final List<double[]> all = rounds.get(run);
    final double[] result = new double[PERCENTILES.length + 1];
    for (int i = 0; i < result.length; i++) {
      final int column = i;
      result[i] = Results.median(all.stream().mapToDouble(values -> values[column]).toArray());
    }
    return result;
  }

  private void report() throws IOException {
    final StringBuilder text = new StringBuilder();
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Open loop, %d connections, 10,000 counters, medians of %d rounds of %d s. Each request is timed from"
                + " when it was to be sent; ratios are medians of each round's own. \"Late\" is the generator's own share at p99. Every run's counters added up.%n%n",
            CONNECTIONS,
            options.rounds,
            options.seconds));
    text.append(
        "| rate | server | "
            + String.join(" | ", LABELS)
            + " | late | p99 ÷ bare Netty |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
    final StringBuilder targets = new StringBuilder();
    final List<LineChart.Series> half = new ArrayList<>();
    for (final Run run : rounds.keySet()) {
      row(text, run);
      if (run.percent == 50 && run.of == run.measured) {
        target(targets, run);
        half.add(
            new LineChart.Series(
                run.measured.title,
                run.measured.ordinal(),
                java.util.Arrays.copyOf(medians(run), PERCENTILES.length)));
      }
    }
    if (!targets.isEmpty()) {
      text.append(
          "\n| p99 at half of its capacity ÷ bare Netty's at that rate | measured | at least | aim |\n");
      text.append("|---|--:|--:|--:|\n").append(targets);
    }
    if (!half.isEmpty()) {
      new LineChart(
              "Latency at half of each server's capacity",
              "open loop, from the planned time of each request",
              LABELS)
          .write(options.charts().resolve("latency.svg"), half);
      text.append("\n![Latency](charts/latency.svg)\n");
    }
    new Report(options.out).section("latency", text.toString());
  }

  private void target(final StringBuilder text, final Run run) {
    final String marks = MARKS.get(run.of);
    if (marks != null && rounds.containsKey(base(run))) {
      text.append("| %s | %s | %s |%n".formatted(run.of.title, ratio(run), marks));
    }
  }

  private static Run base(final Run run) {
    return new Run(run.of, run.percent, Contestant.BARE_NETTY);
  }

  private double[] p99(final Run run) {
    return rounds.get(run).stream().mapToDouble(values -> values[P99]).toArray();
  }

  /** p99 beside bare Netty's at the same rate; empty where that was not measured. */
  private String ratio(final Run run) {
    final Run base = base(run);
    if (missed.contains(run) || missed.contains(base)) {
      return "rate not reached";
    }
    return rounds.containsKey(base)
        ? String.format(Locale.ROOT, "%.2f", Results.medianRatio(p99(run), p99(base)))
        : "";
  }

  private void row(final StringBuilder text, final Run run) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %,.0f/s, %d %% of %s | %s |",
            capacity.get(run.of) * run.percent / 100,
            run.percent,
            run.of.title,
            run.measured.title));
    for (final double value : medians(run)) {
      text.append(String.format(Locale.ROOT, " %.3f |", value));
    }
    text.append(' ').append(ratio(run)).append(" |\n");
  }
}
