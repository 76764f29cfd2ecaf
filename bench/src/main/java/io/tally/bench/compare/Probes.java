package io.tally.bench.compare;

import io.tally.counter.TableGrowth;
import io.tally.counter.TableMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What a process costs: memory, idle time, start, and many counters. */
final class Probes {
  private static final int STARTS = 3;
  private static final int SHARDS = 64;
  private static final int REQUESTS = 500_000;
  private static final int CONNECTIONS = 64;
  private static final double MIB = 1 << 20;
  private static final double KIB = 1 << 10;
  private static final double NANOS_PER_MS = 1e6;
  private static final long COMERS = 50_000_000;

  private final Site site;
  private final Options options;
  private final StringBuilder text = new StringBuilder();

  Probes(final Site site, final Options options) {
    this.site = site;
    this.options = options;
  }

  String run() throws IOException, InterruptedException {
    text.append(Machine.describe(options.javaOptions)).append("\n\n");
    text.append("| probe | measured | at least | aim |\n|---|--:|--:|--:|\n");
    startTime();
    sevenNodes();
    allocation();
    manyCounters();
    row(
        "longest stall of a shard on the way to %,d counters in %d shards"
            .formatted(options.counters, SHARDS),
        "%.2f ms",
        TableGrowth.longestStallNs(options.counters, SHARDS) / NANOS_PER_MS,
        "20 ms",
        "2 ms");
    tableMemory();
    return text.toString();
  }

  private void tableMemory() {
    for (final TableMemory.Deadline deadline : TableMemory.Deadline.values()) {
      row(
          "bytes a counter in the table alone at %,d counters, deadline %s"
              .formatted(options.counters, deadline),
          "%.1f",
          TableMemory.bytesPerCounter(options.counters, deadline),
          deadline == TableMemory.Deadline.NONE ? "48" : "56",
          "");
    }
    row(
        "bytes grown while %,d counters come and go, of which 100,000 live".formatted(COMERS),
        "%.0f",
        TableMemory.bytesGrown(COMERS, 100_000),
        "2,097,152",
        "1,048,576");
  }

