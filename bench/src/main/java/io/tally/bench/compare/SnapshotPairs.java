package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;

/**
 * What snapshots while serving cost: two servers with the same counters, one of which writes
 * snapshots, in turns. The one that is not measured stands still, since its snapshots would slow
 * the other.
 */
final class SnapshotPairs {
  private static final int CONNECTIONS = 64;
  private static final double AT_LEAST = 0.9;
  private static final String INTERVAL = "10s";
  private static final Pattern WRITTEN = Pattern.compile("msg=\"snapshot written\".* ms=(\\d+)");

  private record Run(double perSecond, double p99Ms, double seconds) {}

  private final Site site;
  private final Options options;
  private final Ids ids;
  private final List<Run> with = new ArrayList<>();
  private final List<Run> without = new ArrayList<>();

  SnapshotPairs(final Site site, final Options options) throws IOException {
    this.site = site;
    this.options = options;
    ids = new Ids("growing-", options.counters);
    if (options.pairs < MedianInterval.LEAST_COUNT) {
      throw new IOException("at least " + MedianInterval.LEAST_COUNT + " pairs are needed");
    }
  }

  String run() throws IOException, InterruptedException {
    final Path state = site.workDir.resolve("snapshots");
    final List<Server> servers = new ArrayList<>();
    try {
      servers.add(start());
      servers.add(start("--data-dir=" + state, "--snapshot-interval=" + INTERVAL));
      final Server plain = servers.get(0);
      final Server writing = servers.get(1);
      for (final Server server : servers) {
        Pipelined.increment(server, ids, ids.count());
        Wrk.spread(site, server, ids, CONNECTIONS, options.warmupSeconds);
        Wrk.spread(site, server, ids, CONNECTIONS, options.warmupSeconds);
        server.process().signal("STOP");
      }
      final int before = snapshotsMs(writing).size();
      for (int i = 0; i < options.pairs; i++) {
        final boolean plainFirst = i % 2 == 0;
        measure(plainFirst ? plain : writing, plainFirst ? without : with);
        measure(plainFirst ? writing : plain, plainFirst ? with : without);
        System.out.printf(
            Locale.ROOT,
            "pair %2d  %.3f%n",
            i + 1,
            with.get(i).perSecond() / without.get(i).perSecond());
      }
      final List<Long> all = snapshotsMs(writing);
      final List<Long> written = all.subList(before, all.size());
      if (written.isEmpty()) {
        throw new IOException(
            "no snapshot was written meanwhile: take more time or fewer counters");
      }
      for (final Server server : servers) {
        server.process().signal("CONT");
      }
      verify(servers);
      writing.process().stop();
      return report(written);
    } finally {
      CloseHelper.closeAll(servers);
    }
  }

  private Server start(final String... more) throws IOException {
    final List<String> command =
        new ArrayList<>(
            List.of("--node-count=1", "--max-counters=" + options.counters, Pipelined.PATIENT));
    command.addAll(List.of(more));
    return Contestant.ONE_NODE.tally(site, command.toArray(String[]::new));
  }

  private void measure(final Server server, final List<Run> runs)
      throws IOException, InterruptedException {
    server.process().signal("CONT");
    final Answers answers = Wrk.spread(site, server, ids, CONNECTIONS, options.seconds);
    server.process().signal("STOP");
    runs.add(new Run(answers.count() / answers.seconds(), answers.p99Ms(), answers.seconds()));
  }

  private static List<Long> snapshotsMs(final Server server) throws IOException {
    return WRITTEN
        .matcher(server.process().output())
        .results()
        .map(match -> Long.valueOf(match.group(1)))
        .toList();
  }

  private void verify(final List<Server> servers) throws IOException {
    for (final Server server : servers) {
      if (server.counterCount() != options.counters) {
        throw new IOException("not " + options.counters + " counters");
      }
    }
  }

  private String report(final List<Long> snapshotsMs) throws IOException {
    final MedianInterval ratio =
        MedianInterval.of(
            IntStream.range(0, with.size())
                .mapToDouble(i -> with.get(i).perSecond() / without.get(i).perSecond())
                .toArray());
    final StringBuilder text = new StringBuilder();
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Two servers with %,d counters, %d connections that increment them at random, %d pairs of runs of %d s; one"
                + " server has `--snapshot-interval=%s` and wrote %d snapshots in the %.0f s for which it ran, each in %d ms"
                + " (median).%n%n",
            options.counters,
            CONNECTIONS,
            options.pairs,
            options.seconds,
            INTERVAL,
            snapshotsMs.size(),
            with.stream().mapToDouble(Run::seconds).sum(),
            (long) Results.median(snapshotsMs.stream().mapToDouble(ms -> ms).toArray())));
    text.append(
        "| | without | with snapshots | with ÷ without | 95 % interval | at least | |\n|---|--:|--:|--:|--:|--:|---|\n");
    text.append(
        String.format(
            Locale.ROOT,
            "| requests/s | %,.0f | %,.0f | %.3f | %.3f..%.3f | %.1f | %s |%n",
            median(without, Run::perSecond),
            median(with, Run::perSecond),
            ratio.median(),
            ratio.low(),
            ratio.high(),
            AT_LEAST,
            ratio.median() >= AT_LEAST ? "reached" : "missed"));
    text.append(
        String.format(
            Locale.ROOT,
            "| 99th percentile | %.1f ms | %.1f ms | | | | |%n",
            median(without, Run::p99Ms),
            median(with, Run::p99Ms)));
    return text.toString();
  }

  private static double median(final List<Run> runs, final ToDoubleFunction<Run> value) {
    return Results.median(runs.stream().mapToDouble(value).toArray());
  }
}
