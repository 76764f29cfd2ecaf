package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.ClusterSettings;
import io.tally.engine.SnapshotSink;
import io.tally.engine.internal.SnapshotCompletion;
import io.tally.engine.internal.snapshot.codecs.LaneEncoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** The records of a node whose whole state is one number, and the node itself. */
final class SavedState implements SnapshotRequest {
  static final int SHARD_COUNT = 2;
  static final StoredService SERVICE = new StoredService(2121, 3, "counter");

  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int MIN_BUFFER = 128;

  private final UnsafeBuffer buffer;
  private final long state;
  private final int recordCount;
  private final int recordLength;
  private int read;

  /** Has some short records. */
  SavedState(final long state) {
    this(state, 3, 40);
  }

  SavedState(final long state, final int recordCount, final int recordLength) {
    this.state = state;
    this.recordCount = recordCount;
    this.recordLength = recordLength;
    buffer = new UnsafeBuffer(new byte[Math.max(MIN_BUFFER, recordLength)]);
  }

  static StoredNode node() {
    return node(List.of("node-0"), SHARD_COUNT);
  }

  static StoredNode node(final List<String> nodeIds, final int shardCount) {
    return new StoredNode(
        "node-0",
        "tally",
        ClusterSettings.of(nodeIds).withShardCount(shardCount),
        List.of(SERVICE));
  }

  static Snapshot save(
      final NodeDirectory directory, final SnapshotKind kind, final SnapshotRequest request)
      throws StoreException {
    return directory.save(kind, request, TIMEOUT, 0, () -> false);
  }

  long shardIncarnation(final int shardId) {
    return 1000 * state + shardId;
  }

  long highestIncarnation() {
    return 1000 * state + 500;
  }

  /** Writes a record into the buffer, and returns its length. */
  private int encode(final int shardId, final int index) {
    final MessageHeaderEncoder header = new MessageHeaderEncoder();
    buffer.setMemory(0, MIN_BUFFER, (byte) 0);
    if (index == 0) {
      new ShardHeadEncoder()
          .wrapAndApplyHeader(buffer, 0, header)
          .shardIncarnation(shardIncarnation(shardId))
          .shardId(shardId)
          .servicesCount(0);
      return MessageHeaderEncoder.ENCODED_LENGTH
          + ShardHeadEncoder.BLOCK_LENGTH
          + ShardHeadEncoder.ServicesEncoder.sbeHeaderSize();
    }
    if (index == 1) {
      new LaneEncoder()
          .wrapAndApplyHeader(buffer, 0, header)
          .originIncarnation(highestIncarnation() - SHARD_COUNT + 1 + shardId);
      return MessageHeaderEncoder.ENCODED_LENGTH + LaneEncoder.BLOCK_LENGTH;
    }
    final SplittableRandom random = new SplittableRandom(state << 16 | shardId << 8 | index);
    final byte[] record = new byte[recordLength];
    random.nextBytes(record);
    buffer.putBytes(0, record);
    header.wrap(buffer, 0).blockLength(8).templateId(1).schemaId(SERVICE.schemaId()).version(0);
    return recordLength;
  }

  @Override
  public boolean snapshot(
      final int shardId, final SnapshotSink sink, final SnapshotCompletion completion) {
    boolean isWhole = true;
    for (int i = 0; i < recordCount + 2 && isWhole; i++) {
      final int length = encode(shardId, i);
      final int offset = sink.tryClaim(length);
      isWhole = offset != SnapshotSink.FULL;
      if (isWhole) {
        sink.buffer().putBytes(offset, buffer, 0, length);
        sink.commit();
      }
    }
    completion.onEnd(shardId, isWhole);
    return true;
  }

  /** Reads all shards of a snapshot, whose state this has to be. */
  void assertReadBy(final Snapshot snapshot) throws StoreException {
    for (int shardId = 0; shardId < SHARD_COUNT; shardId++) {
      assertEquals(recordCount + 2, read(snapshot, shardId));
      assertEquals(shardIncarnation(shardId), snapshot.shardIncarnation(shardId));
    }
  }

  /** Reads a shard up to its first fault, and returns how many of these records came. */
  int read(final Snapshot snapshot, final int shardId) throws StoreException {
    read = 0;
    snapshot.read(
        shardId,
        (bytes, offset, length) -> {
          assertEquals(encode(shardId, read), length);
          assertEquals(
              0,
              new UnsafeBuffer(bytes, offset, length)
                  .compareTo(new UnsafeBuffer(buffer, 0, length)));
          read++;
        });
    return read;
  }

  int recordsRead() {
    return read;
  }

  static byte[] flipped(final byte[] bytes, final int bit) {
    final byte[] result = bytes.clone();
    result[bit / 8] ^= (byte) (1 << bit % 8);
    return result;
  }

  static byte[] cut(final byte[] bytes, final int length) {
    return Arrays.copyOf(bytes, length);
  }

  static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
