package io.tally.store.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.store.internal.codecs.BlockEncoder;
import io.tally.store.internal.codecs.MessageHeaderEncoder;
import io.tally.store.internal.codecs.ShardFileEncoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the file of one shard, block by block. */
final class ShardFileWriter implements AutoCloseable {
  private static final int HEAD_LENGTH =
      MessageHeaderWord.ENCODED_LENGTH + ShardFileEncoder.BLOCK_LENGTH;

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final BlockEncoder encoder = new BlockEncoder();
  private final CRC32C checksum = new CRC32C();
  private final Disk.Output output;
  private final int shardId;
  private final long incarnation;
  private long length;
  private long blockCount;
  private long recordCount;
  private long previousChecksum;

  ShardFileWriter(final Disk disk, final long generation, final int shardId, final long incarnation)
      throws IOException {
    this.shardId = shardId;
    this.incarnation = incarnation;
    output = disk.create(FileNames.shard(generation, shardId));
    final ByteBuffer bytes = ByteBuffer.allocate(HEAD_LENGTH + Checksum.LENGTH);
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    new ShardFileEncoder()
        .wrapAndApplyHeader(buffer, 0, header)
        .generation(generation)
        .shardIncarnation(incarnation)
        .shardId(shardId);
    checksum.update(bytes.limit(HEAD_LENGTH));
    Checksum.put(buffer, HEAD_LENGTH, checksum);
    write(bytes.clear());
  }

  void write(final Block block) throws IOException {
    encoder
        .wrapAndApplyHeader(block.buffer, 0, header)
        .number(blockCount)
        .payloadLength(block.end() - Block.HEADER_LENGTH)
        .previousChecksum(previousChecksum)
        .flags()
        .clear()
        .last(block.isLast());
    final int end = Block.HEADER_LENGTH - Checksum.LENGTH;
    checksum.reset();
    checksum.update(block.bytes.limit(end).position(0));
    checksum.update(block.bytes.limit(block.end()).position(Block.HEADER_LENGTH));
    Checksum.put(block.buffer, end, checksum);
    write(block.bytes.position(0));
    blockCount++;
    recordCount += block.recordCount();
  }

  private void write(final ByteBuffer bytes) throws IOException {
    length += bytes.remaining();
    previousChecksum = checksum.getValue();
    output.write(bytes);
  }

  /** Has all that was written on the disk, and closes the file. */
  StoredShard finish() throws IOException {
    output.force();
    output.close();
    return new StoredShard(shardId, incarnation, length, recordCount, previousChecksum);
  }

  @Override
  public void close() throws IOException {
    output.close();
  }
}
