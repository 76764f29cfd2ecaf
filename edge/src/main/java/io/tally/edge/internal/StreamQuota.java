package io.tally.edge.internal;

import java.util.concurrent.atomic.AtomicInteger;

/** How many streams the connections of a port may have, over all event loops. Thread-safe. */
final class StreamQuota {
  private final int max;
  private final AtomicInteger taken = new AtomicInteger();

  StreamQuota(final int max) {
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
}
