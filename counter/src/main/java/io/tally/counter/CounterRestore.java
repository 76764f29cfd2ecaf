package io.tally.counter;

import io.tally.counter.codecs.CounterFreeRowDecoder;
import io.tally.counter.codecs.CounterRowDecoder;
import io.tally.counter.codecs.CounterTableHeadDecoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.StableHash;
import org.agrona.DirectBuffer;

/** Restores a {@link CounterTable} from the records that its {@link CounterSnapshot} has shown. */
final class CounterRestore {
  private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

  /** Rows had no version, and their numbers were those of shorter rows. */
  private static final int VERSION_WITHOUT_VERSIONS = 0;

  private static final int VERSION_WITH_EXTENSIONS = 1;

  private static final int ROW_BLOCK_OF_VERSION_0 = 16;

  private static final int NO_HEAD = -1;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final CounterTableHeadDecoder headDecoder = new CounterTableHeadDecoder();
  private final CounterRowDecoder rowDecoder = new CounterRowDecoder();
  private final CounterFreeRowDecoder freeRowDecoder = new CounterFreeRowDecoder();
  private final CounterTable table;
  private final CounterRows rows;
  private final RowSpace space;
  private final TableRoom room;
  private final byte[] id = new byte[CounterProxy.MAX_ID_LENGTH];

  /** Of the head that has come, and so of all other records. */
  private int version = NO_HEAD;

  CounterRestore(
      final CounterTable table,
      final CounterRows rows,
      final RowSpace space,
      final TableRoom room) {
    this.table = table;
    this.rows = rows;
    this.space = space;
    this.room = room;
  }

  /** As {@link CounterSnapshot#restore}. */
  void onRecord(final DirectBuffer buffer, final int offset, final int length) {
    check(length >= HEADER_LENGTH);
    final long word = MessageHeaderWord.get(buffer, offset);
    check(MessageHeaderWord.schemaId(word) == CounterRowDecoder.SCHEMA_ID);
    check(MessageHeaderWord.version(word) <= CounterRowDecoder.SCHEMA_VERSION);
    final int end = offset + length;
    final int templateId = MessageHeaderWord.templateId(word);
    check(offset + HEADER_LENGTH + MessageHeaderWord.blockLength(word) <= end);
    if (templateId == CounterTableHeadDecoder.TEMPLATE_ID) {
      check(version == NO_HEAD);
      onHead(buffer, offset, end);
      version = MessageHeaderWord.version(word);
      return;
    }
    check(version == MessageHeaderWord.version(word));
    switch (templateId) {
      case CounterRowDecoder.TEMPLATE_ID -> onRow(buffer, offset, end);
      case CounterFreeRowDecoder.TEMPLATE_ID -> {
        freeRowDecoder.wrapAndApplyHeader(buffer, offset, header);
        check(header.blockLength() >= CounterFreeRowDecoder.BLOCK_LENGTH);
        space.restoreFree(freeRowDecoder.row(), freeRowDecoder.length(), freeRowDecoder.nextRow());
      }
      default -> check(false);
    }
  }

  private void onHead(final DirectBuffer buffer, final int offset, final int end) {
    headDecoder.wrapAndApplyHeader(buffer, offset, header);
    if (headDecoder.actingVersion() == VERSION_WITHOUT_VERSIONS) {
      check(table.size() == 0);
      return;
    }
    final boolean hasCells =
        headDecoder.actingVersion() >= CounterTableHeadDecoder.cellChunkCountSinceVersion();
    check(
        header.blockLength()
                >= (hasCells
                    ? CounterTableHeadDecoder.BLOCK_LENGTH
                    : CounterTableHeadDecoder.cellChunkCountEncodingOffset())
            && headDecoder.limit() + CounterTableHeadDecoder.FreeRowsDecoder.sbeHeaderSize()
                <= end);
    table.restoreHead(
        headDecoder.chunkCount(),
        headDecoder.roomOffset(),
        hasCells ? headDecoder.cellChunkCount() : 0,
        headDecoder.bucketCount(),
        headDecoder.changes());
    final CounterTableHeadDecoder.FreeRowsDecoder freeRows = headDecoder.freeRows();
    check(
        freeRows.actingBlockLength() >= CounterTableHeadDecoder.FreeRowsDecoder.sbeBlockLength()
            && headDecoder.limit() + freeRows.count() * freeRows.actingBlockLength() <= end);
    while (freeRows.hasNext()) {
      freeRows.next();
      space.restoreFirstFree(freeRows.length(), freeRows.firstRow());
    }
  }

  private void onRow(final DirectBuffer buffer, final int offset, final int end) {
    rowDecoder.wrapAndApplyHeader(buffer, offset, header);
    check(rowDecoder.limit() + CounterRowDecoder.counterIdHeaderLength() <= end);
    final int idLength = rowDecoder.counterIdLength();
    final int idOffset = rowDecoder.limit() + CounterRowDecoder.counterIdHeaderLength();
    check(idLength > 0 && idLength <= CounterProxy.MAX_ID_LENGTH && idOffset + idLength <= end);
    buffer.getBytes(idOffset, id, 0, idLength);
    final long entityHash = StableHash.hash(id, 0, idLength);
    if (version == VERSION_WITHOUT_VERSIONS) {
      check(header.blockLength() >= ROW_BLOCK_OF_VERSION_0);
      final int row = table.restoreAnywhere(entityHash, buffer, idOffset, idLength);
      table.change(row, rowDecoder.value());
      return;
    }
    check(header.blockLength() >= CounterRowDecoder.BLOCK_LENGTH);
    final int row = rowDecoder.row();
    final boolean wide = rowDecoder.flags().wide();
    table.restore(row, entityHash, wide, buffer, idOffset, idLength);
    final boolean apart = restoreExtension(row) || rowDecoder.flags().apart();
    check(!wide || !apart);
    rows.value(row, rowDecoder.value());
    check(rowDecoder.counterVersion() >= 0 && rowDecoder.counterVersion() <= table.changes());
    rows.version(row, rowDecoder.counterVersion());
    if (apart) {
      room.takeCell();
      table.setApart(row, table.cells.take());
    }
    restoreTimes(row, wide || apart);
  }

  /** In version 1, the deadline of a row that is apart was in a block, which no row can use. */
  private boolean restoreExtension(final int row) {
    final int extension = rowDecoder.extension();
    if (extension == RowDescriptor.NO_ROW) {
      return false;
    }
    check(version == VERSION_WITH_EXTENSIONS && extension != row);
    space.restoreFree(extension, RowDescriptor.MIN_BLOCK_BYTES, RowDescriptor.NO_ROW);
    return true;
  }

  private void restoreTimes(final int row, final boolean hasRoom) {
    final long deadlineNs = rowDecoder.deadlineNs();
    if (rowDecoder.flags().rate()) {
      check(rows.isWide(row) && rowDecoder.intervalNs() > 0);
      rows.rate(row, rowDecoder.intervalNs());
    } else if (hasRoom) {
      rows.deadlineNs(row, deadlineNs);
    } else {
      check(deadlineNs == CounterRows.NO_DEADLINE);
    }
    table.restoredDeadline(row);
  }

  private static void check(final boolean valid) {
    if (!valid) {
      throw new IllegalArgumentException("no record of a snapshot of counters");
    }
  }
}
