package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something to become true. */
final class Await {
  private static final long LIMIT_NS = 15_000_000_000L;

  private Await() {}

  static void until(final String what, final BooleanSupplier condition) {
    final long deadlineNs = System.nanoTime() + LIMIT_NS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs > 0) {
        fail("in vain: " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }
}
