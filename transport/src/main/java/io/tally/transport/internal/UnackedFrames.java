package io.tally.transport.internal;

import java.util.Arrays;

/**
 * Sizes of the frames that one incarnation of a peer has not acknowledged, in the order of their
 * numbers. Hellos are sent even to a peer that acknowledges nothing, so the number of entries is
 * bounded: further frames are added to the last entry, which goes when the last of them is
 * acknowledged.
 */
final class UnackedFrames {
  private static final int MAX_ENTRIES = 1 << 10;

  private long[] numbers = new long[64];
  private long[] sizes = new long[64];
  private int head;
  private int count;
  private long bytes;

  long bytes() {
    return bytes;
  }

  void add(final long frameNumber, final int frameBytes) {
    bytes += frameBytes;
    if (count == MAX_ENTRIES) {
      final int last = (head + count - 1) & (numbers.length - 1);
      numbers[last] = frameNumber;
      sizes[last] += frameBytes;
      return;
    }
    if (count == numbers.length) {
      grow();
    }
    final int slot = (head + count) & (numbers.length - 1);
    numbers[slot] = frameNumber;
    sizes[slot] = frameBytes;
    count++;
  }

  /** Acknowledgements are cumulative: that of a later frame covers a lost one, too. */
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
    final long[] newSizes = Arrays.copyOf(sizes, capacity * 2);
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
