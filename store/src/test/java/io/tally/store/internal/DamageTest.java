package io.tally.store.internal;

import static io.tally.store.internal.SavedState.flipped;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.MessageHeaderWord;
import io.tally.store.StartMode;
import io.tally.store.internal.codecs.ManifestDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that is not what was written is found before anything of it is used. */
@Timeout(60)
final class DamageTest {
  private static final String MANIFEST = "manifest-1";
  private static final String SHARD = "shard-1-1.tally";

  private final List<ShardSink> sinks = new ArrayList<>();
  private final SteppedDisk disk = new SteppedDisk(1);
  private SavedState state;

  @BeforeEach
  void setUp() throws StoreException {
    save(new SavedState(7));
  }

  private void save(final SavedState saved) throws StoreException {
    state = saved;
    disk.names().forEach(disk::remove);
    try (NodeDirectory directory = open()) {
      directory.begin(1, 0);
      SavedState.save(directory, SnapshotKind.STOPPED, saved);
    }
    load();
  }

  private NodeDirectory open() throws StoreException {
    return new NodeDirectory(
        disk,
        SavedState.node(),
        StartMode.NORMAL,
        new NodeDirectory.Surroundings(() -> 0, () -> 1, () -> {}, sinks));
  }

  private void load() throws StoreException {
    try (NodeDirectory directory = open()) {
      assertEquals(StartKind.RESUMED, directory.start().kind());
      state.assertReadBy(directory.start().snapshot());
    }
  }

  /** The fault has to name the file. */
  private StoreException assertFound(final String name) {
    final Set<String> before = disk.names();
    final StoreException fault = assertThrows(StoreException.class, this::load);
    assertTrue(fault.getMessage().startsWith(disk.path(name) + " "), fault.getMessage());
    assertEquals(before, disk.names());
    return fault;
  }

