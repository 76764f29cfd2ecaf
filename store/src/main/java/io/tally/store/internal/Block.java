package io.tally.store.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.store.internal.codecs.BlockEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Records on their way to a file, with room for the block's header before them. */
final class Block {
  static final int MAX_PAYLOAD = 128 * 1024;

  /** The message and its checksum, as this build writes them. */
  static final int HEADER_LENGTH =
      MessageHeaderWord.ENCODED_LENGTH + BlockEncoder.BLOCK_LENGTH + Checksum.LENGTH;

  static final int CAPACITY = HEADER_LENGTH + MAX_PAYLOAD;

  /** Bytes before each record, which hold its length. */
  static final int PREFIX = Integer.BYTES;

  private final ShardSink owner;
  final ByteBuffer bytes;
  final UnsafeBuffer buffer;
  private int end;
  private int recordCount;
  private boolean last;

  /** Takes the buffer. */
  Block(final ShardSink owner, final ByteBuffer bytes) {
    this.owner = owner;
    this.bytes = bytes;
    buffer = new UnsafeBuffer(bytes);
    clear();
  }

  ShardSink owner() {
    return owner;
  }

  void clear() {
    end = HEADER_LENGTH;
    recordCount = 0;
    last = false;
  }

  boolean hasRoom(final int length) {
    return end + PREFIX + length <= CAPACITY;
  }

  int nextOffset() {
    return end + PREFIX;
  }

  void append(final int length) {
    buffer.putInt(end, length, ByteOrder.LITTLE_ENDIAN);
    end += PREFIX + length;
    recordCount++;
  }

  void markLast() {
    last = true;
  }

  boolean isLast() {
    return last;
  }

  int recordCount() {
    return recordCount;
  }

  int end() {
    return end;
  }
}
