package io.tally.counter;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gives back the places of counters that have expired before their rows are freed. Which row is
 * freed when has to follow from commands and times alone, so that goes at a fixed pace, which all
 * shards can keep at once. Who has how many places only decides what {@link io.tally.engine.Places}
 * are answered. So where places are scarce this goes ahead, as fast as the shards together may.
 * Belongs to its table.
 */
final class ExpiredPlaces {
  /**
   * Stretches of 2 KiB of rows that a step looks through at most. All tables that are at it share
   * them, so that together they take a small part of the time between two steps.
   */
  private static final int STRETCHES_PER_STEP = 256;

  /** From the end of one way through the table to the next. */
  private static final long PAUSE_NS = 50_000_000;

  private final CounterLimit limit;
  private final CounterIndex table;
  private final DirectChunks chunks;
  private final CounterRows rows;
  private final RowSpace space;
  private final ExpiryIndex index;
  private boolean searching;
  private int nextStretch;
  private long nextNs;

  ExpiredPlaces(
      final CounterLimit limit,
      final CounterIndex table,
      final DirectChunks chunks,
      final RowSpace space,
      final ExpiryIndex index) {
    this.limit = limit;
    this.table = table;
    this.chunks = chunks;
    rows = table.rows;
    this.space = space;
    this.index = index;
  }

  /** A step: gives back some of those that have expired by then, if places are scarce. */
  void giveBack(final long timeNs) {
    if (!limit.isScarce()) {
      rest();
      return;
    }
    if (!searching) {
      searching = true;
      limit.beginSearch();
    }
    int given = 0;
    final int share = timeNs < nextNs ? 0 : limit.shareOf(STRETCHES_PER_STEP);
    for (int searched = 0; searched < share; searched++) {
      final int stretch = index.nextDue(nextStretch, timeNs);
      if (stretch == ExpiryIndex.NONE) {
        nextStretch = 0;
        nextNs = timeNs + PAUSE_NS;
        break;
      }
      given += take(ExpiryIndex.chunk(stretch), ExpiryIndex.inChunk(stretch), timeNs);
      nextStretch = stretch + 1;
    }
    table.addPlaceless(given);
    limit.release(given, 0);
  }

  /** Nothing that has expired is left. */
  void rest() {
    if (searching) {
      searching = false;
      nextStretch = 0;
      limit.endSearch();
    }
  }

  /** Ends the place of a row, as {@link CounterExpiry#endPlace} has it. */
  void end(final int row) {
    if (rows.hasPlace(row)) {
      limit.release(1, 0);
    } else {
      table.addPlaceless(-1);
    }
  }

  /** Takes the places of a stretch's rows from them, and returns how many they were. */
  private int take(final int chunk, final int stretch, final long timeNs) {
    final UnsafeBuffer buffer = chunks.get(chunk);
    final int end = space.endOffset(chunk, stretch);
    int offset = space.firstOffset(chunk, stretch);
    int taken = 0;
    while (offset < end) {
      final int length = RowDescriptor.blockLength(buffer, offset);
      // No row without a deadline has one by then.
      if (rows.deadlineNs(buffer, chunk, offset, length) <= timeNs) {
        taken += rows.takePlace(buffer, offset) ? 1 : 0;
      }
      offset += length;
    }
    return taken;
  }
}
