package io.tally.counter;

import io.tally.counter.codecs.CounterFreeRowEncoder;
import io.tally.counter.codecs.CounterRowEncoder;
import io.tally.counter.codecs.CounterTableHeadEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import org.agrona.DirectBuffer;

/**
 * Shows the blocks of a {@link CounterTable} in the order of their numbers, those that are about to
 * change before their turn. Which ones were is remembered with one bit for each 8 bytes of rows,
 * taken for a chunk when the first of its blocks is shown early: at most a 64th of the table, until
 * the snapshot ends.
 *
 * <p>Blocks keep their lengths while commands go on. A row that is freed meanwhile and used again
 * was shown as it was before. A free row that is still in its list has the same next one as at the
 * beginning, since rows are only put before it.
 */
final class CounterSnapshot implements SnapshotSource {
  private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
  private static final int HEAD_LENGTH =
      HEADER_LENGTH
          + CounterTableHeadEncoder.BLOCK_LENGTH
          + CounterTableHeadEncoder.FreeRowsEncoder.sbeHeaderSize();
  private static final int FREE_LIST_LENGTH =
      CounterTableHeadEncoder.FreeRowsEncoder.sbeBlockLength();
  private static final int ROW_LENGTH =
      HEADER_LENGTH + CounterRowEncoder.BLOCK_LENGTH + CounterRowEncoder.counterIdHeaderLength();

  /** No node that reads version 2 reads it. */
  private static final int NO_TAG = 0;

  private static final int FREE_ROW_LENGTH = HEADER_LENGTH + CounterFreeRowEncoder.BLOCK_LENGTH;

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CounterTableHeadEncoder headEncoder = new CounterTableHeadEncoder();
  private final CounterRowEncoder rowEncoder = new CounterRowEncoder();
  private final CounterFreeRowEncoder freeRowEncoder = new CounterFreeRowEncoder();
  private final CounterTable table;
  private final CounterRows rows;
  private final RowSpace space;
  private final CounterRestore restore;
  private final byte[] id = new byte[CounterProxy.MAX_ID_LENGTH];
  private SnapshotSink sink;
  private int nextRow;
  private int endRow;
  private long[][] shownEarly;
  private boolean lost;

  CounterSnapshot(
      final CounterTable table,
      final CounterRows rows,
      final RowSpace space,
      final TableRoom room) {
    this.table = table;
    this.rows = rows;
    this.space = space;
    restore = new CounterRestore(table, rows, space, room);
  }

  @Override
  public void beginSnapshot(final SnapshotSink to) {
    sink = to;
    table.showing(this);
    nextRow = space.firstRow();
    endRow = space.endRow();
    shownEarly = new long[table.chunkCount()][];
    lost = !writeHead();
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    for (int count = 0; count < limit && isAhead(nextRow); count++) {
      if (!isShownEarly(nextRow) && !write(nextRow)) {
        return false;
      }
      nextRow = space.rowAfter(nextRow);
    }
    return !lost && !isAhead(nextRow);
  }

  @Override
  public void endSnapshot() {
    sink = null;
    table.showing(null);
    shownEarly = null;
  }

  /** A block is about to change. */
  void beforeChange(final int row) {
    if (!isAhead(row) || Integer.compareUnsigned(row, nextRow) < 0) {
      return;
    }
    if (!isShownEarly(row) && write(row)) {
      final int chunk = RowDescriptor.chunkIndex(row);
      if (shownEarly[chunk] == null) {
        shownEarly[chunk] = new long[bit(table.chunkBytes(chunk)) + Long.SIZE - 1 >>> 6];
      }
      final int bit = bit(RowDescriptor.offset(row));
      shownEarly[chunk][bit >>> 6] |= 1L << bit;
    }
  }

  private static int bit(final int offset) {
    return offset >>> RowDescriptor.UNIT_SHIFT;
  }

  private boolean isAhead(final int row) {
    return Integer.compareUnsigned(row, endRow) < 0;
  }

  private boolean isShownEarly(final int row) {
    final long[] ofChunk = shownEarly[RowDescriptor.chunkIndex(row)];
    final int bit = bit(RowDescriptor.offset(row));
    return ofChunk != null && (ofChunk[bit >>> 6] & 1L << bit) != 0;
  }

  private boolean writeHead() {
    int lists = 0;
    for (int i = 0; i < RowSpace.FREE_LISTS; i++) {
      lists += space.firstFree(i << RowDescriptor.UNIT_SHIFT) == RowDescriptor.NO_ROW ? 0 : 1;
    }
    final int offset = sink.tryClaim(HEAD_LENGTH + lists * FREE_LIST_LENGTH);
    if (offset == SnapshotSink.FULL) {
      return false;
    }
    final CounterTableHeadEncoder.FreeRowsEncoder freeRows =
        headEncoder
            .wrapAndApplyHeader(sink.buffer(), offset, header)
            .chunkCount(table.chunkCount())
            .roomOffset(space.roomOffset())
            .changes(table.changes())
            .bucketCount(table.bucketCount())
            .cellChunkCount(table.cells.chunkCount())
            .freeRowsCount(lists);
    for (int i = 0; i < RowSpace.FREE_LISTS; i++) {
      final int length = i << RowDescriptor.UNIT_SHIFT;
      if (space.firstFree(length) != RowDescriptor.NO_ROW) {
        freeRows.next().firstRow(space.firstFree(length)).length(length);
      }
    }
    sink.commit();
    return true;
  }

  private boolean write(final int row) {
    return RowDescriptor.isRow(rows.chunk(row), RowDescriptor.offset(row))
        ? writeRow(row)
        : writeFreeRow(row);
  }

  private boolean writeRow(final int row) {
    final int idLength = rows.idLength(row);
    rows.chunk(row).getBytes(rows.idOffset(row), id, 0, idLength);
    final int offset = sink.tryClaim(ROW_LENGTH + idLength);
    if (offset == SnapshotSink.FULL) {
      return false;
    }
    rowEncoder
        .wrapAndApplyHeader(sink.buffer(), offset, header)
        .value(rows.value(row))
        .row(row)
        .tag(NO_TAG)
        .counterVersion(rows.version(row))
        .deadlineNs(rows.deadlineNs(row))
        .intervalNs(rows.intervalNs(row))
        .extension(RowDescriptor.NO_ROW)
        .flags()
        .clear()
        .wide(rows.isWide(row))
        .rate(rows.isRate(row))
        .apart(rows.isApart(row));
    rowEncoder.putCounterId(id, 0, idLength);
    sink.commit();
    return true;
  }

  private boolean writeFreeRow(final int row) {
    final int offset = sink.tryClaim(FREE_ROW_LENGTH);
    if (offset == SnapshotSink.FULL) {
      return false;
    }
    freeRowEncoder
        .wrapAndApplyHeader(sink.buffer(), offset, header)
        .row(row)
        .nextRow(space.nextFree(row))
        .length(rows.length(row));
    sink.commit();
    return true;
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    restore.onRecord(buffer, offset, length);
  }
}
