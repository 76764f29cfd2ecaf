package io.tally.launcher;

import java.time.Duration;

/**
 * How long a node takes for its start and its stop. All below a day.
 *
 * @param start longest time a start waits for the other nodes, and for the way to them (NATS).
 * @param shutdownDelay time from the request to stop until no more connections are accepted.
 * @param drain longest time that a stop waits for requests under way.
 */
public record NodeTimes(Duration start, Duration shutdownDelay, Duration drain) {
  /** What holds where nothing else is given. A stop is not announced. */
  public static final NodeTimes DEFAULTS =
      new NodeTimes(Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(10));

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException if one is negative, or a day or more.
   */
  public NodeTimes {
    check(start);
    check(shutdownDelay);
    check(drain);
  }

  private static void check(final Duration time) {
    if (!Durations.isTime(time)) {
      throw new IllegalArgumentException(
          "a time must be from 0 to below " + Durations.BOUND + ": " + time);
    }
  }
}
