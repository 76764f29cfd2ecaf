package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process keeps on disk, from one start to the next. */
@Timeout(240)
final class RestartIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final byte[] KEYED = HttpConnection.increment("keyed", 5, "k-1");

  @TempDir private Path dataDir;

  @Test
  void shouldGoOnAfterEachPlannedStopAsIfNothingHadHappened() throws IOException {
    final Answer first;
    try (TallyJar demo = demo().awaitReady()) {
      assertTrue(demo.child().said("data_dir=" + dataDir), demo.child()::picture);
      for (int i = 0; i < 50; i++) {
        assertEquals(1, Http.increment(demo.httpPort(), "c-" + i));
      }
      first = call(demo, KEYED);
      assertEquals(5, first.value());
      assertEquals(6, call(demo, HttpConnection.increment("keyed")).value());
      stop(demo);
    }
    for (int restart = 1; restart <= 2; restart++) {
      try (TallyJar demo = demo().awaitReady()) {
        final Answer again = call(demo, KEYED);
        assertTrue(again.replayed(), demo.child()::picture);
        assertEquals(first.body(), again.body());
        assertEquals(first.incarnation(), again.incarnation());
        for (int i = 0; i < 50; i++) {
          assertEquals(restart + 1, Http.increment(demo.httpPort(), "c-" + i));
        }
        assertEquals(first.incarnation(), call(demo, HttpConnection.get("keyed")).incarnation());
        assertEquals(6, Http.read(demo.httpPort(), "keyed"));
        assertTrue(demo.metrics().text().contains("tally_restored_age_seconds"));
        stop(demo);
      }
    }
    assertEquals(
        51, run("export", dataDir.toString()).output().size(), "every counter of every node");
    final Child csv = run("export", "--format=csv", dataDir.toString());
    assertEquals("id,value", csv.output().get(0));
    assertTrue(csv.output().contains("keyed,6"), csv::picture);
    final Child inspected = run("inspect", dataDir.toString());
    assertTrue(inspected.output().stream().anyMatch(line -> line.contains("node-2")));
  }

  @Test
  void shouldStartEmptyAndSayItAfterACrash() throws IOException {
    try (TallyJar node = node().awaitReady()) {
      assertEquals(1, Http.increment(node.httpPort(), "a"));
      stop(node);
    }
    final long lost;
    try (TallyJar node = node().awaitReady()) {
      final Answer answer = call(node, HttpConnection.increment("a"));
      assertEquals(2, answer.value());
      lost = answer.incarnation();
      node.child().signal("KILL");
      node.child().awaitExit(LIMIT);
    }
    try (TallyJar node = node().awaitReady()) {
      assertTrue(node.child().said("level=WARN"), node.child()::picture);
      final Answer answer = call(node, HttpConnection.get("a"));
      assertEquals(0, answer.value());
      assertTrue(answer.incarnation() > lost);
      assertEquals(1, files("aside-").size());
      stop(node);
    }
  }

  @Test
  void shouldRestoreTheNewestSnapshotUnderNewIncarnations() throws IOException {
    final long before;
    try (TallyJar node = node("--snapshot-interval=100ms").awaitReady()) {
      before = call(node, HttpConnection.increment("a")).incarnation();
      final double written = node.metrics().sum("tally_snapshots_written_total");
      Await.until(
          "two more snapshots",
          LIMIT,
          () -> node.metrics().sum("tally_snapshots_written_total") >= written + 2,
          node.child()::picture);
      node.child().signal("KILL");
      node.child().awaitExit(LIMIT);
    }
    try (TallyJar node = node("--restore=latest").awaitReady()) {
      final Answer answer = call(node, HttpConnection.get("a"));
      assertEquals(1, answer.value());
      assertTrue(answer.incarnation() > before, "visible");
      stop(node);
    }
    try (TallyJar node = node().awaitReady()) {
      assertEquals(2, Http.increment(node.httpPort(), "a"));
      stop(node);
    }
  }

  @Test
  void shouldBeToldByItsPeersThatItsStateIsOld() throws IOException {
    final Path old = dataDir.resolve("old");
    try (NatsServer nats = NatsServer.start();
        TallyJar peer = ofTwo(nats, "b", dataDir)) {
      final String id;
      final Answer first;
      try (TallyJar node = ofTwo(nats, "a", dataDir).awaitReady()) {
        peer.awaitReady();
        peer.awaitPeersUp(1);
        id = Placement.of(peer.httpPort(), 8).countersOf("a", "old-", 1).get(0);
        first = call(peer, HttpConnection.increment(id));
        assertEquals(1, first.value());
        stop(node);
      }
      copy(dataDir.resolve("a"), Files.createDirectories(old.resolve("a")));
      try (TallyJar node = ofTwo(nats, "a", dataDir).awaitReady()) {
        peer.awaitPeersUp(1);
        final Answer second = call(peer, HttpConnection.increment(id));
        assertEquals(2, second.value());
        assertEquals(first.incarnation(), second.incarnation());
        node.child().signal("KILL");
        node.child().awaitExit(LIMIT);
      }
      try (TallyJar node = ofTwo(nats, "a", dataDir).awaitReady()) {
        peer.awaitPeersUp(1);
        final Answer third = call(peer, HttpConnection.increment(id));
        assertEquals(1, third.value());
        assertTrue(first.incarnation() < third.incarnation());
        stop(node);
      }
      assertRefused(ofTwo(nats, "a", old, "--moved"), "older state");
      peer.child().signal("STOP");
      try (TallyJar node = ofTwo(nats, "a", old, "--moved", "--start-timeout=1s").awaitReady()) {
        peer.child().signal("CONT");
        assertEquals(1, node.child().awaitExit(LIMIT), node.child()::picture);
        assertTrue(node.child().errors().get(0).contains("older state"), node.child()::picture);
      }
    }
  }

  private static TallyJar ofTwo(
      final NatsServer nats, final String id, final Path directory, final String... options) {
    return TallyJar.small()
        .start(
            Stream.concat(
                    Stream.of(
                        "node",
                        "--id=" + id,
                        "--nodes=a,b",
                        "--shards=8",
                        "--nats=" + nats.url(),
                        "--data-dir=" + directory),
                    Stream.of(options))
                .toArray(String[]::new));
  }

  private static void copy(final Path from, final Path to) {
    final List<String> command = List.of("cp", "-r", from + "/.", to.toString());
    assertEquals(0, Child.start(command, environment -> {}).awaitExit(LIMIT));
  }

  @Test
  void shouldLeaveTheStateAsItWasWhereAStartFails() throws IOException {
    try (TallyJar node = node().awaitReady()) {
      assertEquals(1, Http.increment(node.httpPort(), "a"));
      assertRefused(node(), "another process");
      stop(node);
    }
    final List<Path> clean = files("");
    try (ServerSocket taken = new ServerSocket(0)) {
      assertRefused(
          TallyJar.small()
              .run(
                  "node",
                  "--id=n",
                  "--nodes=n",
                  "--shards=1",
                  "--data-dir=" + dataDir,
                  "--metrics-port=0",
                  "--bind=0.0.0.0",
                  "--http-port=" + taken.getLocalPort()),
          "port");
    }
    assertRefused(node("--lane-window=64"), "lane window");
    final Path shard = files("shard-").get(0);
    flipABit(shard);
    assertRefused(node(), shard.getFileName().toString());
    assertNotEquals(0, exitOf("inspect", dataDir.toString()));
    flipABit(shard);
    final Path copy = Files.createDirectories(dataDir.resolve("copy"));
    copy(dataDir.resolve("n"), Files.createDirectory(copy.resolve("n")));
    assertRefused(node(copy), "--moved");
    assertEquals(clean, files(""), "nothing was changed");
    try (TallyJar node = node().awaitReady()) {
      assertEquals(1, Http.read(node.httpPort(), "a"));
    }
    try (TallyJar node = node(copy, "--moved").awaitReady()) {
      assertEquals(1, Http.read(node.httpPort(), "a"));
    }
  }

  @Test
  void shouldSayThatTheStateWasNotSavedWhereTheDiskIsFull() throws IOException {
    try (TallyJar node = node().awaitReady()) {
      assertEquals(1, Http.increment(node.httpPort(), "a"));
      stop(node);
    }
    final List<Path> before = files("manifest-");
    try (TallyJar node =
        TallyJar.small()
            .longestFile(1_024)
            .start("node", "--id=n", "--nodes=n", "--shards=1", "--data-dir=" + dataDir)
            .awaitReady()) {
      try (HttpConnection connection = new HttpConnection(node.httpPort(), LIMIT)) {
        final String padding = "x".repeat(200);
        for (int batch = 0; batch < 80; batch++) {
          for (int i = 0; i < 64; i++) {
            connection.send(HttpConnection.increment(padding + (64 * batch + i)));
          }
          connection.flush();
          for (int i = 0; i < 64; i++) {
            assertEquals(200, connection.read().status());
          }
        }
      }
      node.child().signal("TERM");
      assertEquals(1, node.child().awaitExit(LIMIT), node.child()::picture);
      assertEquals(1, node.child().errors().size(), node.child()::picture);
      assertTrue(
          node.child().errors().get(0).contains("the state was not saved"), node.child()::picture);
    }
    assertEquals(before, files("manifest-"), "the older one is as it was");
    try (TallyJar node = node().awaitReady()) {
      assertTrue(node.child().said("level=WARN"), "and not clean");
      assertEquals(0, Http.read(node.httpPort(), "a"));
    }
  }

  private TallyJar demo() {
    return TallyJar.small()
        .start("--transport=inprocess", "--node-count=3", "--data-dir=" + dataDir);
  }

  private TallyJar node(final String... options) {
    return node(dataDir, options);
  }

  private static TallyJar node(final Path directory, final String... options) {
    final Stream<String> all =
        Stream.concat(
            Stream.of("node", "--id=n", "--nodes=n", "--data-dir=" + directory),
            Stream.concat(Stream.of("--shards=1"), Stream.of(options)));
    return TallyJar.small().start(all.toArray(String[]::new));
  }

  private static Answer call(final TallyJar jar, final byte[] request) throws IOException {
    try (HttpConnection connection = new HttpConnection(jar.httpPort(), LIMIT)) {
      return connection.call(request);
    }
  }

  private static void stop(final TallyJar jar) {
    jar.child().signal("TERM");
    assertEquals(0, jar.child().awaitExit(LIMIT), jar.child()::picture);
    assertEquals(List.of(), jar.child().errors());
  }

  private static void assertRefused(final TallyJar jar, final String reason) {
    try (jar) {
      assertNotEquals(0, jar.child().awaitExit(LIMIT), jar.child()::picture);
      assertEquals(1, jar.child().errors().size(), jar.child()::picture);
      assertTrue(jar.child().errors().get(0).contains(reason), jar.child()::picture);
      assertFalse(jar.child().said("=== Tally ready ==="));
    }
  }

  private static Child run(final String... arguments) {
    try (TallyJar jar = TallyJar.small().run(arguments)) {
      assertEquals(0, jar.child().awaitExit(LIMIT), jar.child()::picture);
      return jar.child();
    }
  }

  private static int exitOf(final String... arguments) {
    try (TallyJar jar = TallyJar.small().run(arguments)) {
      return jar.child().awaitExit(LIMIT);
    }
  }

  private List<Path> files(final String prefix) throws IOException {
    try (Stream<Path> files = Files.list(dataDir.resolve("n"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    }
  }

  private static void flipABit(final Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      final long middle = bytes.length() / 2;
      bytes.seek(middle);
      final int before = bytes.read();
      bytes.seek(middle);
      bytes.write(before ^ 4);
    }
  }
}
