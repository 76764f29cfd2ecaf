package io.tally.rig;

import io.tally.system.Await;
import io.tally.system.Http;
import io.tally.system.Metrics;
import io.tally.system.Placement;
import io.tally.system.SmallDisk;
import io.tally.system.TallyJar;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Node processes, each connected to a nats-server through a proxy of its own. */
final class RigCluster implements AutoCloseable {
  static final String PREFIX = "rig";
  static final int SHARDS = 24;

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int UNSAVED = 1;

  private final Setup setup;
  private final RigNats nats;
  private final FaultProxy[] proxies;
  private final TallyJar[] nodes;
  private final WallClock[] clocks;
  private final AtomicLongArray ports;
  private final AtomicLongArray disturbedUntilNs;
  private final AtomicLongArray oldest;
  private final List<Launch> launches = new ArrayList<>();
  private final Map<String, List<Long>> clockSettingsNs = new HashMap<>();

  /** Null if nothing is kept. */
  private final StateDir state;

  private final Placement placement;

  RigCluster(final int nodeCount, final Setup setup) throws IOException {
    this.setup = setup;
    nats = new RigNats(setup.natsServers());
    proxies = new FaultProxy[nodeCount];
    nodes = new TallyJar[nodeCount];
    clocks = new WallClock[nodeCount];
    ports = new AtomicLongArray(nodeCount);
    disturbedUntilNs = new AtomicLongArray(nodeCount);
    oldest = new AtomicLongArray(nodeCount);
    state = setup.keepsState() ? new StateDir(nodeCount) : null;
    try {
      for (int node = 0; node < nodeCount; node++) {
        proxies[node] = new FaultProxy(nats.of(node).port());
        clocks[node] = new WallClock(setup.clockOffset(node), setup == Setup.SKEWED_CLOCKS);
        disturbedUntilNs.set(node, Long.MAX_VALUE);
      }
      final long bornNs = System.nanoTime();
      for (int node = 0; node < nodeCount; node++) {
        nodes[node] = run(node, TallyJar.packaged(), TallyJar.small());
      }
      for (int node = 0; node < nodeCount; node++) {
        onReady(node, bornNs);
      }
      placement = Placement.of(httpPort(0), SHARDS);
    } catch (final Throwable failed) {
      close();
      throw failed;
    }
  }

  static String nodeId(final int node) {
    return "node-" + node;
  }

  int nodeCount() {
    return nodes.length;
  }

  Setup setup() {
    return setup;
  }

  RigNats nats() {
    return nats;
  }

  WallClock clock(final int node) {
    return clocks[node];
  }

  FaultProxy proxy(final int node) {
    return proxies[node];
  }

  Placement placement() {
    return placement;
  }

  /** 0 while the node is not running. */
  int httpPort(final int node) {
    return (int) ports.get(node);
  }

  /** Of a node that runs. */
  int anyHttpPort() {
    int port = 0;
    while (port == 0) {
      port = httpPort(ThreadLocalRandom.current().nextInt(nodes.length));
    }
    return port;
  }

  /** Whether the process itself was stopped or away at this time or later. */
  boolean wasDisturbedSince(final int node, final long startNs) {
    final long untilNs = disturbedUntilNs.get(node);
    return untilNs == Long.MAX_VALUE || untilNs - startNs >= 0;
  }

  synchronized List<Launch> launches(final String nodeId) {
    return launches.stream().filter(launch -> nodeId(launch.node()).equals(nodeId)).toList();
  }

  /** Whether the node runs from the oldest jar. */
  boolean isOldest(final int node) {
    return oldest.get(node) != 0;
  }

  private TallyJar run(final int node, final Path jar, final TallyJar.Launch launch) {
    final List<String> arguments =
        new ArrayList<>(
            List.of(
                "node",
                "--id=" + nodeId(node),
                "--nodes="
                    + IntStream.range(0, nodes.length)
                        .mapToObj(RigCluster::nodeId)
                        .collect(Collectors.joining(",")),
                "--nats=" + RigNats.url(proxies[node].port()),
                "--shards=" + SHARDS,
                "--cluster=" + PREFIX));
    arguments.addAll(setup.options());
    if (state != null) {
      arguments.add(state.option());
    }
    launch.jar(jar);
    if (setup == Setup.LEASES) {
      launch.service(TallyJar.leases());
    }
    clocks[node].environment().forEach(launch::environment);
    return launch.start(arguments.toArray(new String[0]));
  }

  private void onReady(final int node, final long bornNs) {
    nodes[node].awaitReady();
    if (!clocks[node].isShownBy(nodes[node].timeOf("starting node"))) {
      throw new AssertionError(clocks[node] + " was not: " + nodes[node].child().picture());
    }
    if (clocks[node].wasSetBack()) {
      addClockSetting(node, bornNs);
    }
    if (state != null && state.isResumed(node, nodes[node])) {
      replaceLast(node, Launch::resumed);
    } else {
      add(node, bornNs);
    }
    ports.set(node, nodes[node].httpPort());
    disturbedUntilNs.set(node, System.nanoTime());
  }

  private synchronized void addClockSetting(final int node, final long timeNs) {
    clockSettingsNs.computeIfAbsent(nodeId(node), id -> new ArrayList<>()).add(timeNs);
  }

  /** When a node's clock went on from somewhere else, while none of its processes ran. */
  synchronized List<Long> clockSettingsNs(final String nodeId) {
    return List.copyOf(clockSettingsNs.getOrDefault(nodeId, List.of()));
  }

  private synchronized void add(final int node, final long bornNs) {
    final long incarnation = Long.parseLong(nodes[node].logged("starting node", "incarnation"));
    launches.add(new Launch(node, incarnation, bornNs, Long.MAX_VALUE));
  }

