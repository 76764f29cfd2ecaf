package io.tally.counter;

import static io.tally.counter.CounterTable.NO_DEADLINE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.tally.counter.codecs.TtlMode;

/** Deadlines in nanoseconds of the shard's time, and how far off they are in milliseconds. */
final class Ttl {
  private static final long NS_PER_MS = MILLISECONDS.toNanos(1);

  private Ttl() {}

  /** Whether a command may ask for it. */
  static boolean isValid(final TtlMode mode, final long ttlMs) {
    return mode == TtlMode.KEEP || mode == TtlMode.CLEAR || isDuration(ttlMs);
  }

  static boolean isDuration(final long durationMs) {
    return durationMs >= 1 && durationMs <= CounterRequest.MAX_DURATION_MS;
  }

  /** The deadline of a counter after a write; before and after, there may be none. */
  static long deadlineNs(
      final TtlMode mode, final long ttlMs, final long timeNs, final long deadlineNs) {
    return switch (mode) {
      case ONCE -> deadlineNs == NO_DEADLINE ? after(timeNs, ttlMs) : deadlineNs;
      case ALWAYS -> after(timeNs, ttlMs);
      case CLEAR -> NO_DEADLINE;
      default -> deadlineNs;
    };
  }

  /** The end of a duration that begins now. */
  static long after(final long timeNs, final long durationMs) {
    return timeNs + Math.min(durationMs * NS_PER_MS, NO_DEADLINE - 1 - Math.max(0, timeNs));
  }

  /** How long it is until a deadline, rounded up; 0 if there is none or it has passed. */
  static long leftMs(final long timeNs, final long deadlineNs) {
    return deadlineNs == NO_DEADLINE || deadlineNs <= timeNs ? 0 : ceilMs(deadlineNs - timeNs);
  }

  static long ceilMs(final long durationNs) {
    return durationNs / NS_PER_MS + (durationNs % NS_PER_MS == 0 ? 0 : 1);
  }
}
