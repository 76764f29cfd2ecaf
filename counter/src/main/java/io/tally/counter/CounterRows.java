package io.tally.counter;

import static io.tally.counter.RowDescriptor.APART;
import static io.tally.counter.RowDescriptor.BY_BYTES;
import static io.tally.counter.RowDescriptor.ID_OFFSET;
import static io.tally.counter.RowDescriptor.MAX_VERSION;
import static io.tally.counter.RowDescriptor.NEXT_OFFSET;
import static io.tally.counter.RowDescriptor.PLACELESS;
import static io.tally.counter.RowDescriptor.RATE;
import static io.tally.counter.RowDescriptor.TAG_OFFSET;
import static io.tally.counter.RowDescriptor.TIMED;
import static io.tally.counter.RowDescriptor.VALUE_OFFSET;
import static io.tally.counter.RowDescriptor.WIDE;
import static io.tally.counter.RowDescriptor.WORD_OFFSET;
import static io.tally.counter.RowDescriptor.offset;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads and writes what the rows of a {@link CounterTable} hold, wherever it lies. */
final class CounterRows {
  static final long NO_DEADLINE = Long.MAX_VALUE;

  private final DirectChunks chunks;
  private final DeadlineCells cells;

  CounterRows(final DirectChunks chunks, final DeadlineCells cells) {
    this.chunks = chunks;
    this.cells = cells;
  }

  UnsafeBuffer chunk(final int row) {
    return chunks.get(RowDescriptor.chunkIndex(row));
  }

  /** Makes a taken block a row without version and deadline, which is in no list yet. */
  void write(
      final int row,
      final int tag,
      final boolean wide,
      final DirectBuffer id,
      final int idOffset,
      final int idLength) {
    final UnsafeBuffer chunk = chunk(row);
    final int at = offset(row);
    chunk.putLong(at + VALUE_OFFSET, 0);
    chunk.putInt(at + NEXT_OFFSET, RowDescriptor.NO_ROW);
    chunk.putInt(at + TAG_OFFSET, tag);
    chunk.putLong(at + WORD_OFFSET, wide ? WIDE : 0);
    chunk.putBytes(at + ID_OFFSET, id, idOffset, idLength);
    if (wide) {
      chunk.putLong(at + RowDescriptor.wideOffset(idLength), NO_DEADLINE);
    }
  }

  int length(final int row) {
    return RowDescriptor.blockLength(chunk(row), offset(row));
  }

  int idLength(final int row) {
    return RowDescriptor.idLength(tag(row));
  }

  int idOffset(final int row) {
    return offset(row) + ID_OFFSET;
  }

  long value(final int row) {
    return chunk(row).getLong(offset(row) + VALUE_OFFSET);
  }

  void value(final int row, final long value) {
    chunk(row).putLong(offset(row) + VALUE_OFFSET, value);
  }

  boolean isWide(final int row) {
    return has(row, WIDE);
  }

  boolean isRate(final int row) {
    return has(row, RATE);
  }

  /** Whether its deadline is in a cell. */
  boolean isApart(final int row) {
    return has(row, APART);
  }

  /** The cell of a row that is apart. */
  int cell(final int row) {
    return RowDescriptor.cell(word(row));
  }

  long version(final int row) {
    return RowDescriptor.version(word(row), tag(row));
  }

  void version(final int row, final long version) {
    final long word = word(row);
    if ((word & APART) == 0) {
      word(row, word & ~MAX_VERSION | version);
    } else {
      word(row, RowDescriptor.wordApart(word, version));
      tag(row, RowDescriptor.tagApart(tag(row), version));
    }
  }

  /**
   * The deadline of a row without room for one is in that cell from now on.
   *
   * @param byBytes whether the row is found by the bytes of its id, not by its public hash.
   */
  void setApart(final int row, final int cell, final boolean byBytes) {
    final long version = version(row);
    cells.set(cell, NO_DEADLINE);
    word(row, word(row) & ~MAX_VERSION | APART | (byBytes ? BY_BYTES : 0) | cell);
    version(row, version);
  }

  /** The deadline of any block, for a walk that knows already where it is and how long. */
  long deadlineNs(
      final UnsafeBuffer chunk, final int chunkIndex, final int offset, final int length) {
    if (!RowDescriptor.isRow(chunk, offset)) {
      return NO_DEADLINE;
    }
    final long word = chunk.getLong(offset + WORD_OFFSET);
    if (word >= 0) {
      return NO_DEADLINE;
    }
    if ((word & (RATE | WIDE)) == WIDE) {
      return chunk.getLong(offset + length - Long.BYTES);
    }
    return deadlineNs(RowDescriptor.row(chunkIndex, offset));
  }

  boolean hasPlace(final int row) {
    return !has(row, PLACELESS);
  }

  /** Takes its place from a row, and returns whether it had one. */
  boolean takePlace(final UnsafeBuffer chunk, final int offset) {
    final long word = chunk.getLong(offset + WORD_OFFSET);
    chunk.putLong(offset + WORD_OFFSET, word | PLACELESS);
    return (word & PLACELESS) == 0;
  }

  long deadlineNs(final int row) {
    final long word = word(row);
    if (word >= 0) {
      return NO_DEADLINE;
    }
    if ((word & RATE) != 0) {
      return value(row);
    }
    return (word & WIDE) != 0 ? wide(row) : cells.get(RowDescriptor.cell(word));
  }

  /** Sets the deadline of a row that is wide or apart, and no rate. */
  void deadlineNs(final int row, final long deadlineNs) {
    final long word = word(row);
    if ((word & WIDE) != 0) {
      wide(row, deadlineNs);
    } else {
      cells.set(RowDescriptor.cell(word), deadlineNs);
    }
    word(row, deadlineNs == NO_DEADLINE ? word & ~TIMED : word | TIMED);
  }

  long intervalNs(final int row) {
    return isRate(row) ? wide(row) : 0;
  }

  /** Makes a wide row a rate. */
  void rate(final int row, final long intervalNs) {
    wide(row, intervalNs);
    word(row, word(row) | RATE | TIMED);
  }

  private boolean has(final int row, final long flag) {
    return (word(row) & flag) != 0;
  }

  private int tag(final int row) {
    return chunk(row).getInt(offset(row) + TAG_OFFSET);
  }

  private void tag(final int row, final int tag) {
    chunk(row).putInt(offset(row) + TAG_OFFSET, tag);
  }

  private long word(final int row) {
    return chunk(row).getLong(offset(row) + WORD_OFFSET);
  }

  private void word(final int row, final long word) {
    chunk(row).putLong(offset(row) + WORD_OFFSET, word);
  }

  private long wide(final int row) {
    return chunk(row).getLong(offset(row) + RowDescriptor.wideOffset(idLength(row)));
  }

  private void wide(final int row, final long deadlineOrInterval) {
    chunk(row).putLong(offset(row) + RowDescriptor.wideOffset(idLength(row)), deadlineOrInterval);
  }
}
