package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that are stopped under load: nobody may be left without knowing what became of it. */
@Tag("default-jdk")
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlannedStopIT {
  private static final List<String> IDS = List.of("node-0", "node-1", "node-2");
  private static final int SHARDS = 32;
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String DRAIN = "--drain-timeout=60s";

  private final NatsServer nats = NatsServer.start();
  private final TallyJar[] nodes = new TallyJar[IDS.size()];
  private int rounds;

  private TallyJar launch(final int node) {
    return TallyJar.small()
        .start(
            "node",
            "--id=" + IDS.get(node),
            "--nodes=" + String.join(",", IDS),
            "--nats=" + nats.url(),
            "--shards=" + SHARDS,
            TallyJar.LONG_REQUESTS,
            DRAIN);
  }

  private void heal() {
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] == null || !nodes[i].child().isAlive()) {
        nodes[i] = launch(i);
      }
    }
    for (final TallyJar node : nodes) {
      node.awaitReady();
      node.awaitPeersUp(2);
    }
  }

  @AfterAll
  void stop() {
    for (final TallyJar node : nodes) {
      if (node != null) {
        node.close();
      }
    }
    nats.close();
  }

  private List<String> counters(final String prefix) {
    final List<String> ids = new ArrayList<>();
    final Placement placement = Placement.of(nodes[0].httpPort(), SHARDS);
    for (final String id : IDS) {
      ids.addAll(placement.countersOf(id, prefix, 20));
    }
    return ids;
  }

  @ParameterizedTest
  @CsvSource({"TERM, 0", "TERM, 1", "TERM, 2", "HUP, 0", "HUP, 1", "INT, 2"})
  void shouldLeaveNothingUnknownOnAnyNode(final String signal, final int stopped)
      throws IOException {
    heal();
    final String name = "stop-" + rounds++ + '-';
    try (StopLoad load = new StopLoad(counters(name), name)) {
      for (final TallyJar node : nodes) {
        load.start(node.httpPort(), 4, 16);
      }
      Await.until("load is under way", SOON, () -> load.counted() > 5_000);
      nodes[stopped].child().signal(signal);
      assertEquals(0, nodes[stopped].child().awaitExit(SOON), nodes[stopped].child()::picture);
      Await.until("the others refuse", SOON, () -> load.refused("no-owner") > 100);
      assertEquals(List.of(), load.stop(), nodes[stopped].child()::picture);
      assertEquals(0, load.refused("starting"));
      heal();
      load.checkExact(nodes[0].httpPort());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inprocess", "nats"})
  void shouldLeaveNothingUnknownWhenAllNodesOfOneProcessStop(final String transport) {
    final String name = "all-";
    try (TallyJar demo =
            TallyJar.small().start("--transport=" + transport, TallyJar.LONG_REQUESTS, DRAIN);
        StopLoad load =
            new StopLoad(IntStream.range(0, 60).mapToObj(i -> name + i).toList(), name)) {
      load.start(demo.awaitReady().httpPort(), 8, 16);
      Await.until("load is under way", SOON, () -> load.counted() > 5_000);
      demo.child().signal("TERM");
      assertEquals(0, demo.child().awaitExit(SOON), demo.child()::picture);
      assertEquals(List.of(), load.stop(), demo.child()::picture);
      assertEquals(List.of(), demo.child().errors());
    }
  }

  @Test
  void shouldNotWaitForAPeerThatStandsStill() throws IOException {
    heal();
    final String name = "still-";
    try (StopLoad load = new StopLoad(counters(name), name)) {
      nodes[2].child().signal("STOP");
      nodes[0].awaitPeersUp(1);
      nodes[1].awaitPeersUp(1);
      load.start(nodes[1].httpPort(), 4, 16);
      Await.until("load is under way", SOON, () -> load.counted() > 5_000);
      nodes[0].child().signal("TERM");
      assertEquals(0, nodes[0].child().awaitExit(SOON), nodes[0].child()::picture);
      assertEquals(List.of(), load.stop(), nodes[0].child()::picture);
      assertTrue(nodes[0].child().said("msg=\"stopped\""), nodes[0].child()::picture);
    } finally {
      nodes[2].child().signal("CONT");
    }
  }

  @Test
  void shouldLeaveNothingUnknownWhenTwoStopAtOnce() throws IOException {
    heal();
    final String name = "two-";
    try (StopLoad load = new StopLoad(counters(name), name)) {
      for (final TallyJar node : nodes) {
        load.start(node.httpPort(), 4, 16);
      }
      Await.until("load is under way", SOON, () -> load.counted() > 5_000);
      Child.signal("TERM", nodes[0].child().pid(), nodes[1].child().pid());
      for (int i = 0; i < 2; i++) {
        assertEquals(0, nodes[i].child().awaitExit(SOON), nodes[i].child()::picture);
      }
      Await.until("the third refuses", SOON, () -> load.refused("no-owner") > 100);
      assertEquals(List.of(), load.stop(), nodes[0].child()::picture);
      heal();
      load.checkExact(nodes[0].httpPort());
    }
  }
}
