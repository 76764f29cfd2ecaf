package io.tally.transport.internal;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.EpochClock;

/**
 * The latest time that the wall clock of a node has shown. Hellos name it, and peers refuse an
 * incarnation that is far ahead of it. So it must not be below the time of which the node's
 * incarnation was made. It does not go back when the clock is set back. And it rises to the time of
 * a known incarnation, above which the node's own is made: all processes that have shown such a
 * time may be gone. Any thread.
 */
public final class WallClock implements EpochClock {
  private final EpochClock clock;
  private final AtomicLong latestMs = new AtomicLong();

  /**
   * Makes a clock that does not go back.
   *
   * @param clock which may.
   */
  public WallClock(final EpochClock clock) {
    this.clock = clock;
  }

  @Override
  public long time() {
    return latestMs.accumulateAndGet(clock.time(), Math::max);
  }

  /**
   * Counts the time of which a known incarnation was made as if this clock had shown it.
   *
   * @param incarnation of this node, which the cluster knows.
   */
  public void onKnownIncarnation(final long incarnation) {
    latestMs.accumulateAndGet(Incarnation.wallClockMs(incarnation), Math::max);
  }
}
