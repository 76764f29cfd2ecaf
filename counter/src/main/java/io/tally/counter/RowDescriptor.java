package io.tally.counter;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;

/**
 * How the rows of a {@link CounterTable} lie in their chunks. A chunk is a sequence of blocks
 * without gaps, each a multiple of 8 bytes long and in one chunk as a whole. What a block is, and
 * so how long, its own bytes say: so a chunk can be walked.
 *
 * <pre>{@code
 * row:      value 8 | next 4         | tag 4       | word 8 | id, up to a multiple of 8 | 8 if WIDE
 * free row:       8 | FREE, length 4 | next free 4 | as long as the row was
 * }</pre>
 *
 * <p>A block is named by an int: the number of its chunk in the high bits, and in the low bits its
 * offset in that chunk, in units of 8 bytes. No name is negative, so a negative number in the place
 * of {@code next} marks a block that is no row.
 *
 * <p>The tag holds 24 bits of a hash of the id, and below them the id's length less 1. The word
 * holds flags, and below them the row's version. The 8 bytes of a WIDE row are its deadline; those
 * of a RATE row are its interval, and its deadline is its value. They lie behind the id, so that
 * this is in the same place in all rows.
 *
 * <p>A row that is APART got its first deadline when it was there already, and has that in one of
 * the {@link DeadlineCells}. The word holds the number of the cell, and above it the lower 29 bits
 * of the version. The upper 24 take the place of the hash in the tag: the id is at hand to be
 * hashed again.
 */
final class RowDescriptor {
  static final int NO_ROW = 0;

  /** Zeroing a longer one would take a noticeable time. */
  static final int MAX_CHUNK_BYTES = 1024 * 1024;

  static final int MAX_CHUNKS = 1 << 14;

  static final int UNIT_SHIFT = 3;
  static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(MAX_CHUNK_BYTES) - UNIT_SHIFT;

  static final int VALUE_OFFSET = 0;
  static final int NEXT_OFFSET = VALUE_OFFSET + Long.BYTES;
  static final int TAG_OFFSET = NEXT_OFFSET + Integer.BYTES;
  static final int WORD_OFFSET = TAG_OFFSET + Integer.BYTES;
  static final int ID_OFFSET = WORD_OFFSET + Long.BYTES;

  /** Version 1 of a snapshot had blocks that were no rows. Restored, they are free for ever. */
  static final int MIN_BLOCK_BYTES = 16;

  static final int MAX_ROW_BYTES = rowLength(CounterProxy.MAX_ID_LENGTH, true);

  /** It has a deadline. The sign, because every search of a counter asks for it. */
  static final long TIMED = 1L << 63;

  static final long WIDE = 1L << 62;
  static final long APART = 1L << 61;
  static final long RATE = 1L << 60;

  /** Its place was given back, since it has expired. No record shows that: it is no state. */
  static final long PLACELESS = 1L << 59;

  /** Of a row that is APART: the hash that is not in its tag is that of the bytes of its id. */
  static final long BY_BYTES = 1L << 58;

  /** A million changes a second take 285 years to come there. */
  static final long MAX_VERSION = (1L << 53) - 1;

  static final int TAG_LENGTH_BITS = 8;

  private static final int FREE = 1 << 31;
  private static final int FREE_LENGTH = (1 << Short.SIZE) - 1;
  private static final int CELL = (1 << DeadlineCells.NUMBER_BITS) - 1;
  private static final int TAG_LENGTH = (1 << TAG_LENGTH_BITS) - 1;
  private static final int LOW_VERSION_BITS = 29;
  private static final long LOW_VERSION = (1L << LOW_VERSION_BITS) - 1;

  private RowDescriptor() {}

  /** Behind the last block of a full chunk, it is the first place of the next one. */
  static int row(final int chunk, final int offset) {
    return (chunk << CHUNK_SHIFT) + (offset >>> UNIT_SHIFT);
  }

  static int chunkIndex(final int row) {
    return row >>> CHUNK_SHIFT;
  }

  static int offset(final int row) {
    return (row & (1 << CHUNK_SHIFT) - 1) << UNIT_SHIFT;
  }

  static int tag(final int idHash, final int idLength) {
    return idHash & -1 << TAG_LENGTH_BITS | idLength - 1;
  }

  static int idLength(final int tag) {
    return (tag & TAG_LENGTH) + 1;
  }

  static int rowLength(final int idLength, final boolean wide) {
    return wideOffset(idLength) + (wide ? Long.BYTES : 0);
  }

  /** Where the 8 bytes of a wide row are. */
  static int wideOffset(final int idLength) {
    return BitUtil.align(ID_OFFSET + idLength, 1 << UNIT_SHIFT);
  }

  static boolean isRow(final DirectBuffer chunk, final int offset) {
    return chunk.getInt(offset + NEXT_OFFSET) >= 0;
  }

  static int blockLength(final DirectBuffer chunk, final int offset) {
    final int mark = chunk.getInt(offset + NEXT_OFFSET);
    if (mark >= 0) {
      return rowLength(
          idLength(chunk.getInt(offset + TAG_OFFSET)),
          (chunk.getLong(offset + WORD_OFFSET) & WIDE) != 0);
    }
    return mark & FREE_LENGTH;
  }

  static int freeMark(final int length) {
    return FREE | length;
  }

  /** Whether a row with such a word may be that of an id with such a tag, as far as both say. */
  static boolean mayBe(final long word, final int tagOfRow, final int tag) {
    return tagOfRow == tag || (word & APART) != 0 && ((tagOfRow ^ tag) & TAG_LENGTH) == 0;
  }

  static int cell(final long word) {
    return (int) word & CELL;
  }

  static long version(final long word, final int tag) {
    return (word & APART) == 0
        ? word & MAX_VERSION
        : (long) (tag >>> TAG_LENGTH_BITS) << LOW_VERSION_BITS
            | word >>> DeadlineCells.NUMBER_BITS & LOW_VERSION;
  }

  static long wordApart(final long word, final long version) {
    return word & ~(LOW_VERSION << DeadlineCells.NUMBER_BITS)
        | (version & LOW_VERSION) << DeadlineCells.NUMBER_BITS;
  }

  static int tagApart(final int tag, final long version) {
    return (int) (version >>> LOW_VERSION_BITS) << TAG_LENGTH_BITS | tag & TAG_LENGTH;
  }
}
