package io.tally.counter;

import static io.tally.counter.RowDescriptor.NEXT_OFFSET;
import static io.tally.counter.RowDescriptor.NO_ROW;
import static io.tally.counter.RowDescriptor.TAG_OFFSET;
import static io.tally.counter.RowDescriptor.UNIT_SHIFT;

import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gives out the blocks of a {@link CounterTable}. A block that was given back stays a block of its
 * length, and is the first to be given out again for that length (segregated free lists, last in,
 * first out). So a walk never finds that the blocks have changed, and a snapshot that shows each
 * free row with the next one of its list shows the lists. New blocks come from the room that is
 * left in the last chunk. A new chunk has a sixteenth of the bytes of all chunks so far, at least
 * 16 KiB and at most 1 MiB: so little memory is taken and not used, and even with 10 million
 * counters the list of the chunks lies in a processor's cache.
 */
final class RowSpace {
  /** There are as many chunks as there may be. */
  static final int FULL = -1;

  static final int FIRST_CHUNK_BYTES = 16 * 1024;

  /** Length of a stretch: its first block is known, so that a walk can begin there. */
  static final int STRETCH_BYTES = 2 * 1024;

  static final int STRETCH_SHIFT = Integer.numberOfTrailingZeros(STRETCH_BYTES);

  static final int FREE_LISTS = (RowDescriptor.MAX_ROW_BYTES >>> UNIT_SHIFT) + 1;

  // The very first place stays empty: its name would be that of no row.
  private static final int FIRST_OFFSET = 1 << UNIT_SHIFT;

  private final DirectChunks chunks;
  private final int maxChunks;
  private final int[] firstFree = new int[FREE_LISTS];
  private int[] chunkEnds = new int[1];
  private byte[][] firstBlocks = new byte[1][];
  private int roomOffset;
  private int roomEnd;

  RowSpace(final DirectChunks chunks, final int maxChunks) {
    this.chunks = chunks;
    this.maxChunks = maxChunks;
  }

  /**
   * Bytes of the chunk that has to be made for a block of this length: 0 if there is a block or
   * room; or {@link #FULL}.
   */
  int wantedBytes(final int length) {
    if (firstFree[length >>> UNIT_SHIFT] != NO_ROW || length <= roomEnd - roomOffset) {
      return 0;
    }
    return chunks.count() == maxChunks ? FULL : nextChunkBytes();
  }

  /** Gives out a block, whose bytes are as they were left. Makes a chunk if it has to. */
  int take(final int length) {
    final int free = firstFree[length >>> UNIT_SHIFT];
    if (free != NO_ROW) {
      firstFree[length >>> UNIT_SHIFT] = nextFree(free);
      return free;
    }
    if (length > roomEnd - roomOffset) {
      addChunk();
    }
    final int chunk = chunks.count() - 1;
    final int row = RowDescriptor.row(chunk, roomOffset);
    onBlock(chunk, roomOffset, length);
    roomOffset += length;
    return row;
  }

  void free(final int row, final int length) {
    markFree(row, length, firstFree[length >>> UNIT_SHIFT]);
    firstFree[length >>> UNIT_SHIFT] = row;
  }

  /** The free row that is given out after this one. */
  int nextFree(final int row) {
    return chunks.get(RowDescriptor.chunkIndex(row)).getInt(RowDescriptor.offset(row) + TAG_OFFSET);
  }

  /** The free row of this length that is given out next, or {@link RowDescriptor#NO_ROW}. */
  int firstFree(final int length) {
    return firstFree[length >>> UNIT_SHIFT];
  }

  int roomOffset() {
    return roomOffset;
  }

  /** The first block, or {@link #endRow()}. */
  int firstRow() {
    return chunks.count() == 0 ? endRow() : RowDescriptor.row(0, FIRST_OFFSET);
  }

  /** The block to be made next, unless it needs another chunk; above all others. */
  int endRow() {
    return chunks.count() == 0 ? NO_ROW : RowDescriptor.row(chunks.count() - 1, roomOffset);
  }

  /** The block behind this one, or {@link #endRow()}. */
  int rowAfter(final int row) {
    final int chunk = RowDescriptor.chunkIndex(row);
    final int offset = RowDescriptor.offset(row);
    final int after = offset + RowDescriptor.blockLength(chunks.get(chunk), offset);
    final boolean isLast = chunk == chunks.count() - 1;
    return isLast || after < chunkEnds[chunk]
        ? RowDescriptor.row(chunk, after)
        : RowDescriptor.row(chunk + 1, 0);
  }

