package io.tally.counter;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Zeroed memory outside the heap that grows chunk by chunk. What was written stays where it is, so
 * growing costs no more than the new chunk, and no garbage collector copies anything. The memory is
 * freed together with this object. One thread at a time.
 */
final class DirectChunks {
  private UnsafeBuffer[] chunks = new UnsafeBuffer[1];
  private int count;
  private long capacityBytes;

  UnsafeBuffer get(final int index) {
    return chunks[index];
  }

  int count() {
    return count;
  }

  long capacityBytes() {
    return capacityBytes;
  }

  void add(final int length) {
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * count);
    }
    chunks[count] = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
    count++;
    capacityBytes += length;
  }
}
