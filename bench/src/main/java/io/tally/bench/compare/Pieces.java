package io.tally.bench.compare;

import io.tally.bench.RoadBenchmark;
import io.tally.engine.internal.ShardAgentBenchmark;
import io.tally.transport.internal.FrameBenchmark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The pieces by JMH: what is compared takes turns, a new process each time, and the medians of all
 * iterations count.
 */
final class Pieces {
  private static final int WARMUPS = 4;
  private static final int ITERATIONS = 5;
  private static final double MILLION = 1e6;
  private static final double NANOS = 1e9;
  private static final String UNCHECKED = "-Dagrona.disable.bounds.checks=true";

  /** A benchmark method, and the option its process is given besides; empty for none. */
  private record Piece(Class<?> benchmark, String method, String option) {
    Piece(final Class<?> benchmark, final String method) {
      this(benchmark, method, "");
    }
  }

  private static final Piece SHARD = new Piece(ShardAgentBenchmark.class, "shardThread");
  private static final Piece SHARD_UNCHECKED =
      new Piece(ShardAgentBenchmark.class, "shardThread", UNCHECKED);
  private static final Piece BOTH_ENDS = new Piece(ShardAgentBenchmark.class, "oneThread");
  private static final Piece TWO_THREADS = new Piece(ShardAgentBenchmark.class, "twoThreads");
  private static final Piece ROAD = new Piece(RoadBenchmark.class, "batch");
  private static final List<Piece> FRAME =
      List.of(new Piece(FrameBenchmark.class, "append"), new Piece(FrameBenchmark.class, "walk"));

  private final Options options;
  private final Map<Piece, List<Double>> scores = new LinkedHashMap<>();
  private final Map<Piece, List<Double>> allocations = new LinkedHashMap<>();
  private final List<Double> shardRates = new ArrayList<>();
  private final List<Double> shares = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  Pieces(final Options options) {
    this.options = options;
  }

  String run() throws IOException, RunnerException {
    final List<Piece> all =
        new ArrayList<>(List.of(SHARD, SHARD_UNCHECKED, BOTH_ENDS, TWO_THREADS, ROAD));
    all.addAll(FRAME);
    for (int round = 0; round < options.rounds; round++) {
      for (final Piece piece : all) {
        measure(piece);
      }
    }
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append("Medians of %d processes of %d s each.%n%n".formatted(options.rounds, ITERATIONS));
    text.append("| piece | measured | at least | aim |\n|---|--:|--:|--:|\n");
    rate("one shard thread: ring, lane, actor, reply, commands/s", SHARD, "6 M", "12 M");
    rate("the same, Agrona's bounds checks off", SHARD_UNCHECKED, "6 M", "12 M");
    rate("the same with both ends on that thread, checks on", BOTH_ENDS, "", "");
    rate("whole road behind HTTP on one thread, 10,000 counters in 64 shards", ROAD, "", "");
    row(
        "ring, actor, reply queue, two threads, commands/s",
        "%.2f M/s".formatted(Results.median(doubles(shardRates)) / MILLION),
        "",
        "");
    row(
        "the same ÷ two raw Disruptors that move the same bytes there and back, in turns",
        "%.2f".formatted(Results.median(doubles(shares))),
        "0.6",
        "0.8");
    allocation("allocation a command, shard thread", SHARD);
    allocation("allocation a command, whole road behind HTTP", ROAD);
    for (final Piece piece : FRAME) {
      allocation("allocation a command, frame: " + piece.method, piece);
    }
    return text.toString();
  }

  private void measure(final Piece piece) throws RunnerException {
    final OptionsBuilder builder = new OptionsBuilder();
    builder
        .include("^" + piece.benchmark.getName() + "\\." + piece.method + "$")
        .addProfiler(GCProfiler.class)
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .warmupIterations(WARMUPS)
        .measurementIterations(ITERATIONS)
        .warmupTime(TimeValue.seconds(1))
        .measurementTime(TimeValue.seconds(1))
        .forks(1);
    if (piece == ROAD) {
      builder.param("counters", "10000");
    }
    final List<String> jvmOptions = new ArrayList<>(options.javaOptions);
    if (!piece.option.isEmpty()) {
      jvmOptions.add(piece.option);
    }
    builder.jvmArgsPrepend(jvmOptions.toArray(String[]::new));
    final RunResult result = new Runner(builder.build()).runSingle();
    if (piece == TWO_THREADS) {
      final double shardNs = secondary(result, "shardNs");
      final double share = secondary(result, "disruptorsNs") / shardNs;
      shardRates.add(secondary(result, "commands") * NANOS / shardNs);
      shares.add(share);
      System.out.printf(Locale.ROOT, "through the shard ÷ through Disruptors %.2f%n", share);
    }
    add(scores, piece, result.getPrimaryResult().getScore());
    add(allocations, piece, result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
    System.out.printf(
        Locale.ROOT,
        "%-40s %,14.3f %s%n",
        piece.benchmark.getSimpleName() + "." + piece.method + " " + piece.option,
        result.getPrimaryResult().getScore(),
        result.getPrimaryResult().getScoreUnit());
  }

  private static void add(
      final Map<Piece, List<Double>> map, final Piece piece, final double value) {
    map.computeIfAbsent(piece, p -> new ArrayList<>()).add(value);
  }

  private static double secondary(final RunResult result, final String name) {
    return result.getSecondaryResults().get(name).getScore();
  }

  private static double[] doubles(final List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double median(final Map<Piece, List<Double>> map, final Piece piece) {
    return Results.median(doubles(map.get(piece)));
  }

  private void rate(final String name, final Piece piece, final String atLeast, final String aim) {
    row(name, "%.2f M/s".formatted(median(scores, piece) / MILLION), atLeast, aim);
  }

  private void allocation(final String name, final Piece piece) {
    row(name, "%.3f B".formatted(median(allocations, piece)), "0 B", "0 B");
  }

  private void row(
      final String name, final String measured, final String atLeast, final String aim) {
    text.append("| %s | %s | %s | %s |%n".formatted(name, measured, atLeast, aim));
  }
}
