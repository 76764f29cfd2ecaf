package io.tally.counter;

import io.tally.counter.codecs.CounterRowDecoder;
import io.tally.counter.codecs.CounterRowEncoder;
import io.tally.counter.codecs.CounterTableHeadDecoder;
import io.tally.counter.codecs.CounterTableHeadEncoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import org.agrona.DirectBuffer;

/**
 * Shows the rows of a {@link CounterTable} in the order of their numbers, those that are about to
 * change before their turn. Which ones were is remembered with one bit for each 8 bytes of rows,
 * taken for a chunk when the first of its rows is shown early: at most a 64th of the table, until
 * the snapshot ends.
 */
final class CounterSnapshot implements SnapshotSource {
  private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
  private static final int HEAD_LENGTH = HEADER_LENGTH + CounterTableHeadEncoder.BLOCK_LENGTH;
  private static final int ROW_LENGTH =
      HEADER_LENGTH + CounterRowEncoder.BLOCK_LENGTH + CounterRowEncoder.counterIdHeaderLength();

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CounterTableHeadEncoder head = new CounterTableHeadEncoder();
  private final CounterRowEncoder encoder = new CounterRowEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();
  private final CounterTableHeadDecoder decodedHead = new CounterTableHeadDecoder();
  private final CounterRowDecoder decoder = new CounterRowDecoder();
  private final CounterTable table;
  private SnapshotSink sink;
  private int nextRow;
  private int endRow;
  private long[][] shownEarly;
  private boolean lost;

  CounterSnapshot(final CounterTable table) {
    this.table = table;
  }

  @Override
  public void beginSnapshot(final SnapshotSink to) {
    sink = to;
    table.showing(this);
    nextRow = table.firstRow();
    endRow = table.endRow();
    shownEarly = new long[table.chunkCount()][];
    final int offset = sink.tryClaim(HEAD_LENGTH);
    lost = offset == SnapshotSink.FULL;
    if (!lost) {
      head.wrapAndApplyHeader(sink.buffer(), offset, header)
          .chunkCount(table.chunkCount())
          .roomOffset(table.roomOffset());
      sink.commit();
    }
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    for (int count = 0; count < limit && isAhead(nextRow); count++) {
      if (!isShownEarly(nextRow) && !write(nextRow)) {
        return false;
      }
      nextRow = table.rowAfter(nextRow);
    }
    return !lost && !isAhead(nextRow);
  }

  @Override
  public void endSnapshot() {
    sink = null;
    table.showing(null);
    shownEarly = null;
  }

  /** The value of a row is about to change. */
  void beforeChange(final int row) {
    if (!isAhead(row) || Integer.compareUnsigned(row, nextRow) < 0) {
      return;
    }
    if (!isShownEarly(row) && write(row)) {
      final int chunk = CounterTable.chunkIndex(row);
      if (shownEarly[chunk] == null) {
        shownEarly[chunk] = new long[bit(table.chunkBytes(chunk)) + Long.SIZE - 1 >>> 6];
      }
      final int bit = bit(CounterTable.offset(row));
      shownEarly[chunk][bit >>> 6] |= 1L << bit;
    }
  }

  private static int bit(final int offset) {
    return offset >>> CounterTable.ROW_ALIGNMENT_SHIFT;
  }

  private boolean isAhead(final int row) {
    return Integer.compareUnsigned(row, endRow) < 0;
  }

  private boolean isShownEarly(final int row) {
    final long[] ofChunk = shownEarly[CounterTable.chunkIndex(row)];
    final int bit = bit(CounterTable.offset(row));
    return ofChunk != null && (ofChunk[bit >>> 6] & 1L << bit) != 0;
  }

  private boolean write(final int row) {
    final int idLength = table.idLength(row);
    final int offset = sink.tryClaim(ROW_LENGTH + idLength);
    if (offset == SnapshotSink.FULL) {
      return false;
    }
    encoder
        .wrapAndApplyHeader(sink.buffer(), offset, header)
        .value(table.value(row))
        .row(row)
        .tag(table.tag(row))
        .putCounterId(table.rows(row), table.idOffset(row), idLength);
    sink.commit();
    return true;
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    check(length >= HEADER_LENGTH);
    decodedHeader.wrap(buffer, offset);
    check(decodedHeader.schemaId() == CounterRowDecoder.SCHEMA_ID);
    check(decodedHeader.version() <= CounterRowDecoder.SCHEMA_VERSION);
    switch (decodedHeader.templateId()) {
      case CounterTableHeadDecoder.TEMPLATE_ID -> {
        check(length >= HEAD_LENGTH);
        decodedHead.wrapAndApplyHeader(buffer, offset, decodedHeader);
        table.restoreRoom(decodedHead.chunkCount(), decodedHead.roomOffset());
      }
      case CounterRowDecoder.TEMPLATE_ID -> {
        check(length >= ROW_LENGTH);
        decoder.wrapAndApplyHeader(buffer, offset, decodedHeader);
        final long value = decoder.value();
        final int row = decoder.row();
        final int tag = decoder.tag();
        final int idLength = decoder.counterIdLength();
        final int idOffset = decoder.limit() + CounterRowDecoder.counterIdHeaderLength();
        check(idOffset + idLength <= offset + length);
        table.restoreRow(row, tag, value, buffer, idOffset, idLength);
      }
      default -> check(false);
    }
  }

  private static void check(final boolean valid) {
    if (!valid) {
      throw new IllegalArgumentException("no record of a snapshot of counters");
    }
  }
}
