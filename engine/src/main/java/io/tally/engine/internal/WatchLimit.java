package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicInteger;

/** How many registrations all shards of a node together may keep. Thread-safe. */
final class WatchLimit {
  private final int max;
  private final AtomicInteger taken = new AtomicInteger();

  WatchLimit(final int max) {
    this.max = max;
  }

  boolean tryTake() {
    if (taken.incrementAndGet() > max) {
      taken.decrementAndGet();
      return false;
    }
    return true;
  }

  void release() {
    taken.decrementAndGet();
  }

  int taken() {
    return Math.min(taken.get(), max);
  }
}
