package io.tally.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * More load than a server can do, from clients that ask for much, with one beside them that asks
 * once at a time: what is still answered in time, who is refused, what it costs in memory, and how
 * soon all is as before.
 */
final class Overload {
  private static final int CONNECTIONS_PER_LOOP = 200;
  private static final int DEPTH = 64;
  private static final long TURN_NS = 200_000;
  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int FIRST_RATE = 40_000;
  private static final double STEP = 1.4;
  private static final double PAST_THE_PEAK = 0.8;
  private static final double HOPELESS = 0.6;
  private static final int CALM_SECONDS = 5;
  private static final int WATCH_MS = 100;

  /** How many times its capacity a server is offered. */
  private static final int[] TIMES = {2, 5};

  private final Site site;
  private final Options options;
  private final List<OverloadReport> reports = new ArrayList<>();

  Overload(final Site site, final Options options) {
    this.site = site;
    this.options = options;
  }

  String run() throws IOException, InterruptedException {
    for (final Contestant contestant : Contestant.values()) {
      if (Contestant.isTally(contestant)
          && contestant.isInstalled()
          && options.includes(contestant)) {
        try (Server server = contestant.start(site)) {
          measure(server);
        }
      }
    }
    final StringBuilder text = new StringBuilder();
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    OverloadReport.write(text, connections(), DEPTH, reports);
    return text.toString();
  }

  private void measure(final Server server) throws IOException, InterruptedException {
    new Throughput(site, options).measure(server, Work.PIPELINED, options.warmupSeconds);
    final int peak = peak(server);
    final OpenLoop.Phase calm = new OpenLoop.Phase(peak / 2, CALM_SECONDS);
    final List<OpenLoop.Phase> phases = new ArrayList<>(List.of(calm));
    for (final int times : TIMES) {
      phases.add(new OpenLoop.Phase(peak * times, options.seconds));
      phases.add(calm);
    }
    final Timeline timeline = run(server, phases);
    final OverloadReport report = new OverloadReport(server.contestant, peak, phases, timeline);
    System.out.println(report.summary());
    reports.add(report);
  }

  /** Most answers in time a second, over rates that rise until the server falls behind. */
  private int peak(final Server server) throws IOException, InterruptedException {
    double best = 0;
    double good = FIRST_RATE;
    for (double rate = FIRST_RATE; good >= PAST_THE_PEAK * best; rate *= STEP) {
      final Timeline timeline =
          run(server, List.of(new OpenLoop.Phase((int) rate, options.seconds)));
      good = (double) timeline.sum(0, options.seconds).good / options.seconds;
      best = Math.max(best, good);
      System.out.printf("%s: %,.0f/s of %,.0f/s in time%n", server.contestant.title, good, rate);
      if (good < HOPELESS * rate) {
        break;
      }
    }
    return (int) best;
  }

  private Timeline run(final Server server, final List<OpenLoop.Phase> phases)
      throws IOException, InterruptedException {
    final OpenLoop.Load load = new OpenLoop.Load(Ids.MANY, connections(), DEPTH, TURN_NS, phases);
    final Timeline timeline = new Timeline(load.seconds(), DEADLINE_NS);
    final long before = Counters.settledSum(server, Ids.MANY);
    final long modestBefore = Counters.settledSum(server, ModestClient.IDS);
    final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    final ModestClient modest = ModestClient.start(server, timeline);
    try {
      watch.scheduleWithFixedDelay(
          () -> look(server, timeline), WATCH_MS, WATCH_MS, TimeUnit.MILLISECONDS);
      OpenLoop.run(server, load, timeline);
    } finally {
      modest.close();
      watch.shutdown();
      watch.awaitTermination(DEADLINE_NS, TimeUnit.NANOSECONDS);
    }
    final Timeline.Span all = timeline.sum(0, load.seconds());
    verify(
        server,
        Ids.MANY,
        before,
        all.good + all.late,
        all.good + all.late + all.unknown + all.lost);
    verify(server, ModestClient.IDS, modestBefore, modest.served(), modest.asked());
    return timeline;
  }

  private static void look(final Server server, final Timeline timeline) {
    final Timeline.Span second = timeline.at(System.nanoTime());
    try {
      if (second != null) {
        second.residentKib = Math.max(second.residentKib, server.residentKib());
      }
    } catch (final IOException ended) {
      second.residentKib = 0;
    }
  }

  /** What was answered 200 has been counted, and nothing but what may have been. */
  private static void verify(
      final Server server, final Ids ids, final long before, final long atLeast, final long atMost)
      throws IOException {
    final long counted = Counters.settledSum(server, ids) - before;
    if (counted < atLeast || counted > atMost) {
      throw new IOException(
          "%s: %s counted %d, which is not %d to %d"
              .formatted(server.contestant.title, ids.prefix(), counted, atLeast, atMost));
    }
  }

  private int connections() {
    return CONNECTIONS_PER_LOOP * site.loops;
  }
}
