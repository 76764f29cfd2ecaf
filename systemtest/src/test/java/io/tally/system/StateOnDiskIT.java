package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What machines and operators do to a data directory, and clients while its node restarts. */
@Timeout(240)
@Tag("default-jdk")
final class StateOnDiskIT {
  private static final byte[] KEYED = HttpConnection.increment("keyed", 5, "k-1");
  private static final int CLIENTS = 16;

  /** Of all clients together. */
  private static final int INCREMENTS = Integer.getInteger("tally.restart.increments", 16_000);

  @TempDir private Path dataDir;

  @Test
  void shouldCountEachIncrementOnceThatIsRetriedOverTwoRestarts() throws IOException {
    final int port = NatsServer.freePort();
    TallyJar node = nodeAt(port).awaitReady();
    try (RetryLoad load = new RetryLoad(port, "retried", CLIENTS, INCREMENTS / CLIENTS)) {
      for (int restart = 1; restart <= 2; restart++) {
        final int before = restart * INCREMENTS / 3;
        Await.until(
            "load is under way", LoneNode.LIMIT, () -> load.counted() >= before, load::picture);
        LoneNode.stop(node);
        node = nodeAt(port).awaitReady();
      }
      Await.until("all is counted", LoneNode.LIMIT, load::isDone, load::picture);
      assertEquals(INCREMENTS, load.distinctValues());
      assertEquals(INCREMENTS, Http.read(port, "retried"));
      assertTrue(load.retried() > 0, load::picture);
      System.out.println(load.picture());
      LoneNode.stop(node);
    } finally {
      node.close();
    }
  }

  private TallyJar nodeAt(final int port) {
    return TallyJar.small()
        .patient()
        .run(
            "node",
            "--id=n",
            "--nodes=n",
            "--shards=1",
            "--data-dir=" + dataDir,
            "--http-port=" + port,
            "--metrics-port=0");
  }

  /** The copy is that of the last stop, and then that of the node that has gone on with it. */
  @Test
  void shouldRefuseACopyBesideItsOriginal() throws IOException {
    try (TallyJar node = LoneNode.start(dataDir).awaitReady()) {
      assertEquals(1, Http.increment(node.httpPort(), "a"));
      LoneNode.stop(node);
    }
    final Path ofStop = copied("of-stop");
    try (TallyJar node = LoneNode.start(dataDir).awaitReady()) {
      assertEquals(2, Http.increment(node.httpPort(), "a"));
      final Path ofNode = copied("of-node");
      final Map<Path, String> original = LoneNode.contents(dataDir);
      for (final Path copy : List.of(ofStop, ofNode)) {
        final Map<Path, String> before = LoneNode.contents(copy);
        LoneNode.assertRefused(LoneNode.start(copy), copy.resolve("n") + " was copied");
        assertEquals(before, LoneNode.contents(copy));
      }
      assertEquals(original, LoneNode.contents(dataDir));
      assertEquals(3, Http.increment(node.httpPort(), "a"));
      LoneNode.stop(node);
    }
    LoneNode.assertRefused(LoneNode.start(ofStop), "was copied");
    try (TallyJar node = LoneNode.start(dataDir).awaitReady()) {
      assertEquals(3, Http.read(node.httpPort(), "a"));
    }
  }

  private Path copied(final String name) throws IOException {
    final Path copy = Files.createDirectories(dataDir.resolve(name));
    LoneNode.copy(dataDir.resolve("n"), Files.createDirectory(copy.resolve("n")));
    return copy;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void shouldGoOnWhereTheClockOfTheMachineWasSet(final int hours) throws IOException {
    final Answer first;
    try (TallyJar node = LoneNode.start(dataDir).awaitReady()) {
      first = LoneNode.call(node, KEYED);
      LoneNode.stop(node);
    }
    for (int restart = 0; restart < 2; restart++) {
      // The second time the clock is right again.
      try (TallyJar node = nodeWithClock(restart == 0 ? hours : 0).awaitReady()) {
        final Answer again = LoneNode.call(node, KEYED);
        assertTrue(again.replayed(), node.child()::picture);
        assertEquals(first.body(), again.body());
        assertEquals(first.incarnation(), again.incarnation());
        assertEquals(restart + 1, Http.increment(node.httpPort(), "a"));
        LoneNode.stop(node);
      }
    }
    try (TallyJar node = LoneNode.start(dataDir).awaitReady()) {
      assertEquals(5, Http.read(node.httpPort(), "keyed"));
      final long lost = LoneNode.call(node, HttpConnection.get("a")).incarnation();
      LoneNode.kill(node);
      try (TallyJar next = nodeWithClock(-1).awaitReady()) {
        assertTrue(LoneNode.call(next, HttpConnection.get("a")).incarnation() > lost, "visible");
      }
    }
  }

  private TallyJar nodeWithClock(final int hoursAhead) {
    final Duration offset = Duration.ofHours(hoursAhead);
    return LoneNode.start(TallyJar.small().environment(ShiftedClock.environment(offset)), dataDir);
  }

  /** The disk of a machine that lets us mount one, and a limit of the length of files. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayThatTheStateWasNotSavedWhereTheDiskIsFull(final boolean wantsDisk)
      throws IOException {
    try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(dataDir.resolve("disk")))) {
      final boolean isOnDisk = wantsDisk && disk.isMounted();
      saveWhereItIsFull(isOnDisk ? disk.root() : dataDir, isOnDisk);
    }
  }

  private static void saveWhereItIsFull(final Path directory, final boolean isOnDisk)
      throws IOException {
    try (TallyJar node = LoneNode.start(directory).awaitReady()) {
      assertEquals(1, Http.increment(node.httpPort(), "a"));
      LoneNode.stop(node);
    }
    final Map<Path, String> saved = LoneNode.contents(directory);
    final TallyJar.Launch launch = TallyJar.small();
    if (!isOnDisk) {
      launch.longestFile(SmallDisk.KIBIBYTES);
    }
    try (TallyJar node = LoneNode.start(launch, directory).awaitReady()) {
      SmallDisk.fill(node.httpPort(), "");
      node.child().signal("TERM");
      assertEquals(1, node.child().awaitExit(LoneNode.LIMIT), node.child()::picture);
      assertEquals(1, node.child().errors().size(), node.child()::picture);
      assertTrue(
          node.child().errors().get(0).contains("the state was not saved"), node.child()::picture);
      assertTrue(
          !isOnDisk || node.child().errors().get(0).contains("No space left on device"),
          node.child()::picture);
    }
    final Map<Path, String> left = LoneNode.contents(directory);
    left.keySet().removeIf(file -> file.toString().startsWith("used-"));
    saved.keySet().removeIf(file -> file.toString().startsWith("used-"));
    assertEquals(saved, left, "the older one is as it was");
    try (TallyJar node = LoneNode.start(directory).awaitReady()) {
      assertTrue(node.child().said("level=WARN"), "and not clean");
      assertEquals(0, Http.read(node.httpPort(), "a"));
    }
  }
}
