package io.tally.counter;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.collections.Hashing;
import org.agrona.collections.Int2IntHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The counters of one shard: exact 64-bit values by id. Two ids are the same counter if and only if
 * all their bytes are equal. A counter is never evicted.
 *
 * <p>A counter is a row that never moves, named by its address in units of 8 bytes. Rows lie one
 * behind the other in chunks and never cross from one chunk into the next. The index leads from the
 * upper half of an id's hash (the whole of it chose the shard) to a row; rows of ids that share it
 * are linked.
 *
 * <p>One thread at a time, but for {@link #size()}. Allocates only when a new counter needs another
 * chunk or a larger index.
 */
final class CounterTable {
  /** There is no such counter. */
  static final int ABSENT = -1;

  /** The counter is new and there is no room for it. */
  static final int FULL = -2;

  static final int CHUNK_BYTES = 16 * 1024;
  static final long MAX_ARENA_BYTES = (long) Integer.MAX_VALUE << 3;

  private static final int ROW_ALIGNMENT_SHIFT = 3;
  private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(CHUNK_BYTES);
  private static final int CHUNK_MASK = CHUNK_BYTES - 1;

  private static final int VALUE_OFFSET = 0;
  private static final int NEXT_OFFSET = VALUE_OFFSET + Long.BYTES;
  private static final int ID_LENGTH_OFFSET = NEXT_OFFSET + Integer.BYTES;
  private static final int ID_OFFSET = ID_LENGTH_OFFSET + Short.BYTES;

  // Past this the index would have to double beyond what one array can hold, and would throw.
  private static final int MAX_INDEX_SIZE = (int) ((1 << 29) * Hashing.DEFAULT_LOAD_FACTOR);

  private final Int2IntHashMap index = new Int2IntHashMap(ABSENT);
  private final AtomicLong size = new AtomicLong();
  private final CounterLimit limit;
  private final long maxArenaBytes;
  private UnsafeBuffer[] chunks = new UnsafeBuffer[1];
  private int chunkCount;
  private long end;

  CounterTable(final CounterLimit limit) {
    this(limit, MAX_ARENA_BYTES);
  }

  CounterTable(final CounterLimit limit, final long maxArenaBytes) {
    this.limit = limit;
    this.maxArenaBytes = Math.min(maxArenaBytes, MAX_ARENA_BYTES);
  }

  /** The row of a counter, or {@link #ABSENT}. */
  int find(final long keyHash, final DirectBuffer id, final int offset, final int length) {
    return find(index.get(indexKey(keyHash)), id, offset, length);
  }

  /**
   * The row of a counter, made with value 0 if it is new; or {@link #FULL}, and nothing changed.
   */
  int findOrCreate(final long keyHash, final DirectBuffer id, final int offset, final int length) {
    final int indexKey = indexKey(keyHash);
    final int first = index.get(indexKey);
    final int row = find(first, id, offset, length);
    return row != ABSENT ? row : create(indexKey, first, id, offset, length);
  }

  long value(final int row) {
    return chunk(row).getLong(offset(row) + VALUE_OFFSET);
  }

  void value(final int row, final long newValue) {
    chunk(row).putLong(offset(row) + VALUE_OFFSET, newValue);
  }

  /** Number of counters. Any thread. */
  long size() {
    return size.getAcquire();
  }

  /** Size of all chunks and of the index in bytes, object headers left out. */
  long capacityBytes() {
    return (long) chunkCount * CHUNK_BYTES + 2L * Integer.BYTES * index.capacity();
  }

  private int find(final int first, final DirectBuffer id, final int offset, final int length) {
    int row = first;
    while (row != ABSENT && !hasId(row, id, offset, length)) {
      row = chunk(row).getInt(offset(row) + NEXT_OFFSET);
    }
    return row;
  }

  private boolean hasId(final int row, final DirectBuffer id, final int offset, final int length) {
    final UnsafeBuffer chunk = chunk(row);
    final int rowOffset = offset(row);
    if (chunk.getShort(rowOffset + ID_LENGTH_OFFSET) != length) {
      return false;
    }
    final int idOffset = rowOffset + ID_OFFSET;
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      if (chunk.getLong(idOffset + i) != id.getLong(offset + i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (chunk.getByte(idOffset + i) != id.getByte(offset + i)) {
        return false;
      }
    }
    return true;
  }

  private int create(
      final int indexKey,
      final int first,
      final DirectBuffer id,
      final int offset,
      final int length) {
    final int rowLength = BitUtil.align(ID_OFFSET + length, 1 << ROW_ALIGNMENT_SHIFT);
    final boolean fitsChunk = (end & CHUNK_MASK) + rowLength <= CHUNK_BYTES;
    final long start = fitsChunk ? end : BitUtil.align(end, CHUNK_BYTES);
    if (start + rowLength > maxArenaBytes
        || index.size() >= MAX_INDEX_SIZE
        || !limit.tryAcquire()) {
      return FULL;
    }
    if (start >>> CHUNK_SHIFT == chunkCount) {
      addChunk();
    }
    end = start + rowLength;
    final int row = (int) (start >>> ROW_ALIGNMENT_SHIFT);
    final UnsafeBuffer chunk = chunk(row);
    final int rowOffset = offset(row);
    chunk.putLong(rowOffset + VALUE_OFFSET, 0);
    chunk.putShort(rowOffset + ID_LENGTH_OFFSET, (short) length);
    chunk.putBytes(rowOffset + ID_OFFSET, id, offset, length);
    link(indexKey, first, row);
    size.setRelease(size.getPlain() + 1);
    return row;
  }

  private void link(final int indexKey, final int first, final int row) {
    final int nextOffset = offset(row) + NEXT_OFFSET;
    if (first == ABSENT) {
      chunk(row).putInt(nextOffset, ABSENT);
      index.put(indexKey, row);
      return;
    }
    // Behind the first, so that the index stays as it is.
    final UnsafeBuffer firstChunk = chunk(first);
    final int firstNextOffset = offset(first) + NEXT_OFFSET;
    chunk(row).putInt(nextOffset, firstChunk.getInt(firstNextOffset));
    firstChunk.putInt(firstNextOffset, row);
  }

  private void addChunk() {
    if (chunkCount == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunkCount);
    }
    chunks[chunkCount++] = new UnsafeBuffer(new byte[CHUNK_BYTES]);
  }

  private UnsafeBuffer chunk(final int row) {
    return chunks[row >>> (CHUNK_SHIFT - ROW_ALIGNMENT_SHIFT)];
  }

  private static int offset(final int row) {
    return (row << ROW_ALIGNMENT_SHIFT) & CHUNK_MASK;
  }

  private static int indexKey(final long keyHash) {
    return (int) (keyHash >>> Integer.SIZE);
  }
}
