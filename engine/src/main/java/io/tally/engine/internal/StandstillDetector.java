package io.tally.engine.internal;

import java.util.concurrent.TimeUnit;

/**
 * Tells idleness from standstill for one thread that polls sockets. What a socket hands over now
 * may have waited there unread, while the process was stopped, the collector ran or the thread was
 * held up. With a {@link SocketBacklog} for each socket this says whether that can have been for
 * longer than the request timeout.
 *
 * <p>Why it is right. The thread ticks at least once in {@link #TICK_NS}, and between two ticks it
 * polls all its sockets and serves all that hold something; for that, one poll must be able to
 * report as many sockets as there are. So at a tick, whatever arrived before the <em>previous</em>
 * tick has been reported by a poll since, and was read, or the socket's backlog remembers that
 * something was left. What is found later therefore arrived after the previous tick.
 *
 * <p>The clock is read before each poll, so it is never later than the arrival of what that poll
 * did not report. If the thread is stopped between any two of its instructions, things look older
 * than they are, never younger. In a thread that runs, the previous tick is at most two ticks old.
 * {@link #isLate} allows for these, so what has waited for no longer than the timeout is never
 * late.
 *
 * <p>One thread, no clock of its own.
 */
public final class StandstillDetector {
  /** Longest time between two ticks of a thread that runs, in nanoseconds. */
  public static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long ALLOWANCE_NS = 2 * TICK_NS;

  private long limitNs;
  private long polledNs;
  private long tickedNs;
  private boolean wasLate;

  /**
   * Creates a detector for a thread that begins to poll.
   *
   * @param requestTimeoutNs how long something may wait, positive nanoseconds.
   * @param nowNs time on the thread's clock; no socket may hold anything older.
   */
  public StandstillDetector(final long requestTimeoutNs, final long nowNs) {
    requestTimeoutNs(requestTimeoutNs);
    polledNs = nowNs;
    tickedNs = nowNs;
  }

  /**
   * Changes the request timeout.
   *
   * @param value how long something may wait from now on, positive nanoseconds.
   */
  public void requestTimeoutNs(final long value) {
    limitNs = value + ALLOWANCE_NS;
  }

  /**
   * One turn: all sockets have been polled since the last tick.
   *
   * @param nowNs time in nanoseconds, read in this turn after that poll.
   */
  public void onTick(final long nowNs) {
    wasLate = nowNs - tickedNs > ALLOWANCE_NS;
    polledNs = tickedNs;
    tickedNs = nowNs;
  }

  /**
   * When the next tick is due at the latest. After a standstill it is due at once: only after it
   * can what arrives from now on be told from what had waited.
   *
   * @return time in nanoseconds.
   */
  public long nextTickNs() {
    return wasLate ? tickedNs : tickedNs + TICK_NS;
  }

  /**
   * Whether the last tick came late: the thread stood still since the tick before, and its sockets
   * may hold whatever arrived meanwhile.
   *
   * @return true if it came more than two ticks after the one before.
   */
  public boolean wasLate() {
    return wasLate;
  }

  /**
   * The tick before the last one. Whatever a socket holds arrived after it, unless its backlog says
   * that something was left.
   *
   * @return time in nanoseconds.
   */
  public long polledNs() {
    return polledNs;
  }

  /**
   * Whether what arrived at a time has waited for longer than the request timeout. In doubt, which
   * is about two ticks at most, it has not.
   *
   * @param nowNs time in nanoseconds.
   * @param sinceNs earliest time of arrival, in nanoseconds.
   * @return true if it is not to be taken any more.
   */
  public boolean isLate(final long nowNs, final long sinceNs) {
    return nowNs - sinceNs > limitNs;
  }
}
