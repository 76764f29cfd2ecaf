package io.tally.http;

import io.tally.engine.StandstillDetector;
import java.util.ArrayDeque;

/**
 * Shares out the requests that one event loop may have under way among its connections: where they
 * are short, a connection is not read on, rather than refused. Whoever has none under way may
 * always have one. The others may have no more than their share, and together no more than are
 * answered in about an eighth of a second: what more is taken only waits longer here, and with it
 * whoever asks for little. Belongs to its loop's thread.
 */
final class RequestShare {
  private static final int MIN_LIMIT = 2_048;

  private final int slots;
  private final ArrayDeque<Connection> waiting = new ArrayDeque<>();
  private int limit;
  private int underWay;
  private int activeConnections;
  private int answered;
  private long intervalNs;

  RequestShare(final int slots, final long nowNs) {
    this.slots = slots;
    limit = slots;
    intervalNs = nowNs;
  }

  /** Whether a connection with so many requests under way may have another. */
  boolean admits(final int ofConnection) {
    if (underWay >= slots) {
      return false;
    }
    return ofConnection == 0
        || underWay < limit / 2
        || underWay < limit - limit / 8 && ofConnection < limit / Math.max(1, activeConnections);
  }

  void onTick(final long nowNs) {
    final long elapsedNs = nowNs - intervalNs;
    if (elapsedNs < StandstillDetector.TICK_NS) {
      return;
    }
    final long inAnEighth = answered * 5L * StandstillDetector.TICK_NS / 4 / elapsedNs;
    // Slowly down: an interval in which the collector ran says little.
    final long next = Math.max(inAnEighth, limit - limit / 8);
    limit = (int) Math.min(slots, Math.max(MIN_LIMIT, next));
    answered = 0;
    intervalNs = nowNs;
  }

  void onBegin(final int ofConnection) {
    underWay++;
    if (ofConnection == 1) {
      activeConnections++;
    }
  }

  void onEnd(final int ofConnection) {
    underWay--;
    answered++;
    if (ofConnection == 0) {
      activeConnections--;
    }
  }

  /** A connection has gone: its requests that are answered end, the others go on. */
  void onClosed(final int ofConnection, final int answeredOfConnection) {
    underWay -= answeredOfConnection;
    if (ofConnection > 0) {
      activeConnections--;
    }
  }

  /** A request whose connection has gone is answered. */
  void onDropped() {
    underWay--;
    answered++;
  }

  /** A connection that has nothing under way waits for room. */
  void enqueue(final Connection connection) {
    waiting.add(connection);
  }

  /** Has those read on that have waited longest. */
  void offer() {
    for (int room = slots - underWay; room > 0 && !waiting.isEmpty(); room--) {
      waiting.poll().onRoom();
    }
  }
}
