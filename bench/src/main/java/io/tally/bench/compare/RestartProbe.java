package io.tally.bench.compare;

import io.tally.counter.TableGrowth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How long a planned restart takes with many counters: from the signal to the exit, and from the
 * start of the process until it is ready. Beside it stands, in the same rounds, what nothing can do
 * without: bringing the same bytes to disk or from there, making the same counters, and the same
 * for a node that is empty.
 */
final class RestartProbe {
  private static final int SHARDS = 64;
  private static final int AMOUNTS = 1_000;
  private static final int SAMPLE_STEP = 9_973;
  private static final double AT_MOST = 2;
  private static final double MIB = 1 << 20;
  private static final double NANOS = 1e9;
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  /** Seconds of one round. */
  private record Round(double full, double empty, double disk, double fill) {
    double ratio() {
      return (full - empty) / Math.max(disk, fill);
    }
  }

  private final Site site;
  private final Options options;
  private final Ids ids;
  private final Path state;
  private final Path empty;
  private final Path bytes;
  private final long[] incarnations;
  private boolean isCold = true;

  RestartProbe(final Site site, final Options options) {
    this.site = site;
    this.options = options;
    ids = new Ids("growing-", options.counters);
    state = site.workDir.resolve("state");
    empty = site.workDir.resolve("empty");
    bytes = site.workDir.resolve("bytes");
    incarnations = new long[samples()];
  }

  String run() throws IOException, InterruptedException {
    try (Server server = start(state)) {
      Pipelined.add(server, ids, RestartProbe::amount);
      verify(server, (i, incarnation) -> incarnations[i] = incarnation);
      stop(server);
    }
    gatherBytes();
    // The first start of an empty directory is another one than all that follow.
    try (Server server = start(empty)) {
      stop(server);
    }
    final Round[] starts = new Round[options.rounds];
    final Round[] stops = new Round[options.rounds];
    for (int i = 0; i < options.rounds; i++) {
      round(i, starts, stops);
    }
    return report(starts, stops);
  }

  private void round(final int number, final Round[] starts, final Round[] stops)
      throws IOException, InterruptedException {
    final double fullStart;
    final double fullStop;
    settle();
    long startNs = System.nanoTime();
    try (Server server = start(state)) {
      fullStart = secondsSince(startNs);
      verify(server, this::requireSame);
      fullStop = stop(server);
    }
    final double emptyStart;
    final double emptyStop;
    settle();
    startNs = System.nanoTime();
    try (Server server = start(empty)) {
      emptyStart = secondsSince(startNs);
      emptyStop = stop(server);
    }
    settle();
    final double read = dd("if=" + bytes, "of=/dev/null");
    // Read just now, so that it comes from memory.
    final Path copy = site.workDir.resolve("copy");
    final double write = dd("if=" + bytes, "of=" + copy, "conv=fsync");
    Files.delete(copy);
    final double fill = TableGrowth.fillNs(options.counters, SHARDS) / NANOS;
    starts[number] = new Round(fullStart, emptyStart, read, fill);
    stops[number] = new Round(fullStop, emptyStop, write, fill);
    System.out.printf(
        Locale.ROOT,
        "round %d: start %.2f s (empty %.2f, read %.2f, fill %.2f), stop %.2f s (empty %.2f, write %.2f)%n",
        number + 1,
        fullStart,
        emptyStart,
        read,
        fill,
        fullStop,
        emptyStop,
        write);
  }

  private Server start(final Path directory) throws IOException {
    return Contestant.ONE_NODE.tally(
        site,
        "--node-count=1",
        "--shards=" + SHARDS,
        Pipelined.PATIENT,
        "--max-counters=" + options.counters,
        "--data-dir=" + directory);
  }

  private static double stop(final Server server) throws IOException, InterruptedException {
    final long startNs = System.nanoTime();
    server.process().stop();
    return secondsSince(startNs);
  }

