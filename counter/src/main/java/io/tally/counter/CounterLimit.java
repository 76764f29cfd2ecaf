package io.tally.counter;

import io.tally.engine.Budget;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of counters that a process may hold, shared by the shards of all its nodes, and the
 * bytes that their tables may take. A counter takes its place when it is made, and gives it back
 * when it ends, or soon after its deadline. The memory of its row stays with its table, to be used
 * again for rows of the same length. So where lengths change there may be no memory although there
 * are places; the bytes are as many as the greatest number of counters can take at most where none
 * ends. Thread-safe.
 */
public final class CounterLimit implements Budget {
  // What a counter can cost at most outside the heap, beyond the first chunks of its table:
  //   293.3  its row: 288 bytes with an id of 256 and a deadline, or 280 and a cell for it; of a
  //          chunk, which is 16,384 bytes and 16 of the allocator, at most 280 bytes are left
  //    18.4  a sixteenth of that: a chunk just begun
  //     4.1  its bucket
  private static final long MAX_DIRECT_BYTES_PER_COUNTER = 316;

  // And on the heap: at least 55 counters share what belongs to a chunk of rows. Its own objects
  // take at most 264 bytes, its first blocks 24, its earliest deadlines 144. It has a place in each
  // of five lists, counted for the old list and the new one when it has just doubled. For a chunk
  // of buckets 4,096 counters share four objects, for one of cells 2,048.
  private static final long MAX_HEAP_BYTES_PER_COUNTER = 10;

  /** Most counters whose bytes fit into a number; no memory is so large. */
  private static final long MAX_COUNTED = Long.MAX_VALUE / 2 / MAX_DIRECT_BYTES_PER_COUNTER;

  /** Places are scarce when no more than such a part of them is left: an eighth. */
  private static final int SCARCE_SHIFT = 3;

  private final AtomicLong count = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /** Tables that look for places of counters that have expired. */
  private final AtomicInteger searches = new AtomicInteger();

  private final long maxCounters;
  private final long maxBytes;

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
    maxBytes = Math.min(maxCounters, MAX_COUNTED) * MAX_DIRECT_BYTES_PER_COUNTER;
  }

  /**
   * The number of counters that take at most half of the memory given, in the worst case: all ids
   * have {@link CounterProxy#MAX_ID_LENGTH} bytes, which makes 316 bytes a counter outside the heap
   * and 10 on it. Counters of ordinary ids take about 50 bytes. The other half is for what is not
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

  /** Takes places and bytes, all or nothing. */
  boolean tryTake(final int counters, final long wantedBytes) {
    if (counters > 0 && !tryTake()) {
      return false;
    }
    if (wantedBytes > 0 && bytes.addAndGet(wantedBytes) > maxBytes) {
      release(counters, wantedBytes);
      return false;
    }
    return true;
  }

  /** Takes them even if there are none. */
  void take(final int counters, final long takenBytes) {
    count.addAndGet(counters);
    bytes.addAndGet(takenBytes);
  }

  /** Gives back the places of counters that have ended, and the bytes of a table that has. */
  void release(final long counters, final long freedBytes) {
    count.addAndGet(-counters);
    bytes.addAndGet(-freedBytes);
  }

  /** Whether it is worth a search for places that expired counters have. */
  boolean isScarce() {
    return count.get() >= maxCounters - (maxCounters >> SCARCE_SHIFT);
  }

  void beginSearch() {
    searches.incrementAndGet();
  }

  void endSearch() {
    searches.decrementAndGet();
  }

  /** What one of those that search now may do of a work that all of them share; at least 1. */
  int shareOf(final int work) {
    return Math.max(1, work / Math.max(1, searches.get()));
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
