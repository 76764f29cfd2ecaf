package io.tally.counter;

import static io.tally.counter.RowDescriptor.APART;
import static io.tally.counter.RowDescriptor.BY_BYTES;
import static io.tally.counter.RowDescriptor.ID_OFFSET;
import static io.tally.counter.RowDescriptor.NEXT_OFFSET;
import static io.tally.counter.RowDescriptor.TAG_LENGTH_BITS;
import static io.tally.counter.RowDescriptor.TAG_OFFSET;
import static io.tally.counter.RowDescriptor.WORD_OFFSET;
import static io.tally.counter.RowDescriptor.offset;

import io.tally.engine.IdHash;
import io.tally.engine.StableHash;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The rows of a {@link CounterTable} by id: a linear hash table (Litwin, "Linear Hashing", VLDB
 * 1980). A bucket is the first row of a linked list, and each new counter beyond the most that
 * there ever were splits one bucket, so that the table never stands still to grow. It never
 * shrinks.
 *
 * <p>Clients choose the ids, so where a row is found follows from a secret ({@link IdHash}): from a
 * hash of the public hash that the command carries, which takes hardly any time. Ids that have one
 * public hash would all lie together. So after the first 16, further ones are found by a hash of
 * their bytes, where they are not found by the other. Which row a counter gets, and all else that
 * can be seen of the table, does not depend on the secret.
 *
 * <p>The hash by which a row is found is in its tag. That of a row that is {@link
 * RowDescriptor#APART} is made anew from its id: when another counter is made in its bucket, when
 * that is split, and when the row is freed. A search compares the id of such a row at once.
 *
 * <p>The table is this index and does not have it: a further object for each shard on the way to a
 * row was measured to be slower.
 */
abstract class CounterIndex {
  /** There is no such counter. */
  static final int ABSENT = RowDescriptor.NO_ROW;

  static final long ANY_TIME = Long.MIN_VALUE;

  static final int BUCKET_CHUNK_BYTES = 16 * 1024;

  /** By chance there are never so many rows with one hash in their tags. */
  private static final int CROWD = 16;

  private static final int MIN_BUCKETS = BUCKET_CHUNK_BYTES / Integer.BYTES;
  private static final int MAX_BUCKETS = 1 << (Integer.SIZE - TAG_LENGTH_BITS);
  private static final int BUCKET_CHUNK_SHIFT = Integer.numberOfTrailingZeros(MIN_BUCKETS);

  final DirectChunks chunks = new DirectChunks();
  final DeadlineCells cells = new DeadlineCells();
  final CounterRows rows = new CounterRows(chunks, cells);
  private final AtomicLong placeless = new AtomicLong();
  private final DirectChunks buckets = new DirectChunks();
  private final AtomicLong size = new AtomicLong();
  private final IdHash hash;
  private final byte[] hashedId = new byte[CounterProxy.MAX_ID_LENGTH];
  private int bucketCount = MIN_BUCKETS;
  private int splitBit = MIN_BUCKETS;

  /** Some row is not found by the public hash of its id. */
  private boolean hasCrowds;

  CounterIndex(final IdHash hash) {
    this.hash = hash;
    buckets.add(BUCKET_CHUNK_BYTES);
  }

  /** Number of counters whose rows are not freed. Any thread. */
  final long size() {
    return size.getAcquire();
  }

  /** Number of those that have a place of the {@link CounterLimit}. Any thread. */
  final long placeCount() {
    return size() - placeless.getAcquire();
  }

  /** So many more of the rows are without a place, although they are not freed. */
  final void addPlaceless(final int more) {
    placeless.setRelease(placeless.getPlain() + more);
  }

  /** Rows that a search for the counter of this row passes before it in its bucket. */
  final int rowsBefore(final int row) {
    int count = 0;
    int before = first(bucket(tag(row)));
    while (before != row) {
      before = chunk(before).getInt(offset(before) + NEXT_OFFSET);
      count++;
    }
    return count;
  }

  final int bucketCount() {
    return bucketCount;
  }

  final long bucketBytes() {
    return buckets.capacityBytes();
  }

  /** Makes an empty index have as many buckets as another one had. */
  final void restoreBuckets(final int count) {
    if (count < MIN_BUCKETS || count > MAX_BUCKETS || size.getPlain() > 0) {
      throw new IllegalArgumentException("buckets cannot be restored: " + count);
    }
    while (buckets.count() << BUCKET_CHUNK_SHIFT < count) {
      buckets.add(BUCKET_CHUNK_BYTES);
    }
    bucketCount = count;
    splitBit = Integer.highestOneBit(count);
  }

  /**
   * The row of a counter that has not expired by then, or {@link #ABSENT}.
   *
   * @param timeNs {@link #ANY_TIME} to find one that has expired, too.
   */
  final int find(
      final long timeNs,
      final long entityHash,
      final DirectBuffer id,
      final int offset,
      final int length) {
    final int row = find(timeNs, tag(entityHash, length), id, offset, length);
    return row == ABSENT && hasCrowds
        ? find(timeNs, tag(id, offset, length), id, offset, length)
        : row;
  }

  /** Where a new counter will be found: by its public hash, unless too many of that are there. */
  final int tagOfNew(
      final long entityHash, final DirectBuffer id, final int offset, final int length) {
    final int tag = tag(entityHash, length);
    int alike = 0;
    int row = first(bucket(tag));
    while (row != ABSENT && alike < CROWD) {
      alike += (tag(row) ^ tag) >>> TAG_LENGTH_BITS == 0 ? 1 : 0;
      row = chunk(row).getInt(offset(row) + NEXT_OFFSET);
    }
    if (alike < CROWD) {
      return tag;
    }
    hasCrowds = true;
    return tag(id, offset, length);
  }

  private int tag(final long entityHash, final int length) {
    return RowDescriptor.tag(hash.hash(entityHash), length);
  }

  private int tag(final DirectBuffer id, final int offset, final int length) {
    return RowDescriptor.tag(hash.hash(id, offset, length), length);
  }

  /** The tag by which a row is found. */
  private int tag(final int row) {
    final UnsafeBuffer chunk = chunk(row);
    final int offset = offset(row);
    final long word = chunk.getLong(offset + WORD_OFFSET);
    if ((word & APART) == 0) {
      return chunk.getInt(offset + TAG_OFFSET);
    }
    return (word & BY_BYTES) == 0 ? publicTag(row) : bytesTag(row);
  }

  private int publicTag(final int row) {
    final int length = rows.idLength(row);
    chunk(row).getBytes(rows.idOffset(row), hashedId, 0, length);
    return tag(StableHash.hash(hashedId, 0, length), length);
  }

  private int bytesTag(final int row) {
    return tag(chunk(row), rows.idOffset(row), rows.idLength(row));
  }

  /** The deadline of a row without room for one is in that cell from now on. */
  final void setApart(final int row, final int cell) {
    final boolean byBytes = tag(row) != publicTag(row);
    // A peer may have sent another hash than that of the id. It must not be needed again.
    if (byBytes && tag(row) != bytesTag(row)) {
      unlink(row);
      link(bucket(bytesTag(row)), row);
      hasCrowds = true;
    }
    rows.setApart(row, cell, byBytes);
  }

  private int find(
      final long timeNs, final int tag, final DirectBuffer id, final int offset, final int length) {
    int row = first(bucket(tag));
    while (row != ABSENT) {
      final UnsafeBuffer chunk = chunk(row);
      final int rowOffset = offset(row);
      final long word = chunk.getLong(rowOffset + WORD_OFFSET);
      if (RowDescriptor.mayBe(word, chunk.getInt(rowOffset + TAG_OFFSET), tag)
          && isEqual(chunk, rowOffset + ID_OFFSET, id, offset, length)) {
        return word >= 0 || rows.deadlineNs(row) > timeNs ? row : ABSENT;
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
    final int last = length - Long.BYTES;
    if (last < 0) {
      return isShortEqual(chunk, idOffset, id, offset, length);
    }
    // The first word and the last one, which have bytes in common below 16.
    return chunk.getLong(idOffset) == id.getLong(offset)
        && chunk.getLong(idOffset + last) == id.getLong(offset + last)
        && (last <= Long.BYTES || isMiddleEqual(chunk, idOffset, id, offset, last));
  }

  /** Apart, since a loop would make every search too much code to be compiled into its callers. */
  private static boolean isMiddleEqual(
      final UnsafeBuffer chunk,
      final int idOffset,
      final DirectBuffer id,
      final int offset,
      final int last) {
    for (int i = Long.BYTES; i < last; i += Long.BYTES) {
      if (chunk.getLong(idOffset + i) != id.getLong(offset + i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isShortEqual(
      final UnsafeBuffer chunk,
      final int idOffset,
      final DirectBuffer id,
      final int offset,
      final int length) {
    for (int i = 0; i < length; i++) {
      if (chunk.getByte(idOffset + i) != id.getByte(offset + i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the next counter needs another chunk of buckets. */
  final boolean wantsBucketChunk() {
    return size.getPlain() >= bucketCount
        && bucketCount < MAX_BUCKETS
        && bucketCount >>> BUCKET_CHUNK_SHIFT == buckets.count();
  }

  final void add(final int tag, final int row) {
    link(bucket(tag), row);
    size.setRelease(size.getPlain() + 1);
    if (size.getPlain() > bucketCount && bucketCount < MAX_BUCKETS) {
      split();
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
      link(bucket(tag(row)), row);
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

  final void remove(final int row) {
    size.setRelease(size.getPlain() - 1);
    unlink(row);
  }

  private void unlink(final int row) {
    final int bucket = bucket(tag(row));
    final int next = chunk(row).getInt(offset(row) + NEXT_OFFSET);
    int before = first(bucket);
    if (before == row) {
      first(bucket, next);
      return;
    }
    while (chunk(before).getInt(offset(before) + NEXT_OFFSET) != row) {
      before = chunk(before).getInt(offset(before) + NEXT_OFFSET);
    }
    chunk(before).putInt(offset(before) + NEXT_OFFSET, next);
  }

  // A bucket's number is the low bits of the hash in the tag.
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

  final UnsafeBuffer chunk(final int row) {
    return chunks.get(RowDescriptor.chunkIndex(row));
  }
}
