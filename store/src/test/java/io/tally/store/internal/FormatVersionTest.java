package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.store.StartMode;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The folder of a node as each version of the format wrote it. A change of the format must go on
 * reading them; while the version is the latest one, it must also still be written so.
 */
@Timeout(30)
final class FormatVersionTest {
  private static final long EPOCH_MS = 1_790_000_000_000L;
  private static final SavedState STATE = new SavedState(42, 5, 100);
  private static final long USER = 1_000_000;
  private static final String MARK = "used-1";
  private static final List<String> SNAPSHOT =
      List.of("manifest-1", "shard-1-0.tally", "shard-1-1.tally");

  @TempDir private Path dataDir;

  private static Path kept() throws URISyntaxException {
    return Path.of(FormatVersionTest.class.getResource("/version-1/node-0/manifest-1").toURI())
        .getParent();
  }

  @Test
  void shouldReadVersion1() throws Exception {
    final Path node = Files.createDirectory(dataDir.resolve("node-0"));
    for (final String name : SNAPSHOT) {
      Files.copy(kept().resolve(name), node.resolve(name));
    }
    try (NodeDirectory directory =
        NodeDirectory.open(dataDir, SavedState.node(), StartMode.MOVED)) {
      final Start start = directory.start();
      assertEquals(StartKind.RESUMED, start.kind());
      assertEquals(STATE.highestIncarnation(), start.highestIncarnation());
      assertEquals(1, start.generation());
      assertEquals("node-0", start.snapshot().nodeId());
      assertEquals(SnapshotKind.STOPPED, start.snapshot().kind());
      assertEquals(EPOCH_MS, start.snapshot().epochMs());
      assertEquals(List.of(SavedState.SERVICE), start.snapshot().services());
      STATE.assertReadBy(start.snapshot());
    }
    Files.copy(kept().resolve(MARK), node.resolve(MARK));
    try (NodeDirectory directory =
        NodeDirectory.open(dataDir, SavedState.node(), StartMode.MOVED)) {
      assertEquals(StartKind.CRASHED, directory.start().kind());
      assertEquals(USER, directory.start().highestIncarnation());
      assertEquals(2, directory.start().generation());
    }
  }

  @Test
  void shouldWriteVersion1() throws Exception {
    final SteppedDisk disk = new SteppedDisk(1);
    try (NodeDirectory directory = open(disk)) {
      directory.begin(7, 0);
      SavedState.save(directory, SnapshotKind.STOPPED, STATE);
    }
    try (NodeDirectory directory = open(disk)) {
      directory.begin(USER, 0);
    }
    for (final String name : files()) {
      assertArrayEquals(Files.readAllBytes(kept().resolve(name)), disk.content(name), name);
    }
  }

  private static NodeDirectory open(final SteppedDisk disk) throws StoreException {
    return new NodeDirectory(
        disk,
        SavedState.node(),
        StartMode.NORMAL,
        new NodeDirectory.Surroundings(() -> 0, () -> EPOCH_MS, () -> {}, new ArrayList<>()));
  }

  private static List<String> files() throws Exception {
    try (Stream<Path> files = Files.list(kept())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldKeepAllFilesOfAVersion() throws Exception {
    assertEquals(Stream.concat(SNAPSHOT.stream(), Stream.of(MARK)).sorted().toList(), files());
  }
}
