package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.agrona.CloseHelper;

/**
 * Two jars, one before and one after a change, in turns: the ratio of each pair of neighbours, and
 * what can be said of their median.
 */
final class Pairs {
  /** Where the whole interval lies beyond these, the change made it worse. */
  private static final double LEAST_RATE = 0.97;

  private static final double MOST_CPU = 1.03;

  private record Pair(Sample before, Sample after) {
    double ratio(final ToDoubleFunction<Sample> value) {
      return value.applyAsDouble(after) / value.applyAsDouble(before);
    }
  }

  private final Options options;
  private final Path before;
  private final Path after;

  Pairs(final Options options) throws IOException {
    this.options = options;
    if (options.before == null) {
      throw new IOException("pairs need the jar before the change: --before=FILE");
    }
    if (options.pairs < MedianInterval.LEAST_COUNT || options.restartEvery < 1) {
      throw new IOException("at least " + MedianInterval.LEAST_COUNT + " pairs are needed");
    }
    before = existing(options.before);
    after = existing(options.after == null ? Site.builtJar(options.root) : options.after);
  }

  private static Path existing(final Path jar) throws IOException {
    if (!Files.isReadable(jar)) {
      throw new NoSuchFileException(jar.toString());
    }
    return jar.toAbsolutePath();
  }

  /** Returns whether nothing became worse. */
  boolean run() throws IOException, InterruptedException {
    final StringBuilder text = new StringBuilder();
    final StringBuilder rows = new StringBuilder();
    boolean kept = true;
    for (final Contestant contestant : Contestant.values()) {
      final List<Work> works = works(contestant);
      if (!works.isEmpty()) {
        for (final Map.Entry<Work, List<Pair>> entry : measure(contestant, works).entrySet()) {
          kept &= row(rows, contestant, entry.getKey(), entry.getValue());
        }
      }
    }
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "After ÷ before, %d pairs of runs of %d s each, whose order changes from pair to pair; both servers are"
                + " started anew and warmed every %d pairs. Every run's counters added up to its answers.%n%n",
            options.pairs,
            options.seconds,
            options.restartEvery));
    text.append(
        "| server | work | answers/s before | after | ratio | 95 % interval | CPU µs before | after | ratio"
            + " | 95 % interval | |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n");
    new Report(options.out).section("pairs", text.append(rows).toString());
    return kept;
  }

  private List<Work> works(final Contestant contestant) {
    if (!Contestant.isTally(contestant)
        || !contestant.isInstalled()
        || contestant == Contestant.IN_PROCESS) {
      return List.of();
    }
    final List<Work> works =
        List.of(Work.MANY_256, Work.MANY_64, Work.MANY_8, Work.HOT_256, Work.PIPELINED);
    return works.stream().filter(work -> options.includes(contestant, work)).toList();
  }

  private Map<Work, List<Pair>> measure(final Contestant contestant, final List<Work> works)
      throws IOException, InterruptedException {
    final Map<Work, List<Pair>> pairs = new EnumMap<>(Work.class);
    for (int done = 0; done < options.pairs; done += options.restartEvery) {
      block(contestant, works, done, Math.min(options.pairs, done + options.restartEvery), pairs);
    }
    return pairs;
  }

  private void block(
      final Contestant contestant,
      final List<Work> works,
      final int from,
      final int to,
      final Map<Work, List<Pair>> pairs)
      throws IOException, InterruptedException {
    final Site old = new Site(options.root, options.loops, options.javaOptions, before);
    final Site young = new Site(options.root, options.loops, options.javaOptions, after);
    final List<Server> servers = new ArrayList<>();
    try {
      // Who starts first may find the better place.
      final boolean oldFirst = from / options.restartEvery % 2 == 0;
      servers.add(contestant.start(oldFirst ? old : young));
      servers.add(contestant.start(oldFirst ? young : old));
      final Server oldServer = servers.get(oldFirst ? 0 : 1);
      final Server youngServer = servers.get(oldFirst ? 1 : 0);
      final Throughput throughput = new Throughput(old, options);
      throughput.warm(servers);
      for (int number = from; number < to; number++) {
        for (final Work work : works) {
          final Pair pair = pair(throughput, oldServer, youngServer, work, number % 2 == 0);
          pairs.computeIfAbsent(work, w -> new ArrayList<>()).add(pair);
          System.out.printf(
              "pair %2d  %-10s %-10s rate %.3f  CPU %.3f%n",
              number + 1,
              contestant.key,
              work.key,
              pair.ratio(Sample::perSecond),
              pair.ratio(Sample::cpuMicros));
        }
      }
    } finally {
      CloseHelper.closeAll(servers);
      old.clean();
      young.clean();
    }
  }

  private Pair pair(
      final Throughput throughput,
      final Server old,
      final Server young,
      final Work work,
      final boolean oldFirst)
      throws IOException, InterruptedException {
    final Sample first = throughput.measure(oldFirst ? old : young, work, options.seconds);
    final Sample second = throughput.measure(oldFirst ? young : old, work, options.seconds);
    return oldFirst ? new Pair(first, second) : new Pair(second, first);
  }

  private static boolean row(
      final StringBuilder text,
      final Contestant contestant,
      final Work work,
      final List<Pair> pairs) {
    final MedianInterval rate = interval(pairs, Sample::perSecond);
    final MedianInterval cpu = interval(pairs, Sample::cpuMicros);
    final boolean kept = rate.high() >= LEAST_RATE && cpu.low() <= MOST_CPU;
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %,.0f | %,.0f | %.3f | %.3f..%.3f | %.2f | %.2f | %.3f | %.3f..%.3f | %s |%n",
            contestant.title,
            work.title,
            median(pairs, pair -> pair.before().perSecond()),
            median(pairs, pair -> pair.after().perSecond()),
            rate.median(),
            rate.low(),
            rate.high(),
            median(pairs, pair -> pair.before().cpuMicros()),
            median(pairs, pair -> pair.after().cpuMicros()),
            cpu.median(),
            cpu.low(),
            cpu.high(),
            kept ? "kept" : "worse"));
    return kept;
  }

  private static MedianInterval interval(
      final List<Pair> pairs, final ToDoubleFunction<Sample> value) {
    return MedianInterval.of(pairs.stream().mapToDouble(pair -> pair.ratio(value)).toArray());
  }

  private static double median(final List<Pair> pairs, final ToDoubleFunction<Pair> value) {
    return Results.median(pairs.stream().mapToDouble(value).toArray());
  }
}
