package io.tally.edge.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters of which each event loop has its own, so that each has a single writer: a loop changes
 * its own ones only. Any thread may read, and sees each counter as of a moment ago.
 */
public final class LoopCounters {
  private final AtomicLongArray[] loops;

  /**
   * Creates counters at zero.
   *
   * @param loopCount number of event loops.
   * @param count number of counters of each.
   */
  public LoopCounters(final int loopCount, final int count) {
    loops = new AtomicLongArray[loopCount];
    for (int i = 0; i < loopCount; i++) {
      loops[i] = new AtomicLongArray(count);
    }
  }

  /**
   * Adds one. On the loop's thread.
   *
   * @param loop from 0.
   * @param index of the counter.
   */
  public void increment(final int loop, final int index) {
    final AtomicLongArray counters = loops[loop];
    counters.setRelease(index, counters.getPlain(index) + 1);
  }

  /**
   * A counter of all loops together.
   *
   * @param index of the counter.
   * @return the sum.
   */
  public long sum(final int index) {
    long sum = 0;
    for (final AtomicLongArray counters : loops) {
      sum += counters.getAcquire(index);
    }
    return sum;
  }

  int loopCount() {
    return loops.length;
  }

  long get(final int loop, final int index) {
    return loops[loop].getAcquire(index);
  }

  void set(final int loop, final int index, final long value) {
    loops[loop].setRelease(index, value);
  }
}
