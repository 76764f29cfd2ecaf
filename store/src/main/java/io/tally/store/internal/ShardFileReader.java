package io.tally.store.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.store.internal.codecs.BlockDecoder;
import io.tally.store.internal.codecs.MessageHeaderDecoder;
import io.tally.store.internal.codecs.ShardFileDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads the file of one shard, and checks each block before its records are handed out. */
final class ShardFileReader implements AutoCloseable {
  /** A later version may have longer headers. */
  private static final int CAPACITY = Block.CAPACITY + 1024;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final BlockDecoder block = new BlockDecoder();
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(CAPACITY);
  private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
  private final Disk disk;
  private final String name;
  private final Disk.Input input;
  private long position;
  private long blockCount;
  private boolean ended;

  ShardFileReader(final Disk disk, final String name) throws StoreException {
    this.disk = disk;
    this.name = name;
    try {
      input = disk.open(name);
    } catch (final IOException fault) {
      throw StoreException.of(disk, name, fault);
    }
  }

  /** Reads all of it. */
  void read(final long generation, final StoredShard shard, final RecordHandler records)
      throws StoreException {
    try {
      final long length = input.length();
      if (length != shard.fileLength()) {
        throw fault("is damaged: it has " + length + " bytes, not " + shard.fileLength());
      }
      readHead(generation, shard);
      while (!ended) {
        readBlock(records);
      }
    } catch (final IOException fault) {
      throw StoreException.of(disk, name, fault);
    }
    if (position != shard.fileLength() || checksum.getValue() != shard.checksum()) {
      throw fault("is damaged: it is not the file that its manifest names");
    }
  }

  private void readHead(final long generation, final StoredShard shard)
      throws IOException, StoreException {
    final int end = fill(ShardFileDecoder.TEMPLATE_ID, ShardFileDecoder.BLOCK_LENGTH, "");
    checksum.update(bytes.limit(end).position(0));
    check(Checksum.fits(buffer, end, checksum), "is damaged: its checksum does not fit");
    final ShardFileDecoder head = new ShardFileDecoder().wrapAndApplyHeader(buffer, 0, header);
    check(
        head.generation() == generation
            && head.shardId() == shard.shardId()
            && head.shardIncarnation() == shard.incarnation(),
        "is damaged: it is of another shard or snapshot");
    position += end + Checksum.LENGTH;
  }

  private void readBlock(final RecordHandler records) throws IOException, StoreException {
    final String where = "in block " + blockCount + " ";
    final int end = fill(BlockDecoder.TEMPLATE_ID, BlockDecoder.BLOCK_LENGTH, where);
    final int from = end + Checksum.LENGTH;
    block.wrapAndApplyHeader(buffer, 0, header);
    final long payloadLength = block.payloadLength();
    check(payloadLength <= bytes.limit() - from, where + "is damaged: its end is missing");
    final int to = from + (int) payloadLength;
    final long previousChecksum = checksum.getValue();
    checksum.reset();
    checksum.update(bytes.limit(end).position(0));
    checksum.update(bytes.limit(to).position(from));
    check(
        Checksum.fits(buffer, end, checksum)
            && block.number() == blockCount
            && block.previousChecksum() == previousChecksum,
        where + "is damaged: its checksum does not fit");
    ended = block.flags().last();
    position += to;
    handOut(from, to, records, where);
    blockCount++;
  }

  private void handOut(
      final int from, final int to, final RecordHandler records, final String where)
      throws StoreException {
    int at = from;
    while (at < to) {
      final int length = to - at < Block.PREFIX ? -1 : buffer.getInt(at, ByteOrder.LITTLE_ENDIAN);
      at += Block.PREFIX;
      check(length >= 0 && length <= to - at, where + "is damaged: a record has no end");
      try {
        records.onRecord(buffer, at, length);
      } catch (final IllegalArgumentException refusal) {
        throw StoreException.of(disk, name, refusal);
      }
      at += length;
    }
  }

  /** Reads from where the file was read to; returns where the message ends. */
  private int fill(final int templateId, final int blockLength, final String where)
      throws IOException, StoreException {
    bytes.clear();
    input.read(bytes, position);
    bytes.flip();
    check(
        bytes.limit() >= MessageHeaderWord.ENCODED_LENGTH,
        where + "is damaged: its end is missing");
    final long word = MessageHeaderWord.get(buffer, 0);
    final String headerFault = SealedFile.headerFault(word, templateId);
    check(headerFault == null, where + headerFault);
    final int end = MessageHeaderWord.ENCODED_LENGTH + MessageHeaderWord.blockLength(word);
    check(
        end + Checksum.LENGTH <= bytes.limit()
            && MessageHeaderWord.blockLength(word) >= blockLength,
        where + "is damaged: its end is missing");
    return end;
  }

  private void check(final boolean valid, final String what) throws StoreException {
    if (!valid) {
      throw fault(what);
    }
  }

  private StoreException fault(final String what) {
    return StoreException.of(disk, name, what);
  }

  @Override
  public void close() throws StoreException {
    BufferUtil.free(bytes);
    try {
      input.close();
    } catch (final IOException fault) {
      throw StoreException.of(disk, name, fault);
    }
  }
}