  private void startTime() throws IOException {
    final double[] seconds = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      final long startNs = System.nanoTime();
      try (Server server = Contestant.IN_PROCESS.start(site)) {
        server.process().checkAlive();
        seconds[i] = (System.nanoTime() - startNs) / 1e9;
      }
    }
    row("start to ready, 7 nodes in process", "%.2f s", Results.median(seconds), "2 s", "1 s");
  }

  private void sevenNodes() throws IOException, InterruptedException {
    final Site traced = traced();
    try (Server server = Contestant.IN_PROCESS.start(traced)) {
      // What a start leaves behind, above all code to be compiled, is no part of idling.
      TimeUnit.SECONDS.sleep(options.idleSeconds);
      final long cpuBefore = server.cpuMicros();
      TimeUnit.SECONDS.sleep(options.idleSeconds);
      final double idle = (server.cpuMicros() - cpuBefore) / 1e4 / options.idleSeconds;
      row(
          "idle 7-node process, %d s after its start, of one core".formatted(options.idleSeconds),
          "%.2f %%",
          idle,
          "2 %",
          "0.5 %");

      final Ids ids = Ids.MANY;
      Pipelined.increment(server, ids, REQUESTS);
      verify(server, ids, REQUESTS);
      row(
          "live heap after %,d requests, 7 nodes".formatted(REQUESTS),
          "%.1f MiB",
          liveHeapBytes(server) / MIB,
          "12 MB",
          "8 MB");
      row(
          "direct memory reserved, 7 nodes",
          "%.1f MiB",
          directBytes(server) / MIB,
          "128 MB",
          "64 MB");
      row(
          "resident set after the run, 7 nodes",
          "%.0f MiB",
          server.process().residentKib() / KIB,
          "",
          "");
    } finally {
      traced.clean();
    }
  }

  private void allocation() throws IOException, InterruptedException {
    final double bare = allocatedPerRequest(Contestant.BARE_NETTY);
    final double tally = allocatedPerRequest(Contestant.ONE_NODE);
    row("allocation per HTTP request, bare Netty", "%.0f B", bare, "", "");
    row("allocation per HTTP request, one node", "%.0f B", tally, "", "");
    row("the difference", "%.0f B", tally - bare, "200 B", "0 B");
  }

  private double allocatedPerRequest(final Contestant contestant)
      throws IOException, InterruptedException {
    final Throughput throughput = new Throughput(site, options);
    try (Server server = contestant.start(site)) {
      throughput.measure(server, Work.MANY_64, options.warmupSeconds);
      throughput.measure(server, Work.MANY_64, options.warmupSeconds);
      try (AllocatedBytes allocated = AllocatedBytes.attach(server.process().pid())) {
        final long before = allocated.total();
        final Answers answers = Work.MANY_64.run(site, server, options.seconds);
        return (double) (allocated.total() - before) / answers.count();
      }
    }
  }

  private void manyCounters() throws IOException, InterruptedException {
    final Ids ids = new Ids("growing-", options.counters);
    final Ids few = new Ids("growing-", Ids.MANY.count());
    final Site traced = traced();
    final String[] command = {
      "--node-count=1", "--max-counters=" + (options.counters + few.count())
    };
    try (Server small = Contestant.ONE_NODE.tally(traced, command);
        Server large = Contestant.ONE_NODE.tally(traced, command)) {
      // Both do the same work first, so that they differ in the number of their counters only.
      Pipelined.increment(small, few, ids.count());
      verify(small, few, ids.count());
      Pipelined.increment(large, few, few.count());
      final long before = liveHeapBytes(large) + directBytes(large);
      Pipelined.increment(large, ids, ids.count());
      row(
          "bytes a counter at %,d counters with 16-byte ids, on and off the heap"
              .formatted(ids.count()),
          "%.1f",
          (double) (liveHeapBytes(large) + directBytes(large) - before)
              / (ids.count() - few.count()),
          "64",
          "48");
      verify(large, few, 2L * few.count());
      Wrk.spread(traced, small, few, CONNECTIONS, options.warmupSeconds);
      Wrk.spread(traced, large, ids, CONNECTIONS, options.warmupSeconds);
      final double[] fewRates = new double[options.rounds];
      final double[] manyRates = new double[options.rounds];
      for (int i = 0; i < options.rounds; i++) {
        fewRates[i] = rate(Wrk.spread(traced, small, few, CONNECTIONS, options.seconds));
        manyRates[i] = rate(Wrk.spread(traced, large, ids, CONNECTIONS, options.seconds));
      }
      row(
          "requests/s with %,d counters ÷ with %,d, two servers in turns"
              .formatted(ids.count(), few.count()),
          "%.2f",
          Results.medianRatio(manyRates, fewRates),
          "0.85",
          "0.95");
    } finally {
      traced.clean();
    }
  }

  private static void verify(final Server server, final Ids ids, final long expected)
      throws IOException {
    final long sum = Counters.settledSum(server, ids);
    if (sum != expected) {
      throw new IOException("counters add up to " + sum + " instead of " + expected);
    }
  }

  private static double rate(final Answers answers) {
    return answers.count() / answers.seconds();
  }

  /** A class histogram counts what is alive after a full collection. */
  private static long liveHeapBytes(final Server server) throws IOException, InterruptedException {
    jcmd(server, "GC.run");
    return (long) number(jcmd(server, "GC.class_histogram"), "Total\\s+\\d+\\s+(\\d+)");
  }

  private static long directBytes(final Server server) throws IOException, InterruptedException {
    return (long)
        (number(jcmd(server, "VM.native_memory", "summary"), "Other \\(reserved=(\\d+)KB") * KIB);
  }

  // The JVM tells what it holds outside the heap only where it was started to.
  private Site traced() throws IOException {
    final List<String> javaOptions = new ArrayList<>(site.javaOptions);
    javaOptions.add("-XX:NativeMemoryTracking=summary");
    return new Site(site.root, site.loops, javaOptions);
  }

  private static String jcmd(final Server server, final String... command)
      throws IOException, InterruptedException {
    final List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    line.add(Long.toString(server.process().pid()));
    line.addAll(List.of(command));
    return Command.run(line);
  }

  private static double number(final String output, final String pattern) throws IOException {
    return Double.parseDouble(Command.find(output, pattern).group(1));
  }

  private void row(
      final String probe,
      final String format,
      final double value,
      final String atLeast,
      final String aim) {
    final String measured = String.format(Locale.ROOT, format, value);
    System.out.println(probe + ": " + measured);
    text.append("| ").append(probe).append(" | ").append(measured);
    text.append(" | ").append(atLeast).append(" | ").append(aim).append(" |\n");
  }
}
