package io.tally.transport;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.EpochClock;

/**
 * The latest that the wall clock of a node has shown, which its incarnation is judged by. The clock
 * may have been set back since the incarnation was made of it; and one that was made above another
 * is as likely as that one was, also when whoever knew that one is gone. Any thread.
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
   * A predecessor counts like the clock that it was made of.
   *
   * @param incarnation of this node, which the cluster knows.
   */
  public void onKnownIncarnation(final long incarnation) {
    latestMs.accumulateAndGet(Incarnation.wallClockMs(incarnation), Math::max);
  }
}
