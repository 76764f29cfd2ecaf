package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.SnapshotSink;
import io.tally.store.StartMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node's folder among real files. */
@Timeout(30)
final class NodeDirectoryTest {
  @TempDir private Path dataDir;

  private NodeDirectory open(final StartMode mode) throws StoreException {
    return open(dataDir, mode);
  }

  private static NodeDirectory open(final Path directory, final StartMode mode)
      throws StoreException {
    return NodeDirectory.open(directory, SavedState.node(), mode);
  }

  private static long begin(final NodeDirectory directory) throws StoreException {
    final long generation = directory.begin(directory.start().highestIncarnation() + 1, 0);
    directory.settle();
    return generation;
  }

  /** A process that begins and stops in good order. */
  private void run(final long state) throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      begin(directory);
      SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(state));
    }
  }

  /** A process that ends without warning. */
  private void crash() throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      begin(directory);
    }
  }

  private String refusal(final StartMode mode) {
    return assertThrows(StoreException.class, () -> open(mode).close()).getMessage();
  }

  private Path node() {
    return dataDir.resolve("node-0");
  }

  /** All files with their content, but for the lock. */
  private Map<String, String> content() throws IOException {
    final Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(dataDir)) {
      for (final Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(node().relativize(file).toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    content.remove("lock");
    return content;
  }

  private Set<String> names() throws IOException {
    return new TreeSet<>(content().keySet());
  }

  private static void copy(final Path from, final Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (final Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void shouldStartEmptyAndThenResume() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(StartKind.EMPTY, directory.start().kind());
      assertEquals(node() + " holds no state: starts at zero", directory.start().message());
      assertEquals(0, directory.start().highestIncarnation());
      assertNull(directory.start().snapshot());
      assertEquals(Set.of(), names());
      assertEquals(1, directory.begin(10, 0));
      assertEquals(Set.of("identity", "used-0"), names());
      SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(4));
    }
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      final Start start = directory.start();
      assertEquals(StartKind.RESUMED, start.kind());
      assertEquals(node() + " resumes the state of generation 1", start.message());
      assertEquals(new SavedState(4).highestIncarnation(), start.highestIncarnation());
      new SavedState(4).assertReadBy(start.snapshot());
      assertTrue(directory.ageMs() < 30_000);
      assertEquals(2, directory.begin(start.highestIncarnation() + 1, 1));
    }
  }

  @Test
  void shouldStayCleanUntilItIsMarked() throws Exception {
    run(4);
    final Map<String, String> before = content();
    for (int i = 0; i < 2; i++) {
      try (NodeDirectory directory = open(StartMode.NORMAL)) {
        new SavedState(4).assertReadBy(directory.start().snapshot());
      }
    }
    assertEquals(before, content());
  }

  @Test
  void shouldSetAsideWhatACrashLeft() throws Exception {
    run(4);
    crash();
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(StartKind.CRASHED, directory.start().kind());
      assertEquals(2, directory.start().generation());
      assertNull(directory.start().snapshot());
      assertEquals(3, begin(directory));
      assertEquals(
          Set.of(
              "aside-3/manifest-1",
              "aside-3/shard-1-0.tally",
              "aside-3/shard-1-1.tally",
              "identity",
              "used-2"),
          names());
    }
    // Nothing was saved, so there is nothing more to be kept.
    crash();
    crash();
    assertEquals(5, names().size());
  }

  @Test
  void shouldSayHowMuchIsSetAside() throws Exception {
    run(4);
    final long bytes = snapshotBytes();
    crash();
    crash();
    run(5);
    assertTrue(message().endsWith("generation 4" + aside("1 folder", bytes)), message());
    crash();
    assertTrue(
        message().endsWith("--discard-state deletes it" + aside("1 folder", bytes)), message());
    crash();
    assertTrue(
        message().endsWith("--discard-state deletes it" + aside("2 folders", 2 * bytes)),
        message());
  }

  private static String aside(final String folders, final long bytes) {
    return "; " + folders + " set aside before (aside-...) with " + bytes + " bytes";
  }

  private String message() throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      return directory.start().message();
    }
  }

  private long snapshotBytes() throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      return directory.start().snapshot().bytes();
    }
  }

  @Test
  void shouldCountASnapshotOfAProcessThatCrashedAsUsed() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      begin(directory);
      SavedState.save(directory, SnapshotKind.SERVING, new SavedState(4));
    }
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(StartKind.CRASHED, directory.start().kind());
    }
  }

  @Test
  void shouldKeepTheTwoNewestSnapshots() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      begin(directory);
      for (int state = 1; state <= 4; state++) {
        SavedState.save(directory, SnapshotKind.SERVING, new SavedState(state));
      }
    }
    assertEquals(
        Set.of(
            "identity",
            "manifest-3",
            "manifest-4",
            "shard-3-0.tally",
            "shard-3-1.tally",
            "shard-4-0.tally",
            "shard-4-1.tally",
            "used-0"),
        names());
  }

  @Test
  void shouldRestoreTheNewestWholeSnapshot() throws Exception {
    run(4);
    crash();
    crash();
    try (NodeDirectory directory = open(StartMode.RESTORE_LATEST)) {
      final Start start = directory.start();
      assertEquals(StartKind.RESTORED, start.kind());
      assertEquals(node() + " restores the snapshot of generation 1", start.message());
      new SavedState(4).assertReadBy(start.snapshot());
      begin(directory);
      SavedState.save(directory, SnapshotKind.SERVING, new SavedState(5));
      SavedState.save(directory, SnapshotKind.SERVING, new SavedState(6));
    }
    final Path newest = node().resolve("shard-5-1.tally");
    Files.write(newest, new byte[] {0});
    try (NodeDirectory directory = open(StartMode.RESTORE_LATEST)) {
      final Start start = directory.start();
      assertEquals(
          node()
              + " restores the snapshot of generation 4, because "
              + newest
              + " is damaged: it has 1 bytes, not "
              + directory.start().snapshot().bytes() / 2,
          start.message());
      new SavedState(5).assertReadBy(start.snapshot());
      begin(directory);
    }
    assertEquals(StartKind.CRASHED, startKind(StartMode.NORMAL));
  }

  private StartKind startKind(final StartMode mode) throws StoreException {
    try (NodeDirectory directory = open(mode)) {
      return directory.start().kind();
    }
  }

  @Test
  void shouldNotRestoreWhatIsOfAnotherCluster() throws Exception {
    run(4);
    final StoredNode other = SavedState.node(List.of("node-0", "node-1"), SavedState.SHARD_COUNT);
    assertEquals(
        node().resolve("manifest-1")
            + " is of another cluster or build: nodes [node-0], here [node-0, node-1]",
        assertThrows(
                StoreException.class,
                () -> NodeDirectory.open(dataDir, other, StartMode.RESTORE_LATEST))
            .getMessage());
  }

  @Test
  void shouldKeepTheStateOfANodeWithoutShards() throws Exception {
    final StoredNode lone =
        Stream.of("node-0", "node-1")
            .map(
                nodeId ->
                    new StoredNode(
                        nodeId,
                        "tally",
                        SavedState.node(List.of("node-0", "node-1"), 1).settings(),
                        List.of()))
            .filter(node -> node.shardIds().length == 0)
            .findFirst()
            .orElseThrow();
    try (NodeDirectory directory = NodeDirectory.open(dataDir, lone, StartMode.NORMAL)) {
      begin(directory);
      SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(4));
    }
    try (NodeDirectory directory = NodeDirectory.open(dataDir, lone, StartMode.NORMAL)) {
      assertEquals(StartKind.RESUMED, directory.start().kind());
      assertEquals(1, directory.start().highestIncarnation());
      assertEquals(0, directory.start().snapshot().bytes());
    }
  }

  @Test
  void shouldRestoreNothingWhereNothingIs() throws Exception {
    assertEquals(node() + " holds no snapshot to restore", refusal(StartMode.RESTORE_LATEST));
    crash();
    assertEquals(node() + " holds no snapshot to restore", refusal(StartMode.RESTORE_LATEST));
  }

  @Test
  void shouldDeleteAllWhenToldSo() throws Exception {
    run(4);
    crash();
    crash();
    run(5);
    final Map<String, String> before = content();
    try (NodeDirectory directory = open(StartMode.DISCARD)) {
      assertEquals(before, content());
      final Start start = directory.start();
      assertEquals(StartKind.DISCARDED, start.kind());
      assertTrue(start.highestIncarnation() >= new SavedState(5).highestIncarnation());
      begin(directory);
    }
    assertEquals(Set.of("identity", "used-4"), names());
    assertEquals(Set.of("node-0"), folders());
  }

  private Set<String> folders() throws IOException {
    try (Stream<Path> files = Files.walk(dataDir)) {
      return files
          .filter(Files::isDirectory)
          .filter(folder -> !folder.equals(dataDir))
          .map(folder -> dataDir.relativize(folder).toString())
          .collect(Collectors.toSet());
    }
  }

  @Test
  void shouldRefuseACopyUnlessItWasMoved() throws Exception {
    run(4);
    final Path other = Files.createDirectory(dataDir.resolve("other"));
    copy(node(), other.resolve("node-0"));
    final String refusal =
        assertThrows(StoreException.class, () -> open(other, StartMode.NORMAL)).getMessage();
    assertEquals(
        other.resolve("node-0")
            + " was copied: it is not the folder that manifest-1 was written in; say --moved if the"
            + " original is not used any more",
        refusal);
    try (NodeDirectory directory = open(other, StartMode.MOVED)) {
      assertEquals(StartKind.RESUMED, directory.start().kind());
      begin(directory);
      SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(5));
    }
    try (NodeDirectory directory = open(other, StartMode.NORMAL)) {
      new SavedState(5).assertReadBy(directory.start().snapshot());
    }
  }

  @Test
  void shouldKnowWhereItWasMovedAlsoAfterACrash() throws Exception {
    run(4);
    final Path other = Files.createDirectory(dataDir.resolve("other"));
    copy(node(), other.resolve("node-0"));
    try (NodeDirectory directory = open(other, StartMode.MOVED)) {
      begin(directory);
    }
    try (NodeDirectory directory = open(other, StartMode.NORMAL)) {
      assertEquals(StartKind.CRASHED, directory.start().kind());
    }
    final Path third = Files.createDirectory(dataDir.resolve("third"));
    copy(other.resolve("node-0"), third.resolve("node-0"));
    assertThrows(StoreException.class, () -> open(third, StartMode.NORMAL));
  }

  @Test
  void shouldForgetAMarkThatNobodyServedBehind() throws Exception {
    for (final StartMode mode :
        List.of(StartMode.NORMAL, StartMode.RESTORE_LATEST, StartMode.DISCARD)) {
      for (int crashes = 0; crashes < 2; crashes++) {
        run(4);
        for (int i = 0; i < crashes; i++) {
          crash();
        }
        final Map<String, String> before = content();
        final StartKind kind;
        try (NodeDirectory directory = open(mode)) {
          directory.forgetMark();
          kind = directory.start().kind();
          final long generation = directory.begin(1_000_000, 0);
          directory.forgetMark();
          assertEquals(before, content());
          assertEquals(generation, directory.begin(1_000_000, 0));
          directory.forgetMark();
        }
        assertEquals(before, content());
        assertEquals(kind, startKind(mode));
      }
    }
  }

  @Test
  void shouldForgetNoMarkOfANodeThatServes() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertThrows(IllegalStateException.class, directory::settle);
      begin(directory);
      assertThrows(IllegalStateException.class, directory::forgetMark);
    }
  }

  @Test
  void shouldSaveAboveWhatThePeersKnow() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      final long own = begin(directory);
      assertEquals(own, generationOfSave(directory, own));
      assertEquals(own + 1, generationOfSave(directory, own));
      assertEquals(own + 9, generationOfSave(directory, own + 8));
      assertEquals(own + 10, generationOfSave(directory, own + 8));
    }
  }

  private static long generationOfSave(final NodeDirectory directory, final long known)
      throws StoreException {
    return directory
        .save(SnapshotKind.SERVING, new SavedState(4), Duration.ofSeconds(20), known, () -> false)
        .generation();
  }

  @Test
  void shouldKnowTheIncarnationThatADamagedManifestNamed() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      directory.begin(1_000_000, 0);
      SavedState.save(directory, SnapshotKind.SERVING, new SavedState(4));
      SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(5));
    }
    for (final String name : names()) {
      if (name.startsWith("manifest-")) {
        Files.write(node().resolve(name), new byte[30]);
      }
    }
    try (NodeDirectory directory = open(StartMode.DISCARD)) {
      assertEquals(1_000_000, directory.start().highestIncarnation());
    }
  }

  @Test
  void shouldSayThatIncarnationsMayComeAgainWhereFilesThatNamedThemAreDamaged() throws Exception {
    run(4);
    try (NodeDirectory directory = open(StartMode.DISCARD)) {
      assertEquals(node() + " starts at zero: all state is deleted", directory.start().message());
      assertFalse(directory.start().warns());
    }
    Files.write(node().resolve("manifest-1"), new byte[30]);
    Files.write(node().resolve("used-0"), new byte[30]);
    try (NodeDirectory directory = open(StartMode.DISCARD)) {
      assertEquals(0, directory.start().highestIncarnation());
      final String message = directory.start().message();
      assertTrue(message.contains("is not known for sure, because " + node()), message);
      assertTrue(directory.start().warns());
      begin(directory);
    }
    assertEquals(StartKind.CRASHED, startKind(StartMode.NORMAL));
  }

  @Test
  void shouldRefuseAnOlderStateThanThePeersKnow() throws Exception {
    assertRefusedBelow(0, 7);
    run(4);
    assertRefusedBelow(1, 7);
    crash();
    assertRefusedBelow(2, 7);
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(3, directory.begin(1_000_000, 2));
      directory.forgetMark();
    }
    try (NodeDirectory directory = open(StartMode.RESTORE_LATEST)) {
      assertEquals(8, directory.begin(1_000_000, 7));
      directory.forgetMark();
    }
    try (NodeDirectory directory = open(StartMode.DISCARD)) {
      assertEquals(8, directory.begin(1_000_000, 7));
    }
  }

  private void assertRefusedBelow(final long generation, final long known) throws Exception {
    final Map<String, String> before = content();
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(
          node()
              + " holds an older state (generation "
              + generation
              + ") than this node had when a peer heard it last (7): say --restore=latest to go"
              + " back to it, or --discard-state to start at zero",
          assertThrows(StoreException.class, () -> directory.begin(1_000_000, known)).getMessage());
    }
    assertEquals(before, content());
  }

  @Test
  void shouldLetOneProcessIn() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(StartKind.EMPTY, directory.start().kind());
      assertEquals(node() + " is in use by another process", refusal(StartMode.NORMAL));
      // A second try must not take the lock from the first.
      assertEquals(node() + " is in use by another process", refusal(StartMode.DISCARD));
    }
    open(StartMode.NORMAL).close();
  }

  @Test
  void shouldHideFilesFromOthers() throws Exception {
    run(4);
    crash();
    crash();
    run(5);
    try (Stream<Path> files = Files.walk(node())) {
      for (final Path file : files.toList()) {
        assertEquals(
            Files.isDirectory(file) ? "rwx------" : "rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
            file.toString());
      }
    }
  }

  @Test
  void shouldNameAFolderThatCannotBeWritten() {
    assertTrue(
        assertThrows(StoreException.class, () -> open(Path.of("/proc"), StartMode.NORMAL).close())
            .getMessage()
            .startsWith("/proc/node-0 "));
  }

  @Test
  void shouldFailWhereTheFolderIsGone() throws Exception {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      begin(directory);
      Files.move(node(), dataDir.resolve("elsewhere"));
      final String failure =
          assertThrows(
                  StoreException.class,
                  () -> SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(4)))
              .getMessage();
      assertTrue(failure.startsWith(node().resolve("shard-1-").toString()), failure);
    }
    assertFalse(Files.exists(node()));
  }

  @Test
  void shouldBeginAboveAllIncarnationsAndOnce() throws Exception {
    run(4);
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      final long highest = directory.start().highestIncarnation();
      assertThrows(IllegalArgumentException.class, () -> directory.begin(highest, 0));
      assertThrows(
          IllegalStateException.class,
          () -> SavedState.save(directory, SnapshotKind.SERVING, new SavedState(1)));
      directory.begin(highest + 1, 0);
      assertThrows(IllegalArgumentException.class, () -> directory.begin(highest + 2, 0));
    }
  }

  @Test
  void shouldWriteManyBlocksThatOtherThreadsFill() throws Exception {
    final int recordCount = 200_000;
    final List<Thread> threads = new ArrayList<>();
    final Snapshot snapshot;
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      begin(directory);
      snapshot =
          SavedState.save(
              directory,
              SnapshotKind.STOPPED,
              (shardId, sink, completion) -> {
                final Thread thread =
                    new Thread(
                        () -> {
                          write(sink, shardId, recordCount);
                          completion.onEnd(shardId, true);
                        });
                threads.add(thread);
                thread.start();
                return true;
              });
    }
    for (final Thread thread : threads) {
      thread.join();
    }
    assertEquals(2, threads.size());
    for (int shardId = 0; shardId < 2; shardId++) {
      final int shard = shardId;
      final long[] next = {0};
      snapshot.read(
          shardId,
          (buffer, offset, length) -> {
            assertEquals(length(next[0]), length);
            assertEquals(next[0] * 2 + shard, buffer.getLong(offset + length - Long.BYTES));
            next[0]++;
          });
      assertEquals(recordCount, next[0]);
    }
    assertTrue(snapshot.bytes() > 200 * Block.MAX_PAYLOAD);
  }

  private static int length(final long index) {
    return 40 + (int) (index * 31 % 121);
  }

  private static void write(final SnapshotSink sink, final int shardId, final int recordCount) {
    for (long i = 0; i < recordCount; i++) {
      while (i % 256 == 0 && !sink.hasRoom()) {
        Thread.onSpinWait();
      }
      final int offset = sink.tryClaim(length(i));
      assertNotEquals(SnapshotSink.FULL, offset);
      sink.buffer().setMemory(offset, length(i), (byte) 0);
      sink.buffer().putLong(offset + length(i) - Long.BYTES, i * 2 + shardId);
      sink.commit();
    }
  }
}
