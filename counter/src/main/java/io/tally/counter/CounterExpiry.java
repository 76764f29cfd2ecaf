package io.tally.counter;

import static io.tally.counter.CounterRows.NO_DEADLINE;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The deadlines of a {@link CounterTable}, and the end of the counters that have reached theirs.
 */
final class CounterExpiry {
  private final CounterTable table;
  private final DirectChunks chunks;
  private final CounterRows rows;
  private final RowSpace space;
  private final TableRoom room;
  private final ExpiredCounterHandler handler;
  private final ExpiryIndex index;
  private final ExpiredPlaces places;

  /** Earliest deadline in the stretch that was walked last. */
  private long walkedEarliestNs;

  CounterExpiry(
      final CounterTable table,
      final DirectChunks chunks,
      final CounterRows rows,
      final RowSpace space,
      final TableRoom room,
      final CounterLimit limit,
      final ExpiredCounterHandler handler) {
    this.table = table;
    this.chunks = chunks;
    this.rows = rows;
    this.space = space;
    this.room = room;
    this.handler = handler;
    index = new ExpiryIndex(chunks, this::earliestNs);
    places = new ExpiredPlaces(limit, table, chunks, space, index);
  }

  /** Sets a deadline, as {@link CounterTable#deadline} has it. */
  boolean deadline(final int row, final long deadlineNs) {
    if (rows.isRate(row)) {
      throw new IllegalArgumentException("the deadline of a rate is its value");
    }
    if (!rows.isWide(row) && !rows.isApart(row)) {
      if (deadlineNs == NO_DEADLINE) {
        return true;
      }
      if (!trySetApart(row)) {
        return false;
      }
    }
    final long beforeNs = rows.deadlineNs(row);
    table.beforeChange(row);
    rows.deadlineNs(row, deadlineNs);
    index.move(row, beforeNs, deadlineNs);
    return true;
  }

  private boolean trySetApart(final int row) {
    if (!room.tryTakeCell()) {
      return false;
    }
    table.beforeChange(row);
    table.setApart(row, table.cells.take());
    return true;
  }

  /** Sets what a rate needs, as {@link CounterTable#rate} has it. */
  void rate(final int row, final long intervalNs) {
    if (intervalNs > 0 && rows.intervalNs(row) == intervalNs) {
      return;
    }
    final boolean isNew = rows.isWide(row) && rows.deadlineNs(row) == NO_DEADLINE;
    if (intervalNs <= 0 || !isNew && !rows.isRate(row)) {
      throw new IllegalArgumentException("no new row with a deadline, or no interval");
    }
    table.beforeChange(row);
    rows.rate(row, intervalNs);
  }

  /** A row has another deadline, or one that it had before it was in the table. */
  void moved(final int row, final long fromNs, final long toNs) {
    index.move(row, fromNs, toNs);
  }

  /** A row is about to be freed. */
  void end(final int row) {
    index.move(row, rows.deadlineNs(row), NO_DEADLINE);
  }

  /** A row is about to be freed: gives its place back, unless that was done before. */
  void endPlace(final int row) {
    places.end(row);
  }

  /** Ends, and returns how many counters have a place. */
  long close() {
    places.rest();
    return table.placeCount();
  }

  /** Frees a row that has expired. */
  void expire(final int row) {
    tell(row);
    table.delete(row);
  }

  /** Frees expired counters, as {@link CounterTable#expire} has it. */
  int expire(final long timeNs, final int limit) {
    int freed = 0;
    // What is due first must be true: what is freed in which order decides which rows come next.
    while (freed < limit && index.atEarliestNs() <= timeNs && index.earliestNs() <= timeNs) {
      freed += expireIn(index.earliestStretch(), timeNs, limit - freed);
    }
    return freed;
  }

  /** Frees as {@link #expire}; if some are left and places are scarce, gives places back. */
  int sweep(final long timeNs, final int limit) {
    final int freed = expire(timeNs, limit);
    if (index.earliestNs() <= timeNs) {
      places.giveBack(timeNs);
    } else {
      places.rest();
    }
    return freed;
  }

  /** The next time at which something may expire, as {@link CounterTable#nextExpiryNs} has it. */
  long nextNs() {
    return index.earliestNs();
  }

  private int expireIn(final int stretch, final long timeNs, final int limit) {
    final int freed = walk(ExpiryIndex.chunk(stretch), ExpiryIndex.inChunk(stretch), timeNs, limit);
    index.walked(stretch, walkedEarliestNs);
    return freed;
  }

  private long earliestNs(final int chunk, final int stretch) {
    walk(chunk, stretch, 0, 0);
    return walkedEarliestNs;
  }

  /** Frees what has expired by then, up to a limit, and finds the earliest deadline of the rest. */
  private int walk(final int chunk, final int stretch, final long timeNs, final int limit) {
    final UnsafeBuffer buffer = chunks.get(chunk);
    final int end = space.endOffset(chunk, stretch);
    int offset = space.firstOffset(chunk, stretch);
    long earliestNs = NO_DEADLINE;
    int freed = 0;
    while (offset < end) {
      final int length = RowDescriptor.blockLength(buffer, offset);
      final long deadlineNs = rows.deadlineNs(buffer, chunk, offset, length);
      if (deadlineNs > timeNs || freed == limit || deadlineNs == NO_DEADLINE) {
        earliestNs = Math.min(earliestNs, deadlineNs);
      } else {
        final int row = RowDescriptor.row(chunk, offset);
        tell(row);
        table.free(row);
        freed++;
      }
      offset += length;
    }
    walkedEarliestNs = earliestNs;
    return freed;
  }

  private void tell(final int row) {
    handler.onExpired(rows.chunk(row), rows.idOffset(row), rows.idLength(row));
  }
}