  private synchronized void replaceLast(final int node, final UnaryOperator<Launch> change) {
    for (int i = launches.size() - 1; i >= 0; i--) {
      if (launches.get(i).node() == node) {
        launches.set(i, change.apply(launches.get(i)));
        return;
      }
    }
  }

  void kill(final int node) {
    end(node, "KILL", 0);
  }

  void terminate(final int node) {
    end(node, "TERM", 0);
  }

  /** Ends one in good order whose disk is full. */
  void terminateUnsaved(final int node) {
    end(node, "TERM", UNSAVED);
  }

  private void end(final int node, final String signal, final int expectedExitCode) {
    disturbedUntilNs.set(node, Long.MAX_VALUE);
    nodes[node].child().signal(signal);
    final int exitCode = nodes[node].child().awaitExit(LIMIT);
    if (signal.equals("TERM") && exitCode != expectedExitCode) {
      throw new AssertionError("exit code " + exitCode + "\n" + nodes[node].child().picture());
    }
    ports.set(node, 0);
    final long nowNs = System.nanoTime();
    replaceLast(node, launch -> launch.died(nowNs));
    if (state != null) {
      state.onEnd(node, signal.equals("TERM") && exitCode == 0);
    }
    nodes[node].close();
  }

  /** Starts a node that was ended, and waits until it is ready. */
  void launch(final int node) {
    launch(node, TallyJar.packaged());
  }

  /** The same from another jar. */
  void launch(final int node, final Path jar) {
    launch(node, jar, TallyJar.small());
  }

  private void launch(final int node, final Path jar, final TallyJar.Launch launch) {
    final long bornNs = System.nanoTime();
    nodes[node] = run(node, jar, launch);
    oldest.set(node, TallyJar.isOldest(jar) ? 1 : 0);
    onReady(node, bornNs);
  }

  /** The same with more counters in one shard than the disk has room for. */
  void launchOnSmallDisk(final int node) {
    launch(node, TallyJar.packaged(), TallyJar.small().longestFile(SmallDisk.KIBIBYTES));
    final String tag = placement.countersOf(nodeId(node), "fill-", 1).get(0);
    SmallDisk.fill(httpPort(node), "{" + tag + "}");
  }

  /** Ends a node in good order and starts it again. */
  void restart(final int node) {
    terminate(node);
    launch(node);
  }

  /** Ends each node in good order, the given one first, and starts it from a jar. */
  void restartEach(final int first, final Path jar, final long pauseMs) {
    for (int i = 0; i < nodes.length; i++) {
      final int node = (first + i) % nodes.length;
      terminate(node);
      launch(node, jar);
      Hold.forMs(pauseMs);
    }
  }

  /** Returns when the clients of a node have left it; they come back when it is launched again. */
  void seclude(final int node) {
    disturbedUntilNs.set(node, Long.MAX_VALUE);
    ports.set(node, 0);
    Await.until(
        "no client is connected",
        LIMIT,
        () -> nodes[node].metrics().sum("tally_http_connections") == 0,
        nodes[node].child()::picture);
  }

  /** Waits until a node's own metrics show a trace. */
  void awaitTrace(final int node, final Trace trace) {
    Await.until(
        "a trace of " + trace,
        LIMIT,
        () -> trace.read(nodes[node].metrics()) > 0,
        nodes[node].child()::picture);
  }

  void stop(final int node) {
    disturbedUntilNs.set(node, Long.MAX_VALUE);
    nodes[node].child().signal("STOP");
  }

  void goOn(final int node) {
    nodes[node].child().signal("CONT");
    disturbedUntilNs.set(node, System.nanoTime());
  }

  /** Sets the clock of a running node, and waits until the node shows it. */
  void stepClock(final int node, final Duration by) {
    clocks[node].step(by);
    Await.until(
        clocks[node] + " is shown",
        LIMIT,
        () -> clocks[node].isShownBy(Http.date(Http.get(httpPort(node), "/livez"))),
        nodes[node].child()::picture);
  }

  /** Metrics of all nodes. */
  List<Metrics> metrics() {
    final List<Metrics> all = new ArrayList<>();
    for (final TallyJar node : nodes) {
      all.add(node.metrics());
    }
    return all;
  }

  /** Waits until every node sees every other. */
  void awaitAllUp(final Duration limit) {
    for (final TallyJar node : nodes) {
      Await.until(
          "all peers are up",
          limit,
          () -> node.metrics().sum("tally_link_up") == nodes.length - 1,
          node.child()::picture);
    }
  }

  /** What no node may ever log or print. */
  List<String> complaints() {
    final List<String> complaints = new ArrayList<>();
    for (int node = 0; node < nodes.length; node++) {
      final String id = nodeId(node);
      if (!nodes[node].child().isAlive()) {
        complaints.add(id + " has ended: " + nodes[node].child().picture());
      }
      nodes[node].child().errors().forEach(line -> complaints.add(id + ": " + line));
      nodes[node].child().output().stream()
          .filter(line -> line.contains("level=ERROR"))
          .forEach(line -> complaints.add(id + ": " + line));
    }
    return complaints;
  }

  @Override
  public void close() throws IOException {
    for (final TallyJar node : nodes) {
      if (node != null) {
        node.close();
      }
    }
    nats.close();
    for (final FaultProxy proxy : proxies) {
      if (proxy != null) {
        proxy.close();
      }
    }
    for (final WallClock clock : clocks) {
      if (clock != null) {
        clock.close();
      }
    }
    if (state != null) {
      state.close();
    }
  }
}
