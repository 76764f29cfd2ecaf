package io.tally.transport.internal;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.EpochClock;

/**
 * The latest time that the wall clock of a node has shown. Hellos name it, and peers refuse an
 * incarnation that is far ahead of it. So it must not go back when the clock is set back after the
 * incarnation was made of it. And if the incarnation was made higher than a known one, this time
 * must not be below that of which the known one was made, even if no process that knew it lives any
 * more. Any thread.
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