  @ParameterizedTest
  @ValueSource(strings = {MANIFEST, "shard-1-0.tally", SHARD})
  void shouldFindEachFlippedBit(final String name) {
    final byte[] written = disk.content(name);
    for (int bit = 0; bit < written.length * 8; bit++) {
      disk.put(name, flipped(written, bit));
      assertFound(name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {MANIFEST, "shard-1-0.tally", SHARD})
  void shouldFindAnotherLength(final String name) {
    final byte[] written = disk.content(name);
    for (int length = 0; length < written.length; length++) {
      disk.put(name, Arrays.copyOf(written, length));
      assertFound(name);
    }
    disk.put(name, Arrays.copyOf(written, written.length + 1));
    assertFound(name);
  }

  @Test
  void shouldUseNothingOfADamagedBlock() throws StoreException {
    save(new SavedState(9, 6, 50_000));
    final byte[] written = disk.content(SHARD);
    assertTrue(written.length > 2 * Block.MAX_PAYLOAD);
    final int[] recordsBefore = {0, 4, 6, 8};
    final Snapshot snapshot = open().start().snapshot();
    final int[] ends = blockEnds(written);
    for (int block = 0; block < ends.length - 1; block++) {
      for (int at = ends[block]; at < ends[block + 1]; at += at < ends[block] + 64 ? 1 : 997) {
        disk.put(SHARD, flipped(written, at * 8 + at % 8));
        assertThrows(StoreException.class, () -> state.read(snapshot, 1));
        assertEquals(recordsBefore[block], state.recordsRead(), "byte " + at);
      }
    }
  }

  /** Where each block begins, and the end of the last one. */
  private static int[] blockEnds(final byte[] file) {
    final UnsafeBuffer buffer = new UnsafeBuffer(file);
    final List<Integer> ends = new ArrayList<>();
    int at = MessageHeaderWord.ENCODED_LENGTH + buffer.getShort(0) + Checksum.LENGTH;
    while (at < file.length) {
      ends.add(at);
      final int payloadLength = buffer.getInt(at + MessageHeaderWord.ENCODED_LENGTH + 4);
      at += Block.HEADER_LENGTH + payloadLength;
    }
    ends.add(at);
    return ends.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void shouldFindBlocksInAnotherOrder() throws StoreException {
    save(new SavedState(9, 6, 50_000));
    final byte[] written = disk.content(SHARD);
    final int[] ends = blockEnds(written);
    final byte[] swapped = written.clone();
    // The first two full blocks are of the same length.
    final int length = ends[2] - ends[1];
    assertEquals(length, ends[3] - ends[2]);
    System.arraycopy(written, ends[1], swapped, ends[2], length);
    System.arraycopy(written, ends[2], swapped, ends[1], length);
    disk.put(SHARD, swapped);
    assertFound(SHARD);
  }

  @Test
  void shouldFindABlockOfAnotherSnapshot() throws StoreException {
    save(new SavedState(8, 6, 50_000));
    final byte[] other = disk.content(SHARD);
    save(new SavedState(9, 6, 50_000));
    final byte[] written = disk.content(SHARD);
    final int[] ends = blockEnds(written);
    assertArrayEquals(ends, blockEnds(other));
    System.arraycopy(other, ends[1], written, ends[1], ends[2] - ends[1]);
    final Snapshot snapshot = open().start().snapshot();
    disk.put(SHARD, written);
    assertThrows(StoreException.class, () -> state.read(snapshot, 1));
    assertEquals(4, state.recordsRead());
  }

  @Test
  void shouldFindAnotherFileThatIsWhole() throws StoreException {
    final byte[] written = disk.content(SHARD);
    final int block = blockEnds(written)[0];
    written[written.length - 1] ^= 1;
    final CRC32C checksum = new CRC32C();
    final int end = block + Block.HEADER_LENGTH - Checksum.LENGTH;
    checksum.update(written, block, end - block);
    checksum.update(
        written, block + Block.HEADER_LENGTH, written.length - block - Block.HEADER_LENGTH);
    Checksum.put(new UnsafeBuffer(written), end, checksum);
    disk.put(SHARD, written);
    final Snapshot snapshot = FoundState.read(disk).newest().orElseThrow();
    assertEquals(
        disk.path(SHARD) + " is damaged: it is not the file that its manifest names",
        assertThrows(StoreException.class, snapshot::check).getMessage());
  }

  @Test
  void shouldFindTheFileOfAnotherShard() {
    disk.put(SHARD, disk.content("shard-1-0.tally"));
    assertFound(SHARD);
  }

  @Test
  void shouldFindTheSameShardOfAnotherSnapshot() throws StoreException {
    final SteppedDisk other = new SteppedDisk(2);
    final SavedState otherState = new SavedState(8);
    try (NodeDirectory directory =
        new NodeDirectory(
            other,
            SavedState.node(),
            StartMode.NORMAL,
            new NodeDirectory.Surroundings(() -> 0, () -> 1, () -> {}, sinks))) {
      directory.begin(1, 0);
      SavedState.save(directory, SnapshotKind.STOPPED, otherState);
    }
    disk.put(SHARD, other.content(SHARD));
    assertFound(SHARD);
  }

  @Test
  void shouldFindAManifestOfAnotherGeneration() {
    disk.put("manifest-2", disk.content(MANIFEST));
    assertFound("manifest-2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"shard-1-0.tally", SHARD})
  void shouldFindThatAFileIsMissing(final String name) {
    disk.remove(name);
    assertTrue(assertFound(name).getMessage().endsWith("is missing"));
  }

  @Test
  void shouldFindThatTheManifestIsMissing() {
    disk.remove(MANIFEST);
    disk.remove("used-0");
    assertEquals(
        "/data/node-0 holds files of shards, but no manifest",
        assertThrows(StoreException.class, this::load).getMessage());
  }

  @Test
  void shouldFindADamagedMark() throws StoreException {
    try (NodeDirectory directory = open()) {
      directory.begin(directory.start().highestIncarnation() + 1, 0);
    }
    final byte[] written = disk.content("used-1");
    for (int bit = 0; bit < written.length * 8; bit++) {
      disk.put("used-1", flipped(written, bit));
      assertFound("used-1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {MANIFEST, "shard-1-0.tally", SHARD})
  void shouldRefuseALaterFormat(final String name) {
    final byte[] written = disk.content(name);
    final UnsafeBuffer buffer = new UnsafeBuffer(written);
    final long word = MessageHeaderWord.get(buffer, 0);
    MessageHeaderWord.put(
        buffer,
        0,
        MessageHeaderWord.of(
            MessageHeaderWord.blockLength(word),
            MessageHeaderWord.templateId(word),
            MessageHeaderWord.schemaId(word),
            ManifestDecoder.SCHEMA_VERSION + 1));
    disk.put(name, written);
    assertTrue(
        assertFound(name)
            .getMessage()
            .endsWith("has format version 2, and this build reads up to 1"));
  }
}
