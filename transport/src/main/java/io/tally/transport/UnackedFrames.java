package io.tally.transport;

import java.util.Arrays;

/**
 * Sizes of the frames that one incarnation of a peer has not acknowledged, in the order of their
 * numbers.
 */
final class UnackedFrames {
  private long[] numbers = new long[64];
  private int[] sizes = new int[64];
  private int head;
  private int count;
  private long bytes;

  long bytes() {
    return bytes;
  }

  void add(final long frameNumber, final int frameBytes) {
    if (count == numbers.length) {
      grow();
    }
    final int slot = (head + count) & (numbers.length - 1);
    numbers[slot] = frameNumber;
    sizes[slot] = frameBytes;
    count++;
    bytes += frameBytes;
  }

  /** Acknowledgements are cumulative: a lost frame is let go by that of a later one. */
  void ackUpTo(final long frameNumber) {
    while (count > 0 && numbers[head] <= frameNumber) {
      bytes -= sizes[head];
      head = (head + 1) & (numbers.length - 1);
      count--;
    }
  }

  void clear() {
    head = 0;
    count = 0;
    bytes = 0;
  }

  private void grow() {
    final int capacity = numbers.length;
    final long[] newNumbers = Arrays.copyOf(numbers, capacity * 2);
    final int[] newSizes = Arrays.copyOf(sizes, capacity * 2);
    for (int i = 0; i < count; i++) {
      final int slot = (head + i) & (capacity - 1);
      newNumbers[i] = numbers[slot];
      newSizes[i] = sizes[slot];
    }
    numbers = newNumbers;
    sizes = newSizes;
    head = 0;
  }
}
