package io.tally.counter;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of counters that a process may hold, shared by the shards of all its nodes. A counter
 * takes its place in it when it is first incremented and keeps it. Thread-safe.
 */
public final class CounterLimit {
  // What a counter can cost at most, in bytes of heap:
  //   275  its row: 272 with an id of 256 bytes, and at least 60 such rows share a chunk of 16,384
  //        bytes with 64 bytes of object headers
  //     1  the list of chunks just doubled, old and new: 3 references of 8 bytes for 60 rows
  //    74  the index just doubled: 8 bytes a slot, loaded to 0.65, makes 12.3 in the old array and
  //        24.6 in the new one; twice that, because an array of more than half a region of the
  //        garbage collector takes whole regions
  private static final long MAX_BYTES_PER_COUNTER = 352;

  private final AtomicLong count = new AtomicLong();
  private final long maxCounters;

  /**
   * Creates a limit.
   *
   * @param maxCounters number of counters, not negative.
   */
  public CounterLimit(final long maxCounters) {
    if (maxCounters < 0) {
      throw new IllegalArgumentException("the number of counters is negative: " + maxCounters);
    }
    this.maxCounters = maxCounters;
  }

  /**
   * The number of counters that fit half the heap in the worst case: all ids have {@link
   * CounterProxy#MAX_ID_LENGTH} bytes, and every index has just doubled with its old and its new
   * array alive at once, which makes 352 bytes a counter. Counters of ordinary ids take about 50
   * bytes. A shard's first chunk of 16 KiB, like its ring, is a fixed cost that belongs to the
   * other half.
   *
   * @param maxHeapBytes largest size of the heap in bytes, as in {@link Runtime#maxMemory()}.
   * @return the number.
   */
  public static long defaultMaxCounters(final long maxHeapBytes) {
    return maxHeapBytes / (2 * MAX_BYTES_PER_COUNTER);
  }

  /**
   * Takes the place of one new counter.
   *
   * @return false if all places are taken.
   */
  public boolean tryAcquire() {
    long current = count.get();
    while (current < maxCounters) {
      if (count.compareAndSet(current, current + 1)) {
        return true;
      }
      current = count.get();
    }
    return false;
  }

  /**
   * The limit.
   *
   * @return number of counters.
   */
  public long maxCounters() {
    return maxCounters;
  }
}
