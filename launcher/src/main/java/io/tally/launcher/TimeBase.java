package io.tally.launcher;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * What readings of the monotonic clock lack to be times of the wall clock. A thread may be held up
 * between its readings of the two, and the shards' time would be wrong by as much for as long as
 * the process lives: windows and leases would end at other times after a restart. So the wall clock
 * is read between two readings of the monotonic one, until these are close together, as in Agrona's
 * {@link org.agrona.concurrent.OffsetEpochNanoClock}.
 */
final class TimeBase {
  private static final int MAX_READINGS = 1_000;
  private static final long CLOSE_NS = 5_000;

  private TimeBase() {}

  /** The difference by the closest readings, wrong by half of what lies between them at most. */
  static long readNs(final EpochNanoClock wallClock, final NanoClock clock) {
    long baseNs = 0;
    long leastNs = Long.MAX_VALUE;
    for (int i = 0; i < MAX_READINGS && leastNs > CLOSE_NS; i++) {
      final long beforeNs = clock.nanoTime();
      final long wallNs = wallClock.nanoTime();
      final long betweenNs = clock.nanoTime() - beforeNs;
      if (betweenNs < leastNs) {
        leastNs = betweenNs;
        baseNs = wallNs - (beforeNs + betweenNs / 2);
      }
    }
    return baseNs;
  }
}
