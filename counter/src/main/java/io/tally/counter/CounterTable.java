package io.tally.counter;

import static io.tally.counter.RowDescriptor.APART;
import static io.tally.counter.RowDescriptor.MAX_VERSION;
import static io.tally.counter.RowDescriptor.RATE;
import static io.tally.counter.RowDescriptor.VALUE_OFFSET;
import static io.tally.counter.RowDescriptor.WORD_OFFSET;
import static io.tally.counter.RowDescriptor.offset;

import io.tally.engine.IdHash;
import io.tally.engine.Places;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The counters of one shard: exact 64-bit values by id. Two ids are the same counter if and only if
 * all their bytes are equal. A counter is never evicted: it ends by {@link #delete} or by its own
 * deadline. From its deadline on it is absent, whenever its row is freed.
 *
 * <p>A counter is a row that never moves ({@link RowDescriptor}), and its name is that of its row.
 * A row takes 24 bytes and its id, up to a multiple of 8; and 8 more for a deadline, which lie in
 * the row if it was made with one, or else apart ({@link DeadlineCells}). Rows of counters that
 * have ended are used again for rows of the same length ({@link RowSpace}). Which row a new counter
 * gets follows from the commands and their times, also after a restore.
 *
 * <p>Each change takes the next number of one count as the version of its counter. So no version is
 * ever used twice, also by a counter that ends and comes again.
 *
 * <p>One thread at a time, but for {@link #size()}. Rows and buckets lie outside the heap, and grow
 * by a chunk when a new counter needs it.
 */
final class CounterTable extends CounterIndex {
  /** The counter is new and there is no room for it. */
  static final int FULL = -1;

  static final long NO_DEADLINE = CounterRows.NO_DEADLINE;

  /** So that expired counters grow fewer even where nothing but new ones comes. */
  private static final int EXPIRED_PER_CREATE = 4;

  private final RowSpace space;
  private final CounterExpiry expiry;
  private final TableRoom room;
  private final CounterSnapshot snapshot;

  /** Null while no snapshot is under way, so that a change need not ask the snapshot. */
  private CounterSnapshot showing;

  private long changes;

  CounterTable(
      final IdHash hash,
      final CounterLimit limit,
      final Places places,
      final ExpiredCounterHandler expired) {
    this(hash, limit, places, expired, RowDescriptor.MAX_CHUNKS);
  }

  CounterTable(
      final IdHash hash,
      final CounterLimit limit,
      final Places places,
      final ExpiredCounterHandler expired,
      final int maxChunks) {
    super(hash);
    space = new RowSpace(chunks, maxChunks);
    room = new TableRoom(limit, places, space, chunks, cells);
    expiry = new CounterExpiry(this, chunks, rows, space, room, limit, expired);
    snapshot = new CounterSnapshot(this, rows, space, room);
  }

  /**
   * The row of a counter that has not expired, made if there is none: with value 0, version 0 and
   * no deadline; or {@link #FULL}, and there is no such counter. Before it makes one, it frees up
   * to four others that have expired, and the one of this id that has. If any has expired, one is
   * freed before a place is asked for.
   *
   * @param withDeadline whether a new one will have a deadline or be a rate: then it has the 8
   *     bytes for it in its row.
   */
  int findOrCreate(
      final long timeNs,
      final long entityHash,
      final DirectBuffer id,
      final int offset,
      final int length,
      final boolean withDeadline) {
    final int row = find(timeNs, entityHash, id, offset, length);
    return row == ABSENT ? create(timeNs, entityHash, id, offset, length, withDeadline) : row;
  }

  long value(final int row) {
    return chunk(row).getLong(offset(row) + VALUE_OFFSET);
  }

  /** Above 0 and of no other state of this table, or 0 if the row was never changed. */
  long version(final int row) {
    return rows.version(row);
  }

  /** From when on it is absent, or {@link #NO_DEADLINE}. */
  long deadlineNs(final int row) {
    return rows.deadlineNs(row);
  }

  boolean isRate(final int row) {
    return rows.isRate(row);
  }

  /** The interval of a rate; 0 for another counter. */
  long intervalNs(final int row) {
    return rows.intervalNs(row);
  }

  /** Sets the value, which is the deadline of a rate, and gives the counter the next version. */
  void change(final int row, final long value) {
    final UnsafeBuffer chunk = chunk(row);
    final int at = offset(row);
    final long word = chunk.getLong(at + WORD_OFFSET);
    final long before = chunk.getLong(at + VALUE_OFFSET);
    change(row, chunk, at, word, value);
    if ((word & RATE) != 0) {
      expiry.moved(row, before, value);
    }
  }

  /**
   * Adds to the value of a counter, which is a change, unless it is a rate or the sum has no room
   * in 64 bits. Then nothing changes, and there are no more {@link #changes()} than before.
   *
   * @return the sum.
   */
  long tryAdd(final int row, final long amount) {
    final UnsafeBuffer chunk = chunk(row);
    final int at = offset(row);
    final long word = chunk.getLong(at + WORD_OFFSET);
    final long value = chunk.getLong(at + VALUE_OFFSET);
    final long sum = value + amount;
    if ((word & RATE) == 0 && !Bounds.overflows(value, amount, sum)) {
      change(row, chunk, at, word, sum);
    }
    return sum;
  }

  private void change(
      final int row, final UnsafeBuffer chunk, final int at, final long word, final long value) {
    beforeChange(row);
    changes++;
    chunk.putLong(at + VALUE_OFFSET, value);
    if ((word & APART) == 0) {
      chunk.putLong(at + WORD_OFFSET, word & ~MAX_VERSION | changes);
    } else {
      rows.version(row, changes);
    }
  }

  /**
   * Sets or clears a deadline. Costs the version nothing: a change has to follow.
   *
   * @param deadlineNs from when on the counter is absent; {@link #NO_DEADLINE} for never.
   * @return false if the row has no room for a deadline and there is no other: nothing changed. Not
   *     for a row that was made with a deadline or ever had one.
   * @throws IllegalArgumentException if it is a rate.
   */
  boolean deadline(final int row, final long deadlineNs) {
    return expiry.deadline(row, deadlineNs);
  }

  /**
   * Makes a counter a rate, whose deadline is its value; or gives a rate another interval. A change
   * has to follow, before anything else: a new rate has expired until then.
   *
   * @param row of a rate, or of a counter that was just made with a deadline and has none.
   * @param intervalNs above 0.
   */
  void rate(final int row, final long intervalNs) {
    expiry.rate(row, intervalNs);
  }

  /** Ends a counter, and frees its row and its place. */
  void delete(final int row) {
    expiry.end(row);
    free(row);
  }

  /**
   * Frees rows of counters that have expired, those in the stretch of 2 KiB with the earliest
   * deadline first. Walks 16 stretches at most and one more for each row that it frees.
   *
   * @param maxRows most rows to free.
   * @return how many were freed; if fewer than might be, none is left.
   */
  int expire(final long timeNs, final int maxRows) {
    return expiry.sweep(timeNs, maxRows);
  }

  /**
   * The earliest deadline of all, or {@link #NO_DEADLINE}. Nearly always just read. It walks up to
   * 16 stretches of 2 KiB where the earliest deadlines have become later.
   */
  long nextExpiryNs() {
    return expiry.nextNs();
  }

  /** A way through its rows. */
  CounterWalk walk() {
    return new CounterWalk(this, rows, space);
  }

  CounterSnapshot snapshot() {
    return snapshot;
  }

  /** Number of changes so far, which is the latest version. */
  long changes() {
    return changes;
  }

  /** Bytes taken outside the heap. */
  long capacityBytes() {
    return chunks.capacityBytes() + bucketBytes() + cells.capacityBytes();
  }

  /** Gives back what the table has of its limit. It must not be used any more. */
  void close() {
    room.release(expiry.close(), room.takenBytes(bucketBytes()));
  }

  boolean isLiving(final int row, final long timeNs) {
    return chunk(row).getLong(offset(row) + WORD_OFFSET) >= 0 || rows.deadlineNs(row) > timeNs;
  }

  private int create(
      final long timeNs,
      final long entityHash,
      final DirectBuffer id,
      final int offset,
      final int length,
      final boolean withDeadline) {
    final int expired = find(ANY_TIME, entityHash, id, offset, length);
    if (expired != ABSENT) {
      expiry.expire(expired);
    }
    expiry.expire(timeNs, EXPIRED_PER_CREATE);
    final int rowLength = RowDescriptor.rowLength(length, withDeadline);
    if (!room.tryTake(1, rowLength, wantsBucketChunk() ? BUCKET_CHUNK_BYTES : 0)) {
      return FULL;
    }
    final int row = space.take(rowLength);
    final int tag = tagOfNew(entityHash, id, offset, length);
    beforeChange(row);
    rows.write(row, tag, withDeadline, id, offset, length);
    add(tag, row);
    return row;
  }

  void beforeChange(final int row) {
    if (showing != null) {
      showing.beforeChange(row);
    }
  }

  void free(final int row) {
    beforeChange(row);
    remove(row);
    if (rows.isApart(row)) {
      cells.free(rows.cell(row));
    }
    expiry.endPlace(row);
    space.free(row, rows.length(row));
  }

  void showing(final CounterSnapshot underWay) {
    showing = underWay;
  }

  int chunkCount() {
    return chunks.count();
  }

  int chunkBytes(final int chunk) {
    return chunks.get(chunk).capacity();
  }

  // What a restore needs.

  /** Makes the table what it was before its first row. */
  void restoreHead(
      final int chunkCount,
      final int roomOffset,
      final int cellChunks,
      final int buckets,
      final long changesThen) {
    if (changesThen < 0 || changesThen >= MAX_VERSION) {
      throw new IllegalArgumentException("no table has so many changes: " + changesThen);
    }
    space.restoreRoom(chunkCount, roomOffset);
    cells.restoreChunks(cellChunks, chunks.capacityBytes());
    restoreBuckets(buckets);
    changes = changesThen;
    room.take(0, room.takenBytes(bucketBytes()));
  }

  /** Puts a row in its place. Takes a place even if none is left. */
  void restore(
      final int row,
      final long entityHash,
      final boolean wide,
      final DirectBuffer id,
      final int offset,
      final int length) {
    final int tag = tagOfRestored(entityHash, id, offset, length);
    space.restore(row, RowDescriptor.rowLength(length, wide));
    room.take(1, 0);
    rows.write(row, tag, wide, id, offset, length);
    add(tag, row);
  }

  /** Makes a row wherever there is room. Takes a place even if none is left. */
  int restoreAnywhere(
      final long entityHash, final DirectBuffer id, final int offset, final int length) {
    final int tag = tagOfRestored(entityHash, id, offset, length);
    final int rowLength = RowDescriptor.rowLength(length, false);
    if (space.wantedBytes(rowLength) == RowSpace.FULL) {
      throw new IllegalArgumentException("the table has no room for all counters");
    }
    final long bytesBefore = room.takenBytes(bucketBytes());
    final int row = space.take(rowLength);
    rows.write(row, tag, false, id, offset, length);
    add(tag, row);
    room.take(1, room.takenBytes(bucketBytes()) - bytesBefore);
    return row;
  }

  /** After a row has got its deadline back. */
  void restoredDeadline(final int row) {
    expiry.moved(row, NO_DEADLINE, rows.deadlineNs(row));
  }

  private int tagOfRestored(
      final long entityHash, final DirectBuffer id, final int offset, final int length) {
    if (find(ANY_TIME, entityHash, id, offset, length) != ABSENT) {
      throw new IllegalArgumentException("no row of a counter that is new");
    }
    return tagOfNew(entityHash, id, offset, length);
  }
}
