package io.tally.edge;

/**
 * The phase of the request that one connection is reading, and when the phase began. Belongs to its
 * connection.
 */
final class RequestPhase {
  private final EdgeLoop loop;
  private final EdgeSettings settings;
  private Phase phase = Phase.IDLE;
  private long sinceNs;

  private enum Phase {
    IDLE,
    HEAD,
    BODY
  }

  RequestPhase(final EdgeLoop loop) {
    this.loop = loop;
    settings = loop.settings();
    sinceNs = loop.nowNs();
  }

  void onIdle() {
    phase = Phase.IDLE;
    restart();
  }

  void onHead() {
    if (phase != Phase.HEAD) {
      phase = Phase.HEAD;
      restart();
    }
  }

  void onBody() {
    phase = Phase.BODY;
    restart();
  }

  /** Begins the time of this phase anew: the client is not to blame for what has passed. */
  void restart() {
    sinceNs = loop.nowNs();
  }

  /** A response has been sent: the client may take its time for the next request. */
  void onSent() {
    if (phase == Phase.IDLE) {
      restart();
    }
  }

  boolean isIdle() {
    return phase == Phase.IDLE;
  }

  boolean hasLasted(final long durationNs) {
    return loop.nowNs() - sinceNs >= durationNs;
  }

  /** The deadline that has passed, or null. */
  Cutoff overdue() {
    final long inPhaseNs = loop.nowNs() - sinceNs;
    if (phase == Phase.HEAD && inPhaseNs > settings.headDeadlineNs()) {
      return Cutoff.HEAD_TIMEOUT;
    }
    return phase == Phase.BODY && inPhaseNs > settings.bodyDeadlineNs()
        ? Cutoff.BODY_TIMEOUT
        : null;
  }

  /**
   * Whether the client has sent no request for longer than the idle timeout. It is true only if all
   * that had arrived by the end of that time has been read, and the loop has not stood still since:
   * a connection must not be closed while a request waits in it.
   */
  boolean isIdleTooLong() {
    return phase == Phase.IDLE
        && loop.standstill().polledNs() - (sinceNs + settings.idleTimeoutNs()) > 0
        && !loop.standstill().wasLate();
  }
}
