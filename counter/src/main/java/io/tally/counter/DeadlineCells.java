package io.tally.counter;

/**
 * Deadlines that lie apart from their rows, since those were made without room for one: cells of 8
 * bytes, outside the heap. A row holds the number of its cell. One that was given back is the first
 * to be taken again. Which cell a row has is no state: nothing that a table answers or shows
 * depends on it, only on how many chunks of cells there are.
 */
final class DeadlineCells {
  /** There are as many chunks as there may be. */
  static final int FULL = -1;

  static final int CHUNK_BYTES = 16 * 1024;

  /** Bits of a cell's number. So there are no fewer cells than rows of the shortest ids. */
  static final int NUMBER_BITS = 29;

  private static final int CHUNK_CELLS = CHUNK_BYTES / Long.BYTES;
  private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(CHUNK_CELLS);
  private static final int MAX_CHUNKS = 1 << NUMBER_BITS - CHUNK_SHIFT;
  private static final int MIN_ROW_BYTES = RowDescriptor.rowLength(1, false);
  private static final int NONE = -1;

  private final DirectChunks chunks = new DirectChunks();
  private int firstFree = NONE;

  /** Cells from this one on were never taken. */
  private int endCell;

  int chunkCount() {
    return chunks.count();
  }

  long capacityBytes() {
    return chunks.capacityBytes();
  }

  /** Bytes of the chunk that has to be made for another cell: 0 if there is one; or FULL. */
  int wantedBytes() {
    if (firstFree != NONE || endCell < chunks.count() << CHUNK_SHIFT) {
      return 0;
    }
    return chunks.count() == MAX_CHUNKS ? FULL : CHUNK_BYTES;
  }

  /** Gives out a cell, which holds whatever was left there. Makes a chunk if it has to. */
  int take() {
    final int cell = firstFree;
    if (cell != NONE) {
      firstFree = (int) get(cell);
      return cell;
    }
    final int wantedBytes = wantedBytes();
    if (wantedBytes == FULL) {
      throw new IllegalStateException("there are as many cells as there may be");
    }
    if (wantedBytes > 0) {
      chunks.add(wantedBytes);
    }
    return endCell++;
  }

  void free(final int cell) {
    set(cell, firstFree);
    firstFree = cell;
  }

  long get(final int cell) {
    return chunks.get(cell >>> CHUNK_SHIFT).getLong(offset(cell));
  }

  void set(final int cell, final long deadlineNs) {
    chunks.get(cell >>> CHUNK_SHIFT).putLong(offset(cell), deadlineNs);
  }

  private static int offset(final int cell) {
    return (cell & CHUNK_CELLS - 1) << 3;
  }

  /** Makes room as another one had it, beside so many bytes of rows. */
  void restoreChunks(final int count, final long rowBytes) {
    // There never were more cells than rows.
    final long most = 1 + rowBytes / MIN_ROW_BYTES / CHUNK_CELLS;
    if (chunks.count() > 0 || count < 0 || count > Math.min(most, MAX_CHUNKS)) {
      throw new IllegalArgumentException("cells cannot be restored: " + count + " chunks");
    }
    while (chunks.count() < count) {
      chunks.add(CHUNK_BYTES);
    }
  }
}
