package io.tally.engine.internal;

import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * Where an engine has its time and its secrets from. Immutable.
 *
 * @param clock read by the shard agents: for the time at which commands are applied, and to measure
 *     how long batches take. The one that also gives the agents their time.
 * @param startEpochNs wall clock at the start of the node, nanoseconds since 1970, positive and
 *     below 2^62, which is in the year 2116. The time of its shards begins there and goes on with
 *     the clock, so that it never goes back, whatever becomes of the wall clock.
 * @param random gives unpredictable numbers: the secrets that hash ids and idempotency keys.
 */
public record EngineSources(NanoClock clock, long startEpochNs, LongSupplier random) {
  /** Leaves time of shards more than a century before it would wrap. */
  private static final long MAX_START_EPOCH_NS = 1L << 62;

  /**
   * Checks the sources.
   *
   * @throws IllegalArgumentException if one is missing or out of its range.
   */
  public EngineSources {
    require(clock != null, "clock must be set");
    require(
        startEpochNs > 0 && startEpochNs < MAX_START_EPOCH_NS,
        "the wall clock must be between the years 1970 and 2116: " + startEpochNs + " ns");
    require(random != null, "random must be set");
  }

  /** What a reading of the clock lacks to be the time of a shard; to be asked for at the start. */
  long timeBaseNs() {
    return startEpochNs - clock.nanoTime();
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
