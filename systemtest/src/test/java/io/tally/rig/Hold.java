package io.tally.rig;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Lets time pass: how long a fault or a load lasts. Never used to wait for something. */
final class Hold {
  private Hold() {}

  static void forMs(final long durationMs) {
    untilNs(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(durationMs));
  }

  static void untilNs(final long timeNs) {
    long leftNs = timeNs - System.nanoTime();
    while (leftNs > 0) {
      LockSupport.parkNanos(leftNs);
      leftNs = timeNs - System.nanoTime();
    }
  }
}
