package io.tally.rig;

import io.tally.system.Answer;
import io.tally.system.Await;
import io.tally.system.HttpConnection;
import io.tally.system.LeaseHolders;
import io.tally.system.Metrics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs faults one after the other, against one cluster as long as they want the same setup. */
final class Rig implements AutoCloseable {
  private static final long BEFORE_MS = 500;
  private static final long AFTER_MS = 500;
  private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private static final int LEASE_CLIENTS = 4;

  private static final long MAX_RING_DEPTH = 1_024;
  private static final long MAX_THREADS = 60;
  private static final long MAX_FILES = 200;
  private static final long WINDOW_BYTES = 1 << 20;
  private static final long HELLO_BYTES = 1 << 17;

  private final int nodeCount;
  private RigCluster cluster;
  private int runCount;

  Rig(final int nodeCount) throws IOException {
    this.nodeCount = nodeCount;
    cluster = new RigCluster(nodeCount, Setup.USUAL);
  }

  /** The version of its nats-server. */
  String natsVersion() {
    return cluster.nats().of(0).version();
  }

  int nodeCount() {
    return nodeCount;
  }

  /** What the ids of the next run's counters begin with. */
  String nextPrefix() {
    return "r" + runCount + '-';
  }

  /** Runs one case under load. */
  Row run(final Case fault) throws IOException {
    final String prefix = nextPrefix();
    runCount++;
    setUp(fault.setup());
    final List<Metrics> before = cluster.metrics();
    final long startNs = System.nanoTime();
    final Workload workload = new Workload(cluster, prefix, fault.seed());
    final long faultNs;
    final long recoveryMs;
    final long pendingBytes;
    final long hiccupNs;
    final LeaseHolders leases = leases(fault.setup(), prefix);
    try (HiccupMeter hiccups = new HiccupMeter();
        BrokerWatch watch = new BrokerWatch(cluster.nats().all());
        leases) {
      Hold.forMs(BEFORE_MS);
      final long faultStartNs = System.nanoTime();
      fault.action().run(cluster, fault.node(), fault.durationMs());
      faultNs = System.nanoTime() - faultStartNs;
      recoveryMs = recover(prefix, workload);
      if (leases != null) {
        LeaseHolders.awaitOpen(cluster::anyHttpPort);
        Hold.forMs(AFTER_MS);
      }
      workload.stop(STOP_LIMIT);
      pendingBytes = watch.maxPendingBytes();
      hiccupNs = hiccups.maxNs();
    }
    final Duration settledAfter = fault.setup().settledAfter().plusNanos(hiccupNs);
    final Records records = workload.records();
    records.lastOpenNs().ifPresent(lastNs -> Hold.untilNs(lastNs + settledAfter.toNanos()));
    final Verdict verdict = new Verdict(cluster, startNs, settledAfter, prefix, records);
    final List<Metrics> after = cluster.metrics();
    final List<String> violations = new ArrayList<>(verdict.violations());
    violations.addAll(cluster.complaints());
    violations.addAll(workload.outcomes().violations(fault.oldest()));
    if (leases != null) {
      violations.addAll(leases.violations());
    }
    if (workload.timeouts() > 0 && fault.setup().leavesTimeAfter(faultNs)) {
      violations.add(workload.timeouts() + " answers of 504");
    }
    checkBounds(fault, before, after, pendingBytes, violations);
    final String traces =
        Stream.concat(fault.traces().stream(), fault.required().stream())
            .filter(trace -> trace.growth(before, after) > 0)
            .map(trace -> trace.label() + " " + trace.growth(before, after))
            .collect(Collectors.joining(", "));
    if (traces.isEmpty() && !fault.traces().isEmpty()) {
      violations.add("the fault left no trace of " + fault.traces());
    }
    for (final Trace trace : fault.required()) {
      if (trace.growth(before, after) == 0) {
        violations.add("the fault left no trace of " + trace);
      }
    }
    return new Row(
        fault.title() + ", " + fault.durationMs() / 1_000.0 + " s",
        verdict.acked(),
        verdict.ended(),
        verdict.refused(),
        verdict.unknown(),
        workload.timeouts(),
        workload.unanswered(),
        verdict.lost(),
        verdict.doubled(),
        verdict.exceeded(),
        recoveryMs,
        TimeUnit.NANOSECONDS.toMillis(workload.slowestNs()),
        TimeUnit.NANOSECONDS.toMillis(hiccupNs),
        pendingBytes,
        leases == null ? traces : traces + " leases: " + leases.picture(),
        workload.outcomes(),
        violations);
  }

