package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterDefinition;
import io.tally.counter.http.CounterEndpoints;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.examples.lease.LeaseProvider;
import io.tally.http.HttpSettings;
import io.tally.launcher.CarrierSettings;
import io.tally.launcher.HostedService;
import io.tally.launcher.NodeConfig;
import io.tally.launcher.NodeTimes;
import io.tally.launcher.StateSettings;
import io.tally.launcher.TallyNode;
import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with two services inside a program, which starts and closes them by itself. */
@Timeout(300)
@Tag("default-jdk")
final class EmbeddedNodesIT {
  private static final List<String> IDS = List.of("node-0", "node-1", "node-2");
  private static final int SHARDS = 8;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Of each load, which increments one counter at one node. */
  private static final int CLIENTS = 2;

  private static final int INCREMENTS = 4_000;
  private static final int GRANTS = 100;
  private static final int CLOSED = 1;

  @TempDir private Path dataDir;
  private final NatsServer nats = NatsServer.start();
  private final List<RetryLoad> loads = new ArrayList<>();
  private final TallyNode[] nodes = new TallyNode[IDS.size()];
  private final int[] ports = IDS.stream().mapToInt(id -> NatsServer.freePort()).toArray();

  private NodeConfig config(final int node) {
    final EngineSettings engine = EngineSettings.DEFAULT;
    return new NodeConfig(
        new ClusterSettings(IDS, SHARDS, "", ClusterSettings.DEFAULT_LANE_WINDOW),
        List.of(IDS.get(node)),
        engine.withRequestTimes(Duration.ofSeconds(10).toNanos(), engine.queueLimitNs()),
        CarrierSettings.nats("embedded", NatsAddress.parse(nats.url(), NatsLogin.NONE)),
        HttpSettings.DEFAULTS.at("127.0.0.1", ports[node]),
        100,
        0,
        1,
        0,
        new NodeTimes(LIMIT, Duration.ZERO, LIMIT),
        StateSettings.in(dataDir),
        List.of(
            new HostedService(
                memory -> CounterDefinition.within(memory, 1_000L),
                CounterEndpoints::of,
                CounterEndpoints.HELP,
                CounterEndpoints.EXAMPLES),
            new LeaseProvider().service()));
  }

  /** At once, since each waits for the others. */
  private void launchAll() throws Exception {
    final ExecutorService threads = Executors.newFixedThreadPool(nodes.length);
    try {
      final List<Future<TallyNode>> launches = new ArrayList<>();
      for (int node = 0; node < nodes.length; node++) {
        final NodeConfig config = config(node);
        launches.add(threads.submit(() -> TallyNode.launch(config)));
      }
      ExecutionException failure = null;
      for (int node = 0; node < nodes.length; node++) {
        try {
          nodes[node] = launches.get(node).get();
        } catch (final ExecutionException e) {
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
    } finally {
      threads.shutdown();
    }
  }

  private int anyPort() {
    return ports[ThreadLocalRandom.current().nextInt(ports.length)];
  }

  @AfterEach
  void stop() {
    loads.forEach(RetryLoad::close);
    CloseHelper.closeAll(nodes);
    nats.close();
  }

  @Test
  void shouldCountEachIncrementOnceAndKeepLeasesWhileANodeIsClosedAndLaunchedAgain()
      throws Exception {
    launchAll();
    LeaseHolders.awaitOpen(this::anyPort);
    final List<String> leases = IntStream.range(0, 12).mapToObj(i -> "lease-" + i).toList();
    final LeaseHolders holders = new LeaseHolders(3, leases, this::anyPort);
    try (holders) {
      Await.until("leases are granted", LIMIT, () -> holders.granted() > GRANTS);
      closeUnderLoad();
      nodes[CLOSED] = TallyNode.launch(config(CLOSED));
      assertEquals(List.of(), LeaseHolders.unknown(this::anyPort));
      final int before = holders.granted();
      Await.until(
          "all is counted, and leases are granted",
          LIMIT,
          () -> loads.stream().allMatch(RetryLoad::isDone) && holders.granted() > before + GRANTS,
          () -> pictures() + holders.picture());
      for (final RetryLoad load : loads) {
        assertEquals(INCREMENTS, load.distinctValues(), load::picture);
        assertEquals(INCREMENTS, Http.read(anyPort(), load.counterId()), load::picture);
      }
      assertTrue(loads.stream().anyMatch(load -> load.retried() > 0), this::pictures);
    }
    assertEquals(List.of(), holders.violations());
    System.out.println("embedded nodes: " + pictures() + "; " + holders.picture());
  }

  /** Whatever is under way at any node when one of them is closed is answered. */
  private void closeUnderLoad() throws Exception {
    final List<String> ids = new ArrayList<>();
    IDS.forEach(owner -> ids.addAll(countersOf(owner, "closed-", 10)));
    try (StopLoad load = new StopLoad(ids, "closed-")) {
      for (final int port : ports) {
        load.start(port, 2, 8);
        for (final String owner : IDS) {
          final String id = countersOf(owner, "at-" + port + '-', 1).get(0);
          loads.add(new RetryLoad(port, id, CLIENTS, INCREMENTS / CLIENTS));
        }
      }
      Await.until(
          "requests are under way",
          LIMIT,
          () -> load.counted() > 1_000 && loads.stream().allMatch(retry -> retry.counted() > 0),
          this::pictures);
      nodes[CLOSED].close();
      Await.until("the others refuse", LIMIT, () -> load.refused("no-owner") > 0);
      assertEquals(List.of(), load.stop());
    }
  }

  private List<String> countersOf(final String owner, final String prefix, final int count) {
    return Placement.of(ports[0], SHARDS).countersOf(owner, prefix, count);
  }

  private String pictures() {
    return String.join("; ", loads.stream().map(RetryLoad::picture).toList());
  }
}
