package io.tally.rig;

import io.tally.system.ShiftedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The wall clock of a node's next process: right, or wrong by so much. */
final class WallClock {
  private static final Duration TOLERANCE = Duration.ofMinutes(10);

  private volatile Duration offset;
  private volatile boolean isSet;

  WallClock(final Duration offset) {
    this.offset = offset;
  }

  void setBack(final Duration by) {
    offset = offset.minus(by);
    isSet = true;
  }

  /** Whether it was set since this was asked last. */
  boolean takeSetting() {
    final boolean wasSet = isSet;
    isSet = false;
    return wasSet;
  }

  /** What the process needs in its environment. */
  Map<String, String> environment() {
    return ShiftedClock.environment(offset);
  }

  /** Fails unless what a process has just logged shows this clock. */
  void check(final Instant logged) {
    final Duration error = Duration.between(Instant.now().plus(offset), logged).abs();
    if (error.compareTo(TOLERANCE) > 0) {
      throw new AssertionError("a clock to be " + offset + " ahead showed " + logged);
    }
  }
}