  private void setUp(final Setup setup) throws IOException {
    if (cluster.setup() != setup) {
      cluster.close();
      cluster = new RigCluster(nodeCount, setup);
      cluster.awaitAllUp(RECOVERY_LIMIT);
      if (setup == Setup.LEASES) {
        LeaseHolders.awaitOpen(cluster::anyHttpPort);
      }
    }
  }

  /** Null where there are no leases. */
  private LeaseHolders leases(final Setup setup, final String prefix) {
    if (setup != Setup.LEASES) {
      return null;
    }
    final List<String> leases =
        IntStream.range(0, 12).mapToObj(i -> prefix + "lease-" + i).toList();
    return new LeaseHolders(LEASE_CLIENTS, leases, cluster::anyHttpPort);
  }

  /**
   * Waits until every node answered 200 for the counters of every other, and no client got anything
   * but a 200 for a while. Returns how long it took to get there.
   */
  private long recover(final String prefix, final Workload workload) {
    final long healedNs = System.nanoTime();
    final List<byte[]> probes = new ArrayList<>();
    for (int node = 0; node < cluster.nodeCount(); node++) {
      probes.add(
          HttpConnection.increment(
              cluster
                  .placement()
                  .countersOf(RigCluster.nodeId(node), prefix + "probe-", 1)
                  .get(0)));
    }
    Await.until(
        "every node answers for every other",
        RECOVERY_LIMIT,
        () -> IntStream.range(0, cluster.nodeCount()).allMatch(node -> answersAll(node, probes)));
    cluster.awaitAllUp(RECOVERY_LIMIT);
    final long answeredNs = System.nanoTime();
    Await.until(
        "no client meets a failure",
        RECOVERY_LIMIT,
        () ->
            System.nanoTime() - Math.max(answeredNs, workload.lastFailureNs())
                > TimeUnit.MILLISECONDS.toNanos(AFTER_MS));
    return TimeUnit.NANOSECONDS.toMillis(Math.max(answeredNs, workload.lastFailureNs()) - healedNs);
  }

  private boolean answersAll(final int node, final List<byte[]> probes) {
    try (HttpConnection connection =
        new HttpConnection(cluster.httpPort(node), Duration.ofSeconds(3))) {
      probes.forEach(connection::send);
      connection.flush();
      boolean all = true;
      for (int i = 0; i < probes.size(); i++) {
        final Answer answer = connection.read();
        all &= answer.status() == 200;
      }
      return all;
    } catch (final IOException notYet) {
      return false;
    }
  }

  private void checkBounds(
      final Case fault,
      final List<Metrics> before,
      final List<Metrics> after,
      final long pendingBytes,
      final List<String> violations) {
    final long maxPending = (cluster.nodeCount() - 1) * WINDOW_BYTES + HELLO_BYTES;
    if (pendingBytes > maxPending) {
      violations.add(pendingBytes + " bytes waited in nats-server, more than " + maxPending);
    }
    for (final Trace never : Trace.neverLeft(fault.misroutes())) {
      if (never.growth(before, after) > 0) {
        violations.add(never + " grew by " + never.growth(before, after));
      }
    }
    for (final Metrics node : after) {
      atMost(node, "tally_ring_depth", MAX_RING_DEPTH, violations);
      atMost(node, "jvm_threads_current", MAX_THREADS, violations);
      atMost(node, "process_open_fds", MAX_FILES, violations);
    }
  }

  private static void atMost(
      final Metrics node, final String metric, final long limit, final List<String> violations) {
    if (node.sum(metric) > limit) {
      violations.add(metric + " is " + node.sum(metric) + ", above " + limit);
    }
  }

  @Override
  public void close() throws IOException {
    cluster.close();
  }
}