  /** Where the first block that begins in a stretch of a chunk does so; only if one does. */
  int firstOffset(final int chunk, final int stretch) {
    return (stretch << STRETCH_SHIFT) + ((firstBlocks[chunk][stretch] & 0xFF) << UNIT_SHIFT);
  }

  /** Where no more blocks begin in a stretch. */
  int endOffset(final int chunk, final int stretch) {
    final int end = chunk == chunks.count() - 1 ? roomOffset : chunkEnds[chunk];
    return Math.min(end, stretch + 1 << STRETCH_SHIFT);
  }

  private int nextChunkBytes() {
    final int share = (int) Math.min(RowDescriptor.MAX_CHUNK_BYTES, chunks.capacityBytes() >>> 4);
    return Math.max(FIRST_CHUNK_BYTES, Integer.highestOneBit(share));
  }

  private void addChunk() {
    final int chunk = chunks.count();
    if (chunk > 0) {
      chunkEnds[chunk - 1] = roomOffset;
    }
    final int length = nextChunkBytes();
    if (chunk == chunkEnds.length) {
      chunkEnds = Arrays.copyOf(chunkEnds, 2 * chunk);
      firstBlocks = Arrays.copyOf(firstBlocks, 2 * chunk);
    }
    firstBlocks[chunk] = new byte[length >>> STRETCH_SHIFT];
    // The byte for no block: the offset that it says lies behind the end of the chunk.
    Arrays.fill(firstBlocks[chunk], (byte) 0xFF);
    chunks.add(length);
    roomOffset = chunk == 0 ? FIRST_OFFSET : 0;
    roomEnd = length;
  }

  private void onBlock(final int chunk, final int offset, final int length) {
    final byte[] ofChunk = firstBlocks[chunk];
    final int stretch = offset >>> STRETCH_SHIFT;
    final int unit = (offset & STRETCH_BYTES - 1) >>> UNIT_SHIFT;
    if (unit < (ofChunk[stretch] & 0xFF)) {
      ofChunk[stretch] = (byte) unit;
    }
    chunkEnds[chunk] = Math.max(chunkEnds[chunk], offset + length);
  }

  private void markFree(final int row, final int length, final int next) {
    final UnsafeBuffer chunk = chunks.get(RowDescriptor.chunkIndex(row));
    final int offset = RowDescriptor.offset(row);
    chunk.putInt(offset + NEXT_OFFSET, RowDescriptor.freeMark(length));
    chunk.putInt(offset + TAG_OFFSET, next);
  }

  // What a restore needs.

  /** Makes an empty space have as much room as another one had. */
  void restoreRoom(final int chunkCount, final int offset) {
    if (chunks.count() > 0 || chunkCount < 0 || chunkCount > maxChunks) {
      throw new IllegalArgumentException("room cannot be restored: " + chunkCount + " chunks");
    }
    while (chunks.count() < chunkCount) {
      addChunk();
    }
    if (offset < (chunkCount == 1 ? FIRST_OFFSET : 0) || offset > roomEnd) {
      throw new IllegalArgumentException("room cannot be restored: from " + offset);
    }
    roomOffset = offset;
  }

  /** Takes a block in its place. */
  void restore(final int row, final int length) {
    final int chunk = RowDescriptor.chunkIndex(row);
    final int offset = RowDescriptor.offset(row);
    if (chunk < 0
        || chunk >= chunks.count()
        || row == NO_ROW
        || Integer.compareUnsigned(row, endRow()) >= 0
        || offset + length > chunks.get(chunk).capacity()) {
      throw new IllegalArgumentException("row cannot be restored: " + row);
    }
    onBlock(chunk, offset, length);
  }

  void restoreFree(final int row, final int length, final int next) {
    checkFreeLength(length);
    restore(row, length);
    markFree(row, length, next);
  }

  void restoreFirstFree(final int length, final int row) {
    checkFreeLength(length);
    firstFree[length >>> UNIT_SHIFT] = row;
  }

  private static void checkFreeLength(final int length) {
    if (length < RowDescriptor.MIN_BLOCK_BYTES
        || length > RowDescriptor.MAX_ROW_BYTES
        || (length & (1 << UNIT_SHIFT) - 1) != 0) {
      throw new IllegalArgumentException("no row has " + length + " bytes");
    }
  }
}
