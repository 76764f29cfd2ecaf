package io.tally.counter;

import org.agrona.DirectBuffer;

/**
 * A way through the rows of a {@link CounterTable} in the order of their numbers, which can be left
 * and gone on with later. A position is the number of a block, or of no block, since it comes from
 * outside: the way goes on with the first block from there on.
 */
final class CounterWalk {
  private final CounterTable table;
  private final CounterRows rows;
  private final RowSpace space;

  CounterWalk(final CounterTable table, final CounterRows rows, final RowSpace space) {
    this.table = table;
    this.rows = rows;
    this.space = space;
  }

  /** The first block at a position or behind it; or {@link #end()}. */
  int from(final int position) {
    if (Integer.compareUnsigned(position, end()) >= 0) {
      return end();
    }
    final int chunk = RowDescriptor.chunkIndex(position);
    final int stretches = table.chunkBytes(chunk) >>> RowSpace.STRETCH_SHIFT;
    final int offset = Math.min(RowDescriptor.offset(position), table.chunkBytes(chunk) - 1);
    final int chunkEnd = space.endOffset(chunk, stretches - 1);
    int block = space.firstOffset(chunk, offset >>> RowSpace.STRETCH_SHIFT);
    while (block < offset && block < chunkEnd) {
      block += rows.length(RowDescriptor.row(chunk, block));
    }
    if (block < chunkEnd) {
      return RowDescriptor.row(chunk, block);
    }
    return chunk + 1 == table.chunkCount() ? end() : RowDescriptor.row(chunk + 1, 0);
  }

  /** The block behind this one, or {@link #end()}. */
  int after(final int block) {
    return space.rowAfter(block);
  }

  /** The position behind all blocks. */
  int end() {
    return space.endRow();
  }

  /** Whether a block is the row of a counter that has not expired. */
  boolean isLiving(final long timeNs, final int block) {
    return RowDescriptor.isRow(rows.chunk(block), RowDescriptor.offset(block))
        && table.isLiving(block, timeNs);
  }

  /** Holds the id of a row. */
  DirectBuffer ids(final int row) {
    return rows.chunk(row);
  }

  int idOffset(final int row) {
    return rows.idOffset(row);
  }

  int idLength(final int row) {
    return rows.idLength(row);
  }
}
