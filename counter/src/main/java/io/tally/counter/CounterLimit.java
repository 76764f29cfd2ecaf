package io.tally.counter;

import io.tally.engine.Budget;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of counters that a process may hold, shared by the shards of all its nodes. A counter
 * takes its place in it when it is first incremented and keeps it. Thread-safe.
 */
public final class CounterLimit implements Budget {
  // What a counter can cost at most outside the heap, beyond the first chunks of its table:
  //   273.4  its row: 272 bytes with an id of 256, and at least 60 such rows share a chunk, which
  //          is 16,384 bytes and 16 of the allocator
  //    34.2  an eighth of that: a chunk just begun
  //     4.1  its bucket
  private static final long MAX_DIRECT_BYTES_PER_COUNTER = 313;

  // And on the heap: at least 60 counters share the objects of a chunk of rows (four of them, at
  // most 264 bytes) and its place in the list of chunks, counted for the old list and the new one
  // when it has just doubled. For a chunk of buckets, 4,096 counters share the same.
  private static final long MAX_HEAP_BYTES_PER_COUNTER = 5;

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
   * The number of counters that take at most half of the memory given, in the worst case: all ids
   * have {@link CounterProxy#MAX_ID_LENGTH} bytes, which makes 313 bytes a counter outside the heap
   * and 5 on it. Counters of ordinary ids take about 40 bytes. The other half is for what is not
   * counted here, above all the buffers of connections.
   *
   * @param directBytes bytes outside the heap that rings, queues and the like leave, not negative.
   * @param heapBytes largest size of the heap, as in {@link Runtime#maxMemory()}.
   * @return the number.
   */
  public static long defaultMaxCounters(final long directBytes, final long heapBytes) {
    return Math.min(
        directBytes / (2 * MAX_DIRECT_BYTES_PER_COUNTER),
        heapBytes / (2 * MAX_HEAP_BYTES_PER_COUNTER));
  }

  @Override
  public boolean tryTake() {
    long current = count.get();
    while (current < maxCounters) {
      if (count.compareAndSet(current, current + 1)) {
        return true;
      }
      current = count.get();
    }
    return false;
  }

  @Override
  public void take() {
    count.incrementAndGet();
  }

  /** Gives back the places of counters that are gone with their shard. */
  void release(final long places) {
    count.addAndGet(-places);
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
