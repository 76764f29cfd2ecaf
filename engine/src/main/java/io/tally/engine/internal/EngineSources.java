package io.tally.engine.internal;

import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * Where an engine has its time and its secrets from. Immutable.
 *
 * @param clock read by the shard agents: for the time at which commands are applied, and to measure
 *     how long batches take. The one that also gives the agents their time.
 * @param timeBaseNs what is added to a reading of the clock to get the time of the shards in
 *     nanoseconds since 1970. At the start of the node that is the time of the wall clock; then it
 *     goes on with this clock, so that it never goes back.
 * @param random gives unpredictable numbers: the secrets that hash ids and idempotency keys.
 */
public record EngineSources(NanoClock clock, long timeBaseNs, LongSupplier random) {
  /** In the year 2116. Leaves time of shards more than a century before it would wrap. */
  private static final long MAX_START_EPOCH_NS = 1L << 62;

  /**
   * Checks the sources.
   *
   * @throws IllegalArgumentException if one is missing, or if the time that they give now is not
   *     between the years 1970 and 2116.
   */
  public EngineSources {
    require(clock != null, "clock must be set");
    final long epochNs = timeBaseNs + clock.nanoTime();
    require(
        epochNs > 0 && epochNs < MAX_START_EPOCH_NS,
        "the wall clock must be between the years 1970 and 2116: " + epochNs + " ns");
    require(random != null, "random must be set");
  }

  /**
   * Sources whose time is known. It is wrong by what passes between the readings of a clock that
   * does not stand still.
   *
   * @param clock as above.
   * @param epochNs the time now, nanoseconds since 1970.
   * @param random as above.
   * @return the sources.
   * @throws IllegalArgumentException as the constructor.
   */
  public static EngineSources at(
      final NanoClock clock, final long epochNs, final LongSupplier random) {
    return new EngineSources(clock, epochNs - clock.nanoTime(), random);
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
