package io.tally.counter;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Zeroed memory outside the heap that grows chunk by chunk. What was written stays where it is, so
 * growing costs much the same however much there is, and no garbage collector copies it. The memory
 * goes back with this object. One thread at a time.
 *
 * <p>Positions begin at {@link #START}. A chunk is an eighth of its position, rounded down to a
 * power of two: memory that is taken and not used is a ninth at most, but for the first chunk, and
 * of 10 million counters the list of the chunks still lies in a processor's cache.
 */
final class DirectChunks {
  static final int FIRST_CHUNK_BYTES = 16 * 1024;

  /** A longer one would take a noticeable time to be zeroed. */
  static final int MAX_CHUNK_BYTES = 1024 * 1024;

  private static final int SHARE_SHIFT = 3;

  static final int START = FIRST_CHUNK_BYTES << SHARE_SHIFT;

  private static final int MIN_SHIFT = Integer.numberOfTrailingZeros(FIRST_CHUNK_BYTES);
  private static final int MAX_SHIFT = Integer.numberOfTrailingZeros(MAX_CHUNK_BYTES);

  private UnsafeBuffer[] chunks = new UnsafeBuffer[1];
  private int count;
  private long end = START;

  /** The chunk that holds a position. */
  UnsafeBuffer chunk(final long position) {
    final int shift = shift(position);
    return chunks[
        (shift - MIN_SHIFT << SHARE_SHIFT) + (int) (position >>> shift) - (1 << SHARE_SHIFT)];
  }

  /** Where a position lies in its chunk. */
  static int offset(final long position) {
    return (int) position & chunkBytes(position) - 1;
  }

  /** The length of the chunk that holds a position: a power of two, of which it begins at one. */
  static int chunkBytes(final long position) {
    return 1 << shift(position);
  }

  /** Makes room for the byte at a position, which lies in a chunk that is there or is the next. */
  void extendTo(final long position) {
    if (position < end) {
      return;
    }
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * count);
    }
    final int length = chunkBytes(end);
    chunks[count] = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
    count++;
    end += length;
  }

  long capacityBytes() {
    return end - START;
  }

  private static int shift(final long position) {
    final int log2 = Long.SIZE - 1 - Long.numberOfLeadingZeros(position);
    return Math.min(log2 - SHARE_SHIFT, MAX_SHIFT);
  }
}
