package io.tally.counter;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;

/**
 * How the rows of a {@link CounterTable} lie in their chunks. A chunk is a sequence of blocks
 * without gaps, each a multiple of 8 bytes long and in one chunk as a whole. What a block is, and
 * so how long, its own bytes say: so a chunk can be walked.
 *
 * <pre>{@code
 * row:        value 8 | next 4           | tag 4       | word 8 | id, up to a multiple of 8 | 8 if WIDE
 * free row:         8 | FREE, length 4   | next free 4 | as long as the row was
 * extension: deadline 8 | EXTENSION, version 8
 * }</pre>
 *
 * <p>A block is named by an int: the number of its chunk in the high bits, and in the low bits its
 * offset in that chunk, in units of 8 bytes. No name is negative, so a negative number in the place
 * of {@code next} marks a block that is no row.
 *
 * <p>The word holds flags above 56 bits of the row's version. If the row is EXTENDED, version and
 * deadline are in its extension, and the word names that. The 8 bytes of a WIDE row are its
 * deadline; those of a RATE row are its interval, and its deadline is its value. They lie behind
 * the id, so that this is in the same place in all rows.
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

  static final int EXTENSION_BYTES = 16;
  static final int MAX_ROW_BYTES = rowLength(CounterProxy.MAX_ID_LENGTH, true);

  /** It has a deadline. The sign, because every search of a counter asks for it. */
  static final long TIMED = 1L << 63;

  static final long WIDE = 1L << 62;
  static final long EXTENDED = 1L << 61;
  static final long RATE = 1L << 60;

  /** Its place was given back, since it has expired. No record shows that: it is no state. */
  static final long PLACELESS = 1L << 59;

  /** The version, or the name of the extension. */
  static final long WORD_REST = (1L << 56) - 1;

  /** A tag holds the upper 24 bits of an id's hash, and below them the id's length less 1. */
  static final int TAG_LENGTH_BITS = 8;

  private static final int FREE = 1 << 31;
  private static final int EXTENSION = 3 << 30;
  private static final int FREE_LENGTH = (1 << Short.SIZE) - 1;

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
    return (tag & (1 << TAG_LENGTH_BITS) - 1) + 1;
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

  static boolean isFree(final DirectBuffer chunk, final int offset) {
    return chunk.getInt(offset + NEXT_OFFSET) >>> 30 == FREE >>> 30;
  }

  static int blockLength(final DirectBuffer chunk, final int offset) {
    final int mark = chunk.getInt(offset + NEXT_OFFSET);
    if (mark >= 0) {
      return rowLength(
          idLength(chunk.getInt(offset + TAG_OFFSET)),
          (chunk.getLong(offset + WORD_OFFSET) & WIDE) != 0);
    }
    return mark >>> 30 == FREE >>> 30 ? mark & FREE_LENGTH : EXTENSION_BYTES;
  }

  static int freeMark(final int length) {
    return FREE | length;
  }

  static int extensionMark(final long version) {
    return EXTENSION | (int) (version >>> Integer.SIZE);
  }

  static long extensionVersion(final int mark, final int low) {
    return (mark & ~EXTENSION & 0xFFFF_FFFFL) << Integer.SIZE | low & 0xFFFF_FFFFL;
  }
}
