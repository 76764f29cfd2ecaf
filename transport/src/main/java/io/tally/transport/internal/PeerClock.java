package io.tally.transport.internal;

/**
 * The monotonic clock of one incarnation of a peer as this process knows it: a time that the peer's
 * clock has certainly reached. Written by the receiver, read by any thread.
 *
 * <p>A frame says that the peer's clock showed T before the frame left, and this process's clock
 * showed S after it had arrived. So T is a time that had passed at S, by as much as the frame was
 * on its way, and from then on the peer's clock gains at least 999,000 ppm of what this one gains,
 * if each drifts by less than 500 ppm. Of all frames of the last seconds the best is used: the one
 * whose T + (now - S) * 0.999 is the latest. Whatever delays frames can only make that time
 * earlier.
 */
final class PeerClock {
  /** Frames are forgotten after one to two of these. */
  private static final long PERIOD_NS = 5_000_000_000L;

  private static final int DRIFT_DIVISOR = 1_000;

  // Times are counted from here, so that they can be divided whatever a clock's origin is.
  private final long originNs;
  private long periodStartNs;
  private long previousLeadNs;
  private long currentLeadNs;
  private volatile long leadNs;

  PeerClock(final long peerNs, final long nowNs) {
    originNs = nowNs;
    periodStartNs = nowNs;
    currentLeadNs = lead(peerNs, nowNs);
    previousLeadNs = currentLeadNs;
    leadNs = currentLeadNs;
  }

  /** A frame that was sent at peerNs of the peer's clock has arrived before nowNs of this one. */
  void onFrame(final long peerNs, final long nowNs) {
    final long lead = lead(peerNs, nowNs);
    if (nowNs - periodStartNs >= PERIOD_NS) {
      final boolean isNext = nowNs - periodStartNs < 2 * PERIOD_NS;
      previousLeadNs = isNext ? currentLeadNs : lead;
      currentLeadNs = lead;
      periodStartNs = nowNs;
    } else if (lead - currentLeadNs > 0) {
      currentLeadNs = lead;
    }
    final long best = previousLeadNs - currentLeadNs > 0 ? previousLeadNs : currentLeadNs;
    if (best != leadNs) {
      leadNs = best;
    }
  }

  /** A time that the peer's clock shows before this one shows the given time, or just then. */
  long peerTimeNs(final long ownNs) {
    return leadNs + ownNs - aged(ownNs);
  }

  private long lead(final long peerNs, final long nowNs) {
    return peerNs - nowNs + aged(nowNs);
  }

  /** The drift that is allowed for up to this time, in whole nanoseconds. */
  private long aged(final long timeNs) {
    return Math.floorDiv(timeNs - originNs, DRIFT_DIVISOR);
  }
}
