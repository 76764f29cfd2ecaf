package io.tally.engine.internal;

import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.LongReplies;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The rows of an {@link IdempotencyTable}: a queue, in chunks that never move. A row has a number
 * that no later row ever has. A reply that is too long for its row lies beside it. Not thread-safe
 * but for {@link #size()}.
 */
final class KeyRows {
  static final long NONE = -1;

  private static final int CHUNK_SHIFT = 6;

  /** Rows are taken from the limit of the process in chunks of this size. */
  static final int CHUNK_ROWS = 1 << CHUNK_SHIFT;

  private static final int MIN_CHUNKS = 4;
  private static final int HIGH_OFFSET = 0;
  private static final int LOW_OFFSET = 8;
  private static final int FINGERPRINT_OFFSET = 16;
  private static final int TIME_OFFSET = 24;
  private static final int NEXT_OFFSET = 32;
  private static final int CODE_OFFSET = 40;
  private static final int SERVICE_CODE_OFFSET = 42;
  private static final int LENGTH_OFFSET = 44;
  private static final int REPLY_OFFSET = 48;

  private final int rowLength;
  private final IdempotencyLimit processLimit;
  private UnsafeBuffer[] chunks = new UnsafeBuffer[MIN_CHUNKS];

  /** Indexed by chunk, and in it by row; null for a chunk whose rows hold all of their replies. */
  private byte[][][] longReplies = new byte[MIN_CHUNKS][][];

  private volatile long oldest;
  private volatile long end;

  /** The end of the rows. */
  private long endOfChunks;

  KeyRows(final int shortReplyLength, final IdempotencyLimit processLimit) {
    this.processLimit = processLimit;
    rowLength = rowLength(shortReplyLength);
  }

  static int rowLength(final int shortReplyLength) {
    return REPLY_OFFSET + (shortReplyLength + 7 & ~7);
  }

  /** Any thread. */
  long size() {
    return Math.max(0, end - oldest);
  }

  long oldest() {
    return oldest;
  }

  long end() {
    return end;
  }

  long high(final long row) {
    return chunk(row).getLong(offset(row) + HIGH_OFFSET);
  }

  long low(final long row) {
    return chunk(row).getLong(offset(row) + LOW_OFFSET);
  }

  long fingerprint(final long row) {
    return chunk(row).getLong(offset(row) + FINGERPRINT_OFFSET);
  }

  /** The time of the key's first use. */
  long timeNs(final long row) {
    return chunk(row).getLong(offset(row) + TIME_OFFSET);
  }

  /** Makes the times of all rows later. */
  void postpone(final long ns) {
    for (long row = oldest; row < end; row++) {
      chunk(row).putLong(offset(row) + TIME_OFFSET, timeNs(row) + ns);
    }
  }

  /** The row of an older key with the same low hash. */
  long next(final long row) {
    return chunk(row).getLong(offset(row) + NEXT_OFFSET);
  }

  short code(final long row) {
    return chunk(row).getShort(offset(row) + CODE_OFFSET);
  }

  int serviceCode(final long row) {
    return chunk(row).getShort(offset(row) + SERVICE_CODE_OFFSET);
  }

  int replyLength(final long row) {
    return chunk(row).getInt(offset(row) + LENGTH_OFFSET);
  }

  void copyReply(final long row, final MutableDirectBuffer target, final int targetOffset) {
    final int length = replyLength(row);
    if (fits(length)) {
      target.putBytes(targetOffset, chunk(row), offset(row) + REPLY_OFFSET, length);
    } else {
      target.putBytes(targetOffset, longReplies[chunkIndex(row)][indexInChunk(row)]);
    }
  }

  /** Whether a reply of this length lies in its row. */
  boolean fits(final int length) {
    return length <= rowLength - REPLY_OFFSET;
  }

  boolean needsChunk() {
    return end == endOfChunks;
  }

  /** A chunk's places must have been taken from the limit if one is needed. */
  void addChunkIfNeeded() {
    if (needsChunk()) {
      if (chunks[chunkIndex(end)] != null) {
        growChunks(end);
      }
      chunks[chunkIndex(end)] = new UnsafeBuffer(new byte[CHUNK_ROWS * rowLength]);
      endOfChunks = (end & -CHUNK_ROWS) + CHUNK_ROWS;
    }
  }

  /** Adds a row without a reply, and returns its number. */
  long add(
      final long high, final long low, final long fingerprint, final long timeNs, final long next) {
    final long row = end;
    final UnsafeBuffer chunk = chunk(row);
    final int offset = offset(row);
    chunk.putLong(offset + HIGH_OFFSET, high);
    chunk.putLong(offset + LOW_OFFSET, low);
    chunk.putLong(offset + FINGERPRINT_OFFSET, fingerprint);
    chunk.putLong(offset + TIME_OFFSET, timeNs);
    chunk.putLong(offset + NEXT_OFFSET, next);
    // Stays if the command is never concluded: it may have run, and must not run again.
    chunk.putShort(offset + CODE_OFFSET, ReplyCode.INTERNAL.value());
    chunk.putShort(offset + SERVICE_CODE_OFFSET, (short) 0);
    chunk.putInt(offset + LENGTH_OFFSET, 0);
    end = row + 1;
    return row;
  }

  /** Room for a long reply must have been taken. */
  void reply(
      final long row,
      final short code,
      final int serviceCode,
      final DirectBuffer reply,
      final int replyOffset,
      final int length) {
    final UnsafeBuffer chunk = chunk(row);
    final int offset = offset(row);
    chunk.putShort(offset + CODE_OFFSET, code);
    chunk.putShort(offset + SERVICE_CODE_OFFSET, (short) serviceCode);
    chunk.putInt(offset + LENGTH_OFFSET, length);
    if (fits(length)) {
      chunk.putBytes(offset + REPLY_OFFSET, reply, replyOffset, length);
    } else {
      keepLong(row, reply, replyOffset, length);
    }
  }

  private void keepLong(
      final long row, final DirectBuffer reply, final int offset, final int length) {
    final int chunk = chunkIndex(row);
    if (longReplies[chunk] == null) {
      longReplies[chunk] = new byte[CHUNK_ROWS][];
    }
    final byte[] kept = new byte[length];
    reply.getBytes(offset, kept);
    longReplies[chunk][indexInChunk(row)] = kept;
  }

  /** Removes the row that was added last. */
  void removeLast() {
    end = end - 1;
  }

  /** Removes all rows before this one, and gives back what they took. */
  void removeUpTo(final long row) {
    for (long removed = oldest; removed < row; removed++) {
      if (longReplies[chunkIndex(removed)] != null) {
        dropLong(removed);
      }
      if (indexInChunk(removed) == CHUNK_ROWS - 1) {
        releaseChunk(removed);
      }
    }
    oldest = row;
  }

  private void dropLong(final long row) {
    final byte[][] ofChunk = longReplies[chunkIndex(row)];
    final int index = indexInChunk(row);
    if (ofChunk[index] != null) {
      processLimit.longReplies().release(LongReplies.chargeOf(ofChunk[index].length));
      ofChunk[index] = null;
    }
  }

  private void releaseChunk(final long row) {
    chunks[chunkIndex(row)] = null;
    longReplies[chunkIndex(row)] = null;
    processLimit.release(CHUNK_ROWS);
  }

  /** Gives back what a burst of keys took once they are gone: other shards may need it. */
  void shrink() {
    final long row = end;
    if (oldest == row) {
      if (row != endOfChunks) {
        releaseChunk(endOfChunks - 1);
        oldest = endOfChunks;
        end = endOfChunks;
      }
      if (chunks.length != MIN_CHUNKS) {
        chunks = new UnsafeBuffer[MIN_CHUNKS];
        longReplies = new byte[MIN_CHUNKS][][];
      }
    }
  }

  /** The first row to be added has this number. There must be none. */
  void startAt(final long row) {
    shrink();
    oldest = row;
    end = row;
    endOfChunks = row;
  }

  private void growChunks(final long row) {
    final UnsafeBuffer[] old = chunks;
    final byte[][][] oldLong = longReplies;
    chunks = new UnsafeBuffer[2 * old.length];
    longReplies = new byte[2 * old.length][][];
    for (long first = row - ((long) old.length << CHUNK_SHIFT); first < row; first += CHUNK_ROWS) {
      final int oldIndex = (int) (first >>> CHUNK_SHIFT) & old.length - 1;
      chunks[chunkIndex(first)] = old[oldIndex];
      longReplies[chunkIndex(first)] = oldLong[oldIndex];
    }
  }

  private UnsafeBuffer chunk(final long row) {
    return chunks[chunkIndex(row)];
  }

  private int chunkIndex(final long row) {
    return (int) (row >>> CHUNK_SHIFT) & chunks.length - 1;
  }

  private static int indexInChunk(final long row) {
    return (int) (row & CHUNK_ROWS - 1);
  }

  private int offset(final long row) {
    return indexInChunk(row) * rowLength;
  }
}
