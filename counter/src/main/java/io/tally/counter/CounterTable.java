package io.tally.counter;

import io.tally.engine.Places;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The counters of one shard: exact 64-bit values by id. Two ids are the same counter if and only if
 * all their bytes are equal. A counter is never evicted.
 *
 * <p>A counter is a row that never moves. Its name is an int: the number of its chunk in the high
 * bits, and in the low bits its offset in that chunk, in units of 8 bytes. A row lies in one chunk
 * as a whole. A new chunk has an eighth of the bytes of all chunks so far, at least 16 KiB and at
 * most 1 MiB: so little memory is taken and not used, and even with 10 million counters the list of
 * the chunks lies in a processor's cache. The index is a linear hash table (Litwin, "Linear
 * Hashing", VLDB 1980): a bucket is the first row of a linked list, and each new counter beyond the
 * first few thousand splits one bucket, so that the table never stands still to grow.
 *
 * <p>One thread at a time, but for {@link #size()}. Rows and buckets lie outside the heap, and grow
 * by a chunk when a new counter needs it.
 */
final class CounterTable {
  /** There is no such counter. */
  static final int ABSENT = 0;

  /** The counter is new and there is no room for it. */
  static final int FULL = -1;

  static final int FIRST_CHUNK_BYTES = 16 * 1024;
  static final int BUCKET_CHUNK_BYTES = 16 * 1024;

  /** Zeroing a longer one would take a noticeable time. */
  static final int MAX_CHUNK_BYTES = 1024 * 1024;

  static final int MAX_CHUNKS = 1 << 14;

  static final int ROW_ALIGNMENT_SHIFT = 3;
  private static final int CHUNK_SHIFT =
      Integer.numberOfTrailingZeros(MAX_CHUNK_BYTES) - ROW_ALIGNMENT_SHIFT;

  // The very first place stays empty: its name would be 0, which is ABSENT.
  private static final int FIRST_ROW_OFFSET = 1 << ROW_ALIGNMENT_SHIFT;

  private static final int VALUE_OFFSET = 0;
  private static final int NEXT_OFFSET = VALUE_OFFSET + Long.BYTES;
  private static final int TAG_OFFSET = NEXT_OFFSET + Integer.BYTES;
  private static final int ID_OFFSET = TAG_OFFSET + Integer.BYTES;

  // A tag holds 24 bits of an id's hash, and below them the id's length less 1. The bucket follows
  // from those 24 bits.
  private static final int TAG_LENGTH_BITS = 8;
  private static final int MIN_BUCKETS = BUCKET_CHUNK_BYTES / Integer.BYTES;
  private static final int MAX_BUCKETS = 1 << (Integer.SIZE - TAG_LENGTH_BITS);
  private static final int BUCKET_CHUNK_SHIFT = Integer.numberOfTrailingZeros(MIN_BUCKETS);

  private final DirectChunks rows = new DirectChunks();
  private final DirectChunks buckets = new DirectChunks();
  private final AtomicLong size = new AtomicLong();
  private final CounterLimit limit;
  private final Places places;
  private final int maxChunks;
  private final CounterSnapshot snapshot = new CounterSnapshot(this);

  /** Null while no snapshot is under way, so that a change need not ask the snapshot. */
  private CounterSnapshot showing;

  private int[] chunkEnds = new int[1];
  private int bucketCount = MIN_BUCKETS;
  private int splitBit = MIN_BUCKETS;
  private int roomOffset;
  private int roomEnd;

  CounterTable(final CounterLimit limit, final Places places) {
    this(limit, places, MAX_CHUNKS);
  }

  CounterTable(final CounterLimit limit, final Places places, final int maxChunks) {
    this.limit = limit;
    this.places = places;
    this.maxChunks = maxChunks;
    buckets.add(BUCKET_CHUNK_BYTES);
  }

  /** The row of a counter, or {@link #ABSENT}. */
  int find(final long entityHash, final DirectBuffer id, final int offset, final int length) {
    return find(tag(entityHash, length), id, offset, length);
  }

  /**
   * The row of a counter, made with value 0 if it is new; or {@link #FULL}, and nothing changed.
   */
  int findOrCreate(
      final long entityHash, final DirectBuffer id, final int offset, final int length) {
    final int tag = tag(entityHash, length);
    final int row = find(tag, id, offset, length);
    return row != ABSENT ? row : create(tag, id, offset, length);
  }

  long value(final int row) {
    return chunk(row).getLong(offset(row) + VALUE_OFFSET);
  }

  void value(final int row, final long newValue) {
    if (showing != null) {
      showing.beforeChange(row);
    }
    chunk(row).putLong(offset(row) + VALUE_OFFSET, newValue);
  }

  /** Rows that a search for the counter of this row passes before it: what the search costs. */
  int rowsBefore(final int row) {
    int count = 0;
    int before = first(bucket(chunk(row).getInt(offset(row) + TAG_OFFSET)));
    while (before != row) {
      before = chunk(before).getInt(offset(before) + NEXT_OFFSET);
      count++;
    }
    return count;
  }

  CounterSnapshot snapshot() {
    return snapshot;
  }

  /** Number of counters. Any thread. */
  long size() {
    return size.getAcquire();
  }

  /** Bytes taken outside the heap. */
  long capacityBytes() {
    return rows.capacityBytes() + buckets.capacityBytes();
  }

  private int find(final int tag, final DirectBuffer id, final int offset, final int length) {
    int row = first(bucket(tag));
    while (row != ABSENT) {
      final UnsafeBuffer chunk = chunk(row);
      final int rowOffset = offset(row);
      if (chunk.getInt(rowOffset + TAG_OFFSET) == tag
          && isEqual(chunk, rowOffset + ID_OFFSET, id, offset, length)) {
        return row;
      }
      row = chunk.getInt(rowOffset + NEXT_OFFSET);
    }
    return ABSENT;
  }

  private static boolean isEqual(
      final UnsafeBuffer chunk,
      final int idOffset,
      final DirectBuffer id,
      final int offset,
      final int length) {
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

  private int create(final int tag, final DirectBuffer id, final int offset, final int length) {
    final int rowLength = rowLength(length);
    final boolean fits = rowLength <= roomEnd - roomOffset;
    if ((!fits && rows.count() == maxChunks) || !places.tryTake(limit)) {
      return FULL;
    }
    if (!fits) {
      addChunk();
    }
    final int row = row(rows.count() - 1, roomOffset);
    roomOffset += rowLength;
    final UnsafeBuffer chunk = chunk(row);
    final int rowOffset = offset(row);
    chunk.putInt(rowOffset + TAG_OFFSET, tag);
    chunk.putBytes(rowOffset + ID_OFFSET, id, offset, length);
    index(tag, row);
    return row;
  }

  private void index(final int tag, final int row) {
    link(bucket(tag), row);
    size.setRelease(size.getPlain() + 1);
    if (size.getPlain() > bucketCount && bucketCount < MAX_BUCKETS) {
      split();
    }
  }

  // What a snapshot needs.

  void showing(final CounterSnapshot underWay) {
    showing = underWay;
  }

  int chunkCount() {
    return rows.count();
  }

  int roomOffset() {
    return roomOffset;
  }

  /** The row made first, or {@link #endRow()}. */
  int firstRow() {
    return rows.count() == 0 ? endRow() : row(0, FIRST_ROW_OFFSET);
  }

  /** The row to be made next, unless it needs another chunk; above all others. */
  int endRow() {
    return rows.count() == 0 ? ABSENT : row(rows.count() - 1, roomOffset);
  }

  /** The row made after this one, or {@link #endRow()}. */
  int rowAfter(final int row) {
    final int chunk = chunkIndex(row);
    final int after = offset(row) + rowLength(idLength(row));
    final boolean isLast = chunk == rows.count() - 1;
    return isLast || after < chunkEnds[chunk] ? row(chunk, after) : row(chunk + 1, 0);
  }

  static int chunkIndex(final int row) {
    return row >>> CHUNK_SHIFT;
  }

  int chunkBytes(final int chunk) {
    return rows.get(chunk).capacity();
  }

  DirectBuffer rows(final int row) {
    return chunk(row);
  }

  int idOffset(final int row) {
    return offset(row) + ID_OFFSET;
  }

  int idLength(final int row) {
    return (tag(row) & (1 << TAG_LENGTH_BITS) - 1) + 1;
  }

  int tag(final int row) {
    return chunk(row).getInt(offset(row) + TAG_OFFSET);
  }

  /** Makes an empty table have as much room as another one had. */
  void restoreRoom(final int chunkCount, final int roomOffset) {
    if (rows.count() > 0 || chunkCount < 0 || chunkCount > maxChunks) {
      throw new IllegalArgumentException("room cannot be restored: " + chunkCount + " chunks");
    }
    while (rows.count() < chunkCount) {
      addChunk();
    }
    if (roomOffset < (chunkCount == 1 ? FIRST_ROW_OFFSET : 0) || roomOffset > roomEnd) {
      throw new IllegalArgumentException("room cannot be restored: from " + roomOffset);
    }
    this.roomOffset = roomOffset;
  }

  /** Puts a counter back in its place. Takes a place of the limit even if none is left. */
  void restoreRow(
      final int row,
      final int tag,
      final long value,
      final DirectBuffer id,
      final int offset,
      final int length) {
    final int chunk = chunkIndex(row);
    if ((tag & (1 << TAG_LENGTH_BITS) - 1) != length - 1
        || chunk < 0
        || chunk >= rows.count()
        || row == ABSENT
        || Integer.compareUnsigned(row, endRow()) >= 0
        || offset(row) + rowLength(length) > rows.get(chunk).capacity()
        || find(tag, id, offset, length) != ABSENT) {
      throw new IllegalArgumentException("row cannot be restored: " + row);
    }
    limit.take();
    final int rowOffset = offset(row);
    final UnsafeBuffer rowsOfChunk = rows.get(chunk);
    rowsOfChunk.putLong(rowOffset + VALUE_OFFSET, value);
    rowsOfChunk.putInt(rowOffset + TAG_OFFSET, tag);
    rowsOfChunk.putBytes(rowOffset + ID_OFFSET, id, offset, length);
    chunkEnds[chunk] = Math.max(chunkEnds[chunk], rowOffset + rowLength(length));
    index(tag, row);
  }

  private static int rowLength(final int idLength) {
    return BitUtil.align(ID_OFFSET + idLength, 1 << ROW_ALIGNMENT_SHIFT);
  }

  private void addChunk() {
    if (rows.count() > 0) {
      chunkEnds[rows.count() - 1] = roomOffset;
    }
    final int eighth = (int) Math.min(MAX_CHUNK_BYTES, rows.capacityBytes() >>> 3);
    final int length = Math.max(FIRST_CHUNK_BYTES, Integer.highestOneBit(eighth));
    rows.add(length);
    roomOffset = rows.count() == 1 ? FIRST_ROW_OFFSET : 0;
    roomEnd = length;
    if (rows.count() > chunkEnds.length) {
      chunkEnds = Arrays.copyOf(chunkEnds, 2 * chunkEnds.length);
    }
  }

  /**
   * Splits the bucket whose turn it is: rows whose hash has the bit set move to a bucket of their
   * own.
   */
  private void split() {
    final int oldBucket = bucketCount - splitBit;
    final int newBucket = bucketCount;
    if (newBucket >>> BUCKET_CHUNK_SHIFT == buckets.count()) {
      buckets.add(BUCKET_CHUNK_BYTES);
    }
    bucketCount++;
    int row = first(oldBucket);
    first(oldBucket, ABSENT);
    while (row != ABSENT) {
      final int next = chunk(row).getInt(offset(row) + NEXT_OFFSET);
      link(bucket(chunk(row).getInt(offset(row) + TAG_OFFSET)), row);
      row = next;
    }
    if (bucketCount == 2 * splitBit) {
      splitBit = bucketCount;
    }
  }

  private void link(final int bucket, final int row) {
    chunk(row).putInt(offset(row) + NEXT_OFFSET, first(bucket));
    first(bucket, row);
  }

  private int bucket(final int tag) {
    final int hash = tag >>> TAG_LENGTH_BITS;
    final int bucket = hash & (2 * splitBit - 1);
    return bucket < bucketCount ? bucket : bucket - splitBit;
  }

  private int first(final int bucket) {
    return buckets.get(bucket >>> BUCKET_CHUNK_SHIFT).getInt(bucketOffset(bucket));
  }

  private void first(final int bucket, final int row) {
    buckets.get(bucket >>> BUCKET_CHUNK_SHIFT).putInt(bucketOffset(bucket), row);
  }

  private static int bucketOffset(final int bucket) {
    return (bucket & MIN_BUCKETS - 1) * Integer.BYTES;
  }

  /** Behind the last row of a full chunk, it is the first place of the next one. */
  static int row(final int chunk, final int offset) {
    return (chunk << CHUNK_SHIFT) + (offset >>> ROW_ALIGNMENT_SHIFT);
  }

  private UnsafeBuffer chunk(final int row) {
    return rows.get(row >>> CHUNK_SHIFT);
  }

  static int offset(final int row) {
    return (row & (1 << CHUNK_SHIFT) - 1) << ROW_ALIGNMENT_SHIFT;
  }

  // Not the lowest bits: where shards are a power of two, those are the same in the whole table.
  private static int tag(final long entityHash, final int length) {
    return (int) (entityHash >>> Integer.SIZE) << TAG_LENGTH_BITS | length - 1;
  }
}
