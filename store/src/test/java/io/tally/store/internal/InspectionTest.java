package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.store.StartMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the operator is told of a data directory. */
@Timeout(30)
final class InspectionTest {
  @TempDir private Path dataDir;

  @BeforeEach
  void setUp() throws Exception {
    Files.createDirectory(dataDir.resolve("lost+found"));
    run(SnapshotKind.STOPPED, 1);
    run(SnapshotKind.SERVING, 2);
    run(SnapshotKind.STOPPED, 3);
  }

  private void run(final SnapshotKind kind, final long state) throws StoreException {
    try (NodeDirectory directory =
        NodeDirectory.open(dataDir, SavedState.node(), StartMode.NORMAL)) {
      directory.begin(directory.start().highestIncarnation() + 1, 0);
      SavedState.save(directory, kind, new SavedState(state));
    }
  }

  private List<String> lines() throws StoreException {
    return Inspection.of(dataDir).lines().stream()
        .map(line -> line.replaceAll(" at \\d{4}-\\S+Z", " at TIME"))
        .toList();
  }

  private static String line(final String start) {
    return start + ", 2 shards, 10 records, 548 bytes, cluster tally, services counter (version 3)";
  }

  @Test
  void shouldSayWhatIsThere() throws Exception {
    assertEquals(
        List.of(
            "node-0: generation 3, 3 snapshots; 1 folder set aside before (aside-...) with 1096 bytes",
            "  manifest-3: clean, written at a stop at TIME" + line(""),
            "  manifest-2: set aside in aside-3, written while serving at TIME" + line(""),
            "  manifest-1: set aside in aside-3, written at a stop at TIME" + line("")),
        lines());
    assertTrue(Inspection.of(dataDir).isWhole());
    assertNewest(3);
  }

  @Test
  void shouldSayWhatIsNotWhole() throws Exception {
    final Path file = dataDir.resolve("node-0/shard-3-1.tally");
    final byte[] written = Files.readAllBytes(file);
    Files.write(file, SavedState.flipped(written, 800));
    assertEquals(
        "  not whole: " + file + " in block 0 is damaged: its checksum does not fit",
        lines().get(2));
    assertFalse(Inspection.of(dataDir).isWhole());
    assertNewest(2, file + " in block 0 is damaged: its checksum does not fit");
    Files.write(dataDir.resolve("node-0/manifest-3"), new byte[20]);
    assertEquals(
        "  not whole: "
            + dataDir.resolve("node-0/manifest-3")
            + " is damaged, or was not written by Tally: its first bytes do not fit",
        lines().get(1));
    assertNewest(2, lines().get(1).substring("  not whole: ".length()));
  }

  private void assertNewest(final long state, final String... faults) throws StoreException {
    final List<NewestSnapshot> newest = Inspection.newest(dataDir);
    assertEquals(1, newest.size());
    assertEquals("node-0", newest.get(0).nodeId());
    assertEquals(List.of(faults), newest.get(0).faults());
    new SavedState(state).assertReadBy(newest.get(0).snapshot());
  }

  @Test
  void shouldNameANodeThatHasNoWholeSnapshot() throws Exception {
    final Path other = Files.createDirectory(dataDir.resolve("node-1"));
    final List<NewestSnapshot> newest = Inspection.newest(dataDir);
    assertEquals(2, newest.size());
    assertEquals(List.of(other + " holds no whole snapshot"), newest.get(1).faults());
    assertNull(newest.get(1).snapshot());
    assertEquals("node-1: generation 0, 0 snapshots", lines().get(4));
    Files.createFile(other.resolve("manifest-1"));
    assertEquals(
        List.of(
            other.resolve("manifest-1") + " is damaged: it has 0 bytes",
            other + " holds no whole snapshot"),
        Inspection.newest(dataDir).get(1).faults());
  }

  @Test
  void shouldSayWhatIsUsedOrCopied() throws Exception {
    final Path copy = Files.createDirectories(dataDir.resolve("copy/node-0"));
    Files.delete(copy);
    Files.move(dataDir.resolve("node-0"), copy);
    Files.copy(copy.resolve("identity"), copy.resolve("identity.copy"));
    Files.move(
        copy.resolve("identity.copy"),
        copy.resolve("identity"),
        StandardCopyOption.REPLACE_EXISTING);
    final String copied = Inspection.of(dataDir.resolve("copy")).lines().get(1);
    assertTrue(copied.startsWith("  manifest-3: copied, "), copied);
    try (NodeDirectory directory =
        NodeDirectory.open(dataDir.resolve("copy"), SavedState.node(), StartMode.MOVED)) {
      directory.begin(directory.start().highestIncarnation() + 1, 0);
      final String used = Inspection.of(dataDir.resolve("copy")).lines().get(1);
      assertTrue(used.startsWith("  manifest-3: used, "), used);
    }
  }

  @Test
  void shouldNameWhatIsNoDataDirectory() throws Exception {
    assertRefused(dataDir.resolve("none"), "is missing");
    assertRefused(dataDir.resolve("node-0/identity"), "is no directory");
    assertRefused(
        dataDir.resolve("node-0"), "is the folder of one node: name the directory above it");
    Files.delete(dataDir.resolve("node-0/identity"));
    assertRefused(
        dataDir.resolve("node-0"), "is the folder of one node: name the directory above it");
    assertRefused(Files.createDirectory(dataDir.resolve("empty+")), "holds no folder of a node");
  }

  private static void assertRefused(final Path directory, final String reason) {
    final String refusal = directory + " " + reason;
    assertEquals(
        refusal, assertThrows(StoreException.class, () -> Inspection.of(directory)).getMessage());
    assertEquals(
        refusal,
        assertThrows(StoreException.class, () -> Inspection.newest(directory)).getMessage());
  }
}