  private static double secondsSince(final long startNs) {
    return (System.nanoTime() - startNs) / NANOS;
  }

  /** Nobody pays for what others left in memory, and nobody finds there what the disk holds. */
  private void settle() throws IOException, InterruptedException {
    Command.run(List.of("sync"));
    try {
      Files.writeString(DROP_CACHES, "3");
    } catch (final IOException forbidden) {
      isCold = false;
    }
  }

  private void gatherBytes() throws IOException, InterruptedException {
    Command.run(List.of("sh", "-c", "cat " + state + "/*/shard-* > " + bytes));
  }

  private static double dd(final String... operands) throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>(List.of("dd", "bs=1M"));
    command.addAll(List.of(operands));
    final long startNs = System.nanoTime();
    Command.run(command);
    return secondsSince(startNs);
  }

  private int samples() {
    return (options.counters + SAMPLE_STEP - 1) / SAMPLE_STEP;
  }

  private static int amount(final int index) {
    return 1 + index % AMOUNTS;
  }

  /** Takes the incarnation of a sample's shard. */
  @FunctionalInterface
  private interface OnIncarnation {
    void onIncarnation(int sample, long incarnation) throws IOException;
  }

  private void verify(final Server server, final OnIncarnation onIncarnation) throws IOException {
    final long count = server.counterCount();
    if (count != options.counters) {
      throw new IOException(count + " counters instead of " + options.counters);
    }
    Pipelined.send(
        server,
        samples(),
        i -> Counters.get("/counter/" + ids.id(i * SAMPLE_STEP)),
        (i, body, incarnation) -> {
          if (!body.contains("\"value\":" + amount(i * SAMPLE_STEP) + "}")) {
            throw new IOException("a counter came back as " + body);
          }
          onIncarnation.onIncarnation(i, incarnation);
        });
  }

  private void requireSame(final int sample, final long incarnation) throws IOException {
    if (incarnations[sample] == 0 || incarnations[sample] != incarnation) {
      throw new IOException(
          "incarnation " + incarnation + " instead of " + incarnations[sample] + " came back");
    }
  }

  private String report(final Round[] starts, final Round[] stops) throws IOException {
    final StringBuilder text = new StringBuilder();
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "A planned restart with %,d counters with 16-byte ids, %.0f MiB on disk: medians of %d rounds. After each start"
                + " their number, each %,dth value and its incarnation were as before. %s%n%n",
            options.counters,
            Files.size(bytes) / MIB,
            options.rounds,
            SAMPLE_STEP,
            isCold
                ? "Files were read from the disk, not from memory."
                : "The kernel did not let its cache be emptied: files were read from memory."));
    text.append(
        "| | all | empty node | `dd` of the same bytes | making the same counters | (all − empty) ÷ the larger of both"
            + " | lowest..highest | at most | |\n|---|--:|--:|--:|--:|--:|--:|--:|---|\n");
    row(text, "SIGTERM to exit; `dd` writes, with `fsync`", stops);
    row(text, "start to ready; `dd` reads", starts);
    return text.toString();
  }

  private static void row(final StringBuilder text, final String name, final Round[] rounds) {
    final double[] ratios = values(rounds, Round::ratio);
    final double ratio = Results.median(ratios);
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %.2f s | %.2f s | %.2f s | %.2f s | %.2f | %.2f..%.2f | %.0f | %s |%n",
            name,
            Results.median(values(rounds, Round::full)),
            Results.median(values(rounds, Round::empty)),
            Results.median(values(rounds, Round::disk)),
            Results.median(values(rounds, Round::fill)),
            ratio,
            Arrays.stream(ratios).min().orElseThrow(),
            Arrays.stream(ratios).max().orElseThrow(),
            AT_MOST,
            ratio <= AT_MOST ? "reached" : "missed"));
  }

  private static double[] values(final Round[] rounds, final ToDoubleFunction<Round> value) {
    return Arrays.stream(rounds).mapToDouble(value).toArray();
  }
}
