package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Three processes of one node each. Every test finds all three up, and may break them. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("default-jdk")
class ClusterIT {
  private static final List<String> IDS = List.of("node-0", "node-1", "node-2");
  private static final String NODES = String.join(",", IDS);
  private static final Duration SOON = Duration.ofSeconds(30);

  private final NatsServer nats = NatsServer.start();
  private final TallyJar[] nodes = new TallyJar[IDS.size()];

  private TallyJar launch(final String id, final String... more) {
    final String[] arguments = {
      "node",
      "--id=" + id,
      "--nodes=" + NODES,
      "--nats=" + nats.url(),
      "--shards=32",
      "--request-timeout=3s"
    };
    final String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return TallyJar.small().start(all);
  }

  @BeforeEach
  void heal() {
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] == null || !nodes[i].child().isAlive()) {
        nodes[i] = launch(IDS.get(i));
      }
    }
    for (final TallyJar node : nodes) {
      node.awaitReady();
    }
    awaitAllUp();
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

  private void awaitAllUp() {
    for (final TallyJar node : nodes) {
      node.awaitPeersUp(2);
    }
  }

  private int port(final int node) {
    return nodes[node].httpPort();
  }

  private List<String> countersOf(final int node, final String prefix, final int count) {
    return Placement.of(port(0), 32).countersOf(IDS.get(node), prefix, count);
  }

  @Test
  void shouldAnswerForAnyCounterAtAnyNode() throws IOException {
    final List<String> ids = IntStream.range(0, 600).mapToObj(i -> "any-" + i).toList();
    final ClosedLoop first = new ClosedLoop(port(0), ids);
    first.run(1, 8, 8);
    for (int i = 0; i < 600; i++) {
      assertEquals(2, Http.read(port(1 + i % 2), ids.get(i)));
    }
    assertEquals(3, Http.increment(port(1), "any-0"));
    assertEquals(4, Http.increment(port(2), "any-0"));
    assertEquals(4, Http.read(port(0), "any-0"));
    final long shards =
        nodes[0].metrics().sum("tally_cluster_shards_owned")
            + nodes[1].metrics().sum("tally_cluster_shards_owned")
            + nodes[2].metrics().sum("tally_cluster_shards_owned");
    assertEquals(32, shards);
  }

  @Test
  void shouldRefuseQuicklyForAKilledNodeAndGoOnForTheOthersAndComeBackVisibly() throws IOException {
    final long changes = nodes[0].metrics().value("tally_incarnation_changes_total");
    final String lost = countersOf(2, "killed-", 1).get(0);
    final String kept = countersOf(1, "killed-", 1).get(0);
    final List<String> others = countersOf(2, "others-", 40);
    try (HttpConnection connection = new HttpConnection(port(0), SOON)) {
      final long before = connection.call(HttpConnection.increment(lost)).incarnation();
      assertEquals(1, connection.call(HttpConnection.increment(kept)).value());
      for (final String other : others) {
        assertEquals(1, connection.call(HttpConnection.increment(other)).value());
      }
      nodes[2].child().signal("KILL");
      final AtomicLong keptValue = new AtomicLong(1);
      Await.until(
          "what the killed node owned is refused",
          SOON,
          () -> {
            final Answer answer = connection.call(HttpConnection.increment(lost));
            final boolean refused = answer.status() == 503 && answer.body().contains("no-owner");
            assertTrue(refused || answer.status() == 504 && answer.isUnknown(), answer::toString);
            assertEquals(
                keptValue.incrementAndGet(),
                connection.call(HttpConnection.increment(kept)).value());
            return refused;
          });
      final long sent = nodes[0].metrics().value("tally_link_commands_sent_total");
      for (int i = 0; i < 20; i++) {
        final Answer answer = connection.call(HttpConnection.increment(lost));
        assertEquals(503, answer.status(), answer::toString);
        assertTrue(answer.isNotApplied(), answer::toString);
      }
      // Refused at once: nothing was sent to be waited for.
      assertEquals(sent, nodes[0].metrics().value("tally_link_commands_sent_total"));
      assertEquals(503, Http.get(port(1), "/counter/" + lost).statusCode());

      nodes[2].close();
      heal();
      final Answer read = connection.call(HttpConnection.get(lost));
      assertEquals(0, read.value());
      assertTrue(read.incarnation() > before, read::toString);
      assertEquals(1, connection.call(HttpConnection.increment(lost)).value());
      for (final String other : others) {
        assertEquals(1, connection.call(HttpConnection.increment(other)).value());
      }
      assertEquals(keptValue.get(), connection.call(HttpConnection.get(kept)).value());
      assertEquals(changes + 1, nodes[0].metrics().value("tally_incarnation_changes_total"));
    }
  }

  @Test
  void shouldKnowAtOnceThatANodeWasStoppedAndLoseNothingOfWhatItAnswered() throws Exception {
    final String gone = countersOf(2, "stopped-", 1).get(0);
    final String kept = countersOf(1, "stopped-", 1).get(0);
    assertEquals(1, Http.increment(port(0), gone));
    final int frontEnd = port(2);
    final var load = CompletableFuture.supplyAsync(() -> incrementUntilClosed(frontEnd, kept));
    Await.until("load is under way", SOON, () -> Http.read(port(1), kept) > 200);
    nodes[2].child().signal("TERM");
    assertEquals(0, nodes[2].child().awaitExit(SOON), nodes[2].child()::picture);
    final HttpResponse<String> refused = Http.post(port(0), "/counter/" + gone + "/increment", "");
    assertEquals(503, refused.statusCode(), refused.body());
    assertTrue(refused.body().contains("no-owner"), refused.body());
    assertEquals(load.get(), Http.read(port(1), kept));
    assertTrue(
        nodes[0].child().said("level=INFO msg=\"peer has left\""), nodes[0].child()::picture);
  }

  /** Returns how many increments were answered 200; none may stay without an answer. */
  private static long incrementUntilClosed(final int port, final String id) {
    long counted = 0;
    try (HttpConnection connection = new HttpConnection(port, SOON)) {
      while (true) {
        final Answer answer = connection.call(HttpConnection.increment(id));
        if (answer.status() == 200) {
          counted++;
        } else if (answer.status() != 503 || !answer.isNotApplied()) {
          throw new AssertionError(answer);
        }
        if (answer.closes()) {
          return counted;
        }
      }
    } catch (final IOException closed) {
      // An idle connection is closed without an answer, which leaves the last request uncounted.
      return counted;
    }
  }

  @Test
  void shouldRefuseAStrangerAndStayReady() {
    try (TallyJar stranger =
        TallyJar.small()
            .start("node", "--id=node-1", "--nodes=node-0,node-1,node-9", "--nats=" + nats.url())) {
      final int port = stranger.httpPort();
      Await.until(
          "the stranger names who refuses it",
          SOON,
          () -> {
            final HttpResponse<String> response = Http.tryGet(port, "/readyz");
            return response.statusCode() == 503
                && response.body().contains("\"peers_refused\":[\"node-0\"");
          },
          stranger.child()::picture);
      for (int i = 0; i < nodes.length; i++) {
        nodes[i].awaitSaid("refused a node with other settings");
        assertTrue(Http.isReady(port(i)));
      }
      assertTrue(stranger.child().said("refused a node with other settings"));
      assertFalse(stranger.child().said("=== Tally ready ==="), stranger.child()::picture);
      assertEquals(1, Http.increment(port(0), countersOf(1, "stranger-", 1).get(0)));
      assertEquals(200, Http.get(port, "/livez").statusCode());
      // By its own table it owns some of these counters; the cluster knows better.
      for (int i = 0; i < 32; i++) {
        final HttpResponse<String> answer =
            Http.post(port, "/counter/stranger-" + i + "/increment", "");
        assertEquals(503, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("/problems/starting"), answer::body);
      }
    }
  }

  @Test
  void shouldRefuseASecondProcessOfTheSameId() {
    final String id = countersOf(1, "twice-", 1).get(0);
    assertEquals(1, Http.increment(port(0), id));
    try (TallyJar second = launch("node-1")) {
      assertEquals(1, second.child().awaitExit(SOON), second.child()::picture);
      assertEquals(1, second.child().errors().size(), second.child()::picture);
      assertTrue(
          second.child().errors().get(0).contains("node-1 is already running"),
          second.child()::picture);
    }
    assertTrue(nodes[1].child().isAlive());
    assertEquals(2, Http.increment(port(0), id));
    assertEquals(3, Http.increment(port(1), id));
  }

  @Test
  void shouldGiveWayToAProcessOfItsIdThatIsHeardLateAndTakeNothingFromIt() {
    final String name = "--cluster=late";
    final String id = countersOf(1, "late-", 1).get(0);
    try (TallyJar first = launch("node-1", name, "--start-timeout=1s").awaitReady()) {
      assertEquals(1, Http.increment(first.httpPort(), id));
      first.child().signal("STOP");
      try (TallyJar second = launch("node-1", name, "--start-timeout=30s")) {
        second.awaitSaid("HTTP server starting");
        first.child().signal("CONT");
        assertEquals(1, second.child().awaitExit(SOON), second.child()::picture);
        assertTrue(
            second.child().errors().get(0).contains("node-1 is already running"),
            second.child()::picture);
      }
      assertEquals(2, Http.increment(first.httpPort(), id));
      assertTrue(first.child().isAlive(), first.child()::picture);
      assertFalse(first.child().said("shutting down"), first.child()::picture);
    }
  }

  @Test
  void shouldEndAStoppedProcessThatWakesBesideItsSuccessor() {
    final String id = countersOf(1, "woken-", 1).get(0);
    assertEquals(1, Http.increment(port(0), id));
    final TallyJar old = nodes[1];
    try {
      old.child().signal("STOP");
      Await.until(
          "the stopped node is known to be away",
          SOON,
          () -> nodes[0].metrics().sum("tally_link_up") == 1);
      nodes[1] = launch("node-1").awaitReady();
      awaitAllUp();
      assertEquals(1, Http.increment(port(0), id));
      old.child().signal("CONT");
      assertEquals(1, old.child().awaitExit(SOON), old.child()::picture);
      assertEquals(1, old.child().errors().size(), old.child()::picture);
      assertTrue(
          old.child().errors().get(0).contains("a newer process serves as node-1"),
          old.child()::picture);
      assertEquals(2, Http.increment(port(0), id));
      assertEquals(3, Http.increment(port(1), id));
    } finally {
      old.close();
    }
  }

  @Test
  void shouldNotLetABacklogGrowInTheServerForAStoppedNode() throws IOException {
    final String padding = "x".repeat(200);
    final List<String> ids = countersOf(1, "backlog-" + padding, 20);
    final List<HttpConnection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < 150; i++) {
        connections.add(new HttpConnection(port(0), SOON));
      }
      nodes[1].child().signal("STOP");
      long maxPending = 0;
      for (int round = 0; round < 2; round++) {
        for (final HttpConnection connection : connections) {
          for (int i = 0; i < 64; i++) {
            connection.send(HttpConnection.increment(ids.get(i % ids.size())));
          }
          connection.flush();
        }
        for (int c = 0; c < connections.size(); c++) {
          final HttpConnection connection = connections.get(c);
          for (int i = 0; i < 64; i++) {
            final Answer answer = connection.read();
            assertTrue(
                answer.status() == 504 && answer.isUnknown()
                    || answer.status() == 503 && answer.isNotApplied(),
                answer::toString);
            if (answer.closes()) {
              // What waited unread for longer than a request may take is refused so.
              connection.close();
              connections.set(c, new HttpConnection(port(0), SOON));
              break;
            }
          }
          final long pending =
              nats.tryConnz("pending_bytes").stream().mapToLong(Long::longValue).max().orElse(0);
          maxPending = Math.max(maxPending, pending);
        }
      }
      final long pending = maxPending;
      assertTrue(pending <= 2 * (1 << 20) + (1 << 17), () -> pending + " bytes wait");
    } finally {
      nodes[1].child().signal("CONT");
      for (final HttpConnection connection : connections) {
        connection.close();
      }
    }
    awaitAllUp();
    assertEquals(200, Http.post(port(0), "/counter/" + ids.get(0) + "/increment", "").statusCode());
  }

  @Test
  void shouldBecomeReadyWithoutAMissingNodeAfterTheStartTimeout() {
    final String name = "--cluster=missing";
    try (TallyJar first = launch("node-0", name, "--start-timeout=1s");
        TallyJar second = launch("node-1", name, "--start-timeout=1s")) {
      for (final TallyJar node : List.of(first, second)) {
        node.awaitReady();
        final Duration waited =
            Duration.between(
                node.timeOf("HTTP server starting"), node.timeOf("=== Tally ready ==="));
        assertTrue(waited.toMillis() >= 950, node.child()::picture);
        assertEquals(
            "node-2",
            node.logged("the start timeout passed before all nodes agreed", "missing"),
            node.child()::picture);
        assertTrue(Http.get(node.httpPort(), "/readyz").body().contains("\"node-2\""));
      }
      final String id = countersOf(2, "missing-", 1).get(0);
      assertEquals(
          503, Http.post(first.httpPort(), "/counter/" + id + "/increment", "").statusCode());
    }
  }

  @Test
  void shouldNeverMeetAClusterOfAnotherName() {
    final String[] options = {"--nats=" + nats.url(), "--node-count=3", "--shards=16"};
    try (TallyJar red =
            TallyJar.small().start("--cluster=red", options[0], options[1], options[2]);
        TallyJar blue =
            TallyJar.small().start("--cluster=blue", options[0], options[1], "--shards=32")) {
      red.awaitReady();
      blue.awaitReady();
      for (int i = 1; i <= 3; i++) {
        for (int counter = 0; counter < 20; counter++) {
          assertEquals(i, Http.increment(red.httpPort(), "name-" + counter));
        }
      }
      for (int counter = 0; counter < 20; counter++) {
        assertEquals(0, Http.read(blue.httpPort(), "name-" + counter));
        assertEquals(0, Http.read(port(0), "name-" + counter));
      }
      for (final TallyJar demo : List.of(red, blue)) {
        assertEquals(0, demo.metrics().sum("tally_frames_refused_total"));
        assertNotEquals(0, demo.metrics().sum("tally_link_commands_sent_total"));
      }
    }
  }
}
