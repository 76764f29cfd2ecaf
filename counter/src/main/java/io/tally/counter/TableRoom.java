package io.tally.counter;

import io.tally.engine.Places;

/** What one table takes of the {@link CounterLimit} that all tables of a process share. */
final class TableRoom {
  private final CounterLimit limit;
  private final CounterBudget budget;
  private final Places places;
  private final RowSpace space;
  private final DirectChunks chunks;
  private final DeadlineCells cells;

  TableRoom(
      final CounterLimit limit,
      final Places places,
      final RowSpace space,
      final DirectChunks chunks,
      final DeadlineCells cells) {
    this.limit = limit;
    this.places = places;
    this.space = space;
    this.chunks = chunks;
    this.cells = cells;
    budget = new CounterBudget(limit);
  }

  /** Takes what so many counters need for a block of this length and further buckets. */
  boolean tryTake(final int counters, final int length, final int bucketBytes) {
    final int chunkBytes = space.wantedBytes(length);
    if (chunkBytes == RowSpace.FULL) {
      return false;
    }
    // The first chunk is the shard's, whether or not it is ever used.
    final int bytes = bucketBytes + (chunks.count() == 0 ? 0 : chunkBytes);
    return counters + bytes == 0 || places.tryTake(budget.wanting(counters, bytes));
  }

  /** Takes what one more cell needs, if there may be one. */
  boolean tryTakeCell() {
    final int chunkBytes = cells.wantedBytes();
    return chunkBytes == 0
        || chunkBytes != DeadlineCells.FULL
            && (cells.chunkCount() == 0 || places.tryTake(budget.wanting(0, chunkBytes)));
  }

  /** The same, even if it is more than the limit. */
  void takeCell() {
    if (cells.chunkCount() > 0) {
      limit.take(0, Math.max(0, cells.wantedBytes()));
    }
  }

  /** Takes it even if it is more than the limit. */
  void take(final int counters, final long bytes) {
    limit.take(counters, bytes);
  }

  void release(final long counters, final long bytes) {
    limit.release(counters, bytes);
  }

  /** All bytes of a table with such buckets but those that each shard has for itself. */
  long takenBytes(final long bucketBytes) {
    return chunks.capacityBytes()
        + bucketBytes
        + cells.capacityBytes()
        - CounterIndex.BUCKET_CHUNK_BYTES
        - (chunks.count() == 0 ? 0 : RowSpace.FIRST_CHUNK_BYTES)
        - (cells.chunkCount() == 0 ? 0 : DeadlineCells.CHUNK_BYTES);
  }
}
