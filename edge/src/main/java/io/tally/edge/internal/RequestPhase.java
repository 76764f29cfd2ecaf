package io.tally.edge.internal;

import io.tally.edge.EdgeSettings;
import java.util.concurrent.TimeUnit;

/**
 * The phase of the request that one connection is reading, and when the phase began. Belongs to its
 * connection.
 */
final class RequestPhase {
  /**
   * A client that was answered less than this time ago may be about to send another request. So its
   * connection stays open for that long while the server drains: the next request is answered, and
   * the answer says that the connection ends. A close at that moment would leave the request
   * without an answer.
   */
  static final long BETWEEN_REQUESTS_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final EdgeLoop loop;
  private final EdgeSettings settings;
  private Phase phase = Phase.IDLE;
  private long sinceNs;
  private boolean idleSeen;

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

  /**
   * Whether no request is to be expected any more while the server drains, which asks again and
   * again. The connection has to be idle at two calls, with a look at the socket in between: after
   * a standstill a request may wait there.
   */
  boolean isIdleAgain(final boolean nothingUnderWay) {
    final boolean wasIdle = idleSeen;
    idleSeen = nothingUnderWay && loop.nowNs() - sinceNs >= BETWEEN_REQUESTS_NS;
    return wasIdle && idleSeen;
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
