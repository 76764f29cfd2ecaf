package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process keeps on disk, from one start to the next. */
@Timeout(240)
@Tag("default-jdk")
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
      first = LoneNode.call(demo, KEYED);
      assertEquals(5, first.value());
      assertEquals(6, LoneNode.call(demo, HttpConnection.increment("keyed")).value());
      LoneNode.stop(demo);
    }
    for (int restart = 1; restart <= 2; restart++) {
      try (TallyJar demo = demo().awaitReady()) {
        final Answer again = LoneNode.call(demo, KEYED);
        assertTrue(again.replayed(), demo.child()::picture);
        assertEquals(first.body(), again.body());
        assertEquals(first.incarnation(), again.incarnation());
        for (int i = 0; i < 50; i++) {
          assertEquals(restart + 1, Http.increment(demo.httpPort(), "c-" + i));
        }
        assertEquals(
            first.incarnation(), LoneNode.call(demo, HttpConnection.get("keyed")).incarnation());
        assertEquals(6, Http.read(demo.httpPort(), "keyed"));
        assertTrue(demo.metrics().text().contains("tally_restored_age_seconds"));
        LoneNode.stop(demo);
      }
    }
    assertEquals(
        51, run("export", dataDir.toString()).output().size(), "every counter of every node");
    final Child csv = run("export", "--format=csv", dataDir.toString());
    assertEquals("id,value,ttl_ms,version,kind", csv.output().get(0));
    assertTrue(
        csv.output().stream().anyMatch(line -> line.matches("keyed,6,,[1-9]\\d*,")), csv::picture);
    final Child inspected = run("inspect", dataDir.toString());
    assertTrue(inspected.output().stream().anyMatch(line -> line.contains("node-2")));
  }

  @Test
  void shouldStartEmptyAndSayItAfterACrash() throws IOException {
    try (TallyJar node = node().awaitReady()) {
      assertEquals(1, Http.increment(node.httpPort(), "a"));
      LoneNode.stop(node);
    }
    final long lost;
    try (TallyJar node = node().awaitReady()) {
      final Answer answer = LoneNode.call(node, HttpConnection.increment("a"));
      assertEquals(2, answer.value());
      lost = answer.incarnation();
      node.child().signal("KILL");
      node.child().awaitExit(LIMIT);
    }
    try (TallyJar node = node().awaitReady()) {
      assertTrue(node.child().said("level=WARN"), node.child()::picture);
      final Answer answer = LoneNode.call(node, HttpConnection.get("a"));
      assertEquals(0, answer.value());
      assertTrue(answer.incarnation() > lost);
      assertEquals(1, files("aside-").size());
      LoneNode.stop(node);
    }
  }

  @Test
  void shouldRestoreTheNewestSnapshotUnderNewIncarnations() throws IOException {
    final long before;
    try (TallyJar node = node("--snapshot-interval=100ms").awaitReady()) {
      before = LoneNode.call(node, HttpConnection.increment("a")).incarnation();
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
      final Answer answer = LoneNode.call(node, HttpConnection.get("a"));
      assertEquals(1, answer.value());
      assertTrue(answer.incarnation() > before, "visible");
      LoneNode.stop(node);
    }
    try (TallyJar node = node().awaitReady()) {
      assertEquals(2, Http.increment(node.httpPort(), "a"));
      LoneNode.stop(node);
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
        first = LoneNode.call(peer, HttpConnection.increment(id));
        assertEquals(1, first.value());
        LoneNode.stop(node);
      }
      LoneNode.copy(dataDir.resolve("a"), Files.createDirectories(old.resolve("a")));
      try (TallyJar node = ofTwo(nats, "a", dataDir).awaitReady()) {
        peer.awaitPeersUp(1);
        final Answer second = LoneNode.call(peer, HttpConnection.increment(id));
        assertEquals(2, second.value());
        assertEquals(first.incarnation(), second.incarnation());
        node.child().signal("KILL");
        node.child().awaitExit(LIMIT);
      }
      try (TallyJar node = ofTwo(nats, "a", dataDir).awaitReady()) {
        peer.awaitPeersUp(1);
        final Answer third = LoneNode.call(peer, HttpConnection.increment(id));
        assertEquals(1, third.value());
        assertTrue(first.incarnation() < third.incarnation());
        LoneNode.stop(node);
      }
      LoneNode.assertRefused(ofTwo(nats, "a", old, "--moved"), "older state");
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

  @Test
  void shouldLeaveTheStateAsItWasWhereAStartFails() throws IOException {
    try (TallyJar node = node().awaitReady()) {
      assertEquals(1, Http.increment(node.httpPort(), "a"));
      LoneNode.assertRefused(node(), "another process");
      LoneNode.stop(node);
    }
    final List<Path> clean = files("");
    try (ServerSocket taken = new ServerSocket(0)) {
      LoneNode.assertRefused(
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
    LoneNode.assertRefused(node("--lane-window=64"), "lane window");
    final Path shard = files("shard-").get(0);
    flipABit(shard);
    LoneNode.assertRefused(node(), shard.getFileName().toString());
    assertNotEquals(0, exitOf("inspect", dataDir.toString()));
    flipABit(shard);
    final Path copy = Files.createDirectories(dataDir.resolve("copy"));
    LoneNode.copy(dataDir.resolve("n"), Files.createDirectory(copy.resolve("n")));
    LoneNode.assertRefused(LoneNode.start(copy), "--moved");
    assertEquals(clean, files(""), "nothing was changed");
    try (TallyJar node = node().awaitReady()) {
      assertEquals(1, Http.read(node.httpPort(), "a"));
    }
    try (TallyJar node = LoneNode.start(copy, "--moved").awaitReady()) {
      assertEquals(1, Http.read(node.httpPort(), "a"));
    }
  }

  private TallyJar demo() {
    return TallyJar.small()
        .start("--transport=inprocess", "--node-count=3", "--data-dir=" + dataDir);
  }

  private TallyJar node(final String... options) {
    return LoneNode.start(dataDir, options);
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
