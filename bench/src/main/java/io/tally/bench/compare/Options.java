package io.tally.bench.compare;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the instrument. */
final class Options {
  /** What can be measured. */
  enum Part {
    THROUGHPUT,
    LATENCY,
    PROBES,
    PIECES,
    OVERLOAD,
    SPEED,
    RESTART,
    SNAPSHOTS,
    BATCH,
    LIMIT,
    WATCHERS,
    PAIRS
  }

  @Parameters(
      paramLabel = "PART",
      description = "What to measure: ${COMPLETION-CANDIDATES} (default: all but pairs).")
  List<Part> parts = List.copyOf(EnumSet.complementOf(EnumSet.of(Part.PAIRS)));

  @Option(names = "--seconds", defaultValue = "5", description = "Length of a run.")
  int seconds;

  @Option(names = "--rounds", defaultValue = "3", description = "Rounds; medians are reported.")
  int rounds;

  @Option(
      names = "--warmup-seconds",
      defaultValue = "5",
      description = "Load on each contestant before the first round, twice.")
  int warmupSeconds;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = ".*",
      description = "Runs whose name, such as 'nats/many-256', matches.")
  Pattern only;

  @Option(
      names = "--loops",
      description = "Event loops and worker processes (default: one for each processor).")
  int loops = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--java-options",
      paramLabel = "OPTION,...",
      split = ",",
      defaultValue = "-XX:+UseParallelGC,-XX:InlineSmallCode=1000,-XX:FreqInlineSize=160",
      description =
          "Options for the java of bare Netty and Tally (default: ${DEFAULT-VALUE}, as the README"
              + " advises).")
  List<String> javaOptions = List.of();

  @Option(
      names = "--counters",
      defaultValue = "10000000",
      description = "Probes, restart, snapshots: number of counters (default: ${DEFAULT-VALUE}).")
  int counters;

  @Option(
      names = "--idle-seconds",
      defaultValue = "20",
      description = "Probes: time to watch an idle process (default: ${DEFAULT-VALUE}).")
  int idleSeconds;

  @Option(
      names = "--before",
      paramLabel = "JAR",
      description = "Pairs: Tally's jar before a change.")
  Path before;

  @Option(
      names = "--after",
      paramLabel = "JAR",
      description = "Pairs: the jar after it (default: the one just built).")
  Path after;

  @Option(
      names = "--pairs",
      defaultValue = "15",
      description =
          "Pairs, snapshots, batch, limit, watchers: runs of each of what takes turns (default:"
              + " ${DEFAULT-VALUE}).")
  int pairs;

  @Option(
      names = "--restart-every",
      paramLabel = "PAIRS",
      defaultValue = "5",
      description =
          "Pairs, batch, limit, watchers: processes are started anew after so many, because no two"
              + " compile alike (default:"
              + " ${DEFAULT-VALUE}).")
  int restartEvery;

  @Option(names = "--root", defaultValue = ".", description = "The project's directory.")
  Path root;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "bench/RESULTS.md",
      description =
          "Markdown file whose sections are replaced; charts go into 'charts' beside it (default:"
              + " ${DEFAULT-VALUE}).")
  Path out;

  boolean includes(final Contestant contestant, final Work work) {
    return work.suits(contestant) && only.matcher(contestant.key + "/" + work.key).find();
  }

  boolean includes(final Contestant contestant) {
    return Work.PLAIN.stream().anyMatch(work -> includes(contestant, work));
  }

  Path charts() {
    return out.toAbsolutePath().resolveSibling("charts");
  }
}
