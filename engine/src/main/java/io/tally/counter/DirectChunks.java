package io.tally.counter;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Zeroed memory outside the heap that grows chunk by chunk. What was written stays where it is, so
 * growing costs the same however much there is, and no garbage collector copies it. The memory goes
 * back with this object. One thread at a time.
 */
final class DirectChunks {
  static final int CHUNK_BYTES = 16 * 1024;

  private static final int SHIFT = Integer.numberOfTrailingZeros(CHUNK_BYTES);

  private UnsafeBuffer[] chunks = new UnsafeBuffer[1];
  private int count;

  /** The chunk that holds a position. */
  UnsafeBuffer chunk(final long position) {
    return chunks[(int) (position >>> SHIFT)];
  }

  /** Where a position lies in its chunk. */
  static int offset(final long position) {
    return (int) position & (CHUNK_BYTES - 1);
  }

  /** Makes room for the byte at a position, which lies in a chunk that is there or is the next. */
  void extendTo(final long position) {
    if (position < capacityBytes()) {
      return;
    }
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * count);
    }
    chunks[count] = new UnsafeBuffer(ByteBuffer.allocateDirect(CHUNK_BYTES));
    count++;
  }

  long capacityBytes() {
    return (long) count << SHIFT;
  }
}
