package io.tally.system;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for conditions that other processes bring about. */
public final class Await {
  private static final long POLL_NS = 2_000_000L;

  private Await() {}

  /** Something that may hold sooner or later. */
  @FunctionalInterface
  public interface Condition {
    /** Whether it holds; an IOException means "not yet". */
    boolean holds() throws IOException;
  }

  /** Polls until the condition holds, or fails with what and the picture at that time. */
  public static void until(
      final String what,
      final Duration limit,
      final Condition condition,
      final Supplier<?> picture) {
    final long startNs = System.nanoTime();
    while (!holds(condition)) {
      if (System.nanoTime() - startNs > limit.toNanos()) {
        throw new AssertionError(
            what + ": not within " + limit.toMillis() + " ms; " + picture.get());
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Polls until the condition holds, or fails. */
  public static void until(final String what, final Duration limit, final Condition condition) {
    until(what, limit, condition, () -> "");
  }

  private static boolean holds(final Condition condition) {
    try {
      return condition.holds();
    } catch (final IOException notYet) {
      return false;
    }
  }
}
