package io.tally.edge.internal;

import io.tally.engine.internal.StandstillDetector;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Shares out, among the connections of one event loop, the requests that the loop may have under
 * way. A connection that gets no share is not refused, but not read on (back-pressure).
 *
 * <p>Connections with requests under way may each have no more than their share, and together no
 * more than the loop answers in about an eighth of a second. More of them would only wait longer
 * here, and delay the clients that ask for little. A request of many parts counts as many. A
 * connection with no request under way may have one until the loop has four times as many. So every
 * request that is taken is answered within about half a second, however slow the processor or cold
 * the code.
 *
 * <p>For the same reason a turn of the loop, which reads all sockets that are ready before anything
 * is applied, reads for no longer than {@value #TURN_MS} ms. Belongs to its loop's thread.
 */
final class RequestShare {
  static final int TURN_MS = 50;
  private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(TURN_MS);
  private static final int MIN_LIMIT = 128;
  private static final int OF_NEWCOMERS = 4;

  private final int slots;
  private final Set<Waiting> waiting = new LinkedHashSet<>();
  private int limit;
  private int underWay;
  private int activeConnections;
  private int answered;
  private long intervalNs;
  private long turnNs;
  private boolean turnBegun;
  private boolean turnOver;

  /** A connection that has nothing under way, and is not read for want of room. */
  interface Waiting {
    void onRoom();
  }

  RequestShare(final int slots, final long nowNs) {
    this.slots = slots;
    limit = Math.min(slots, MIN_LIMIT);
    intervalNs = nowNs;
  }

  /** Whether a connection that has ofConnection requests under way may have another. */
  boolean admits(final int ofConnection) {
    if (turnOver || underWay >= slots || underWay >= OF_NEWCOMERS * limit) {
      return false;
    }
    return ofConnection == 0
        || underWay < limit / 2
        || underWay < limit - limit / 8 && ofConnection < limit / Math.max(1, activeConnections);
  }

  int limit() {
    return limit;
  }

  /** Bytes are read. The first read after a step begins a turn. */
  void onRead(final long nowNs) {
    if (!turnBegun) {
      turnBegun = true;
      turnNs = nowNs;
    }
    turnOver = nowNs - turnNs > TURN_NS;
  }

  /** What was read has been applied. */
  void onStep() {
    turnBegun = false;
    turnOver = false;
  }

  void onTick(final long nowNs) {
    final long elapsedNs = nowNs - intervalNs;
    if (elapsedNs < StandstillDetector.TICK_NS) {
      return;
    }
    final long inAnEighth = answered * 5L * StandstillDetector.TICK_NS / 4 / elapsedNs;
    // The limit falls slowly, because an interval in which the garbage collector ran says little.
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

  /** A request that has begun has more parts than one, or fewer than it had. */
  void onParts(final int more) {
    underWay += more;
  }

  /** A request of so many parts is answered. */
  void onEnd(final int ofConnection, final int parts) {
    underWay -= parts;
    answered += parts;
    if (ofConnection == 0) {
      activeConnections--;
    }
  }

  /**
   * A connection has closed. Its answered requests, of so many parts together, end here; the others
   * go on until they are answered.
   */
  void onClosed(final int ofConnection, final int answeredParts) {
    underWay -= answeredParts;
    if (ofConnection > 0) {
      activeConnections--;
    }
  }

  /** A request of so many parts, whose connection has gone, is answered. */
  void onDropped(final int parts) {
    underWay -= parts;
    answered += parts;
  }

  void enqueue(final Waiting connection) {
    waiting.add(connection);
  }

  /** The connection waits no more: it has closed, or takes no more requests. */
  void dequeue(final Waiting connection) {
    waiting.remove(connection);
  }

  /** Lets connections read on while there is room, those first that have waited longest. */
  void offer() {
    while (!waiting.isEmpty() && admits(0)) {
      // A connection that reads on may cause others to be closed, and may have to wait again: so
      // the set changes.
      final Iterator<Waiting> longest = waiting.iterator();
      final Waiting connection = longest.next();
      longest.remove();
      connection.onRoom();
    }
  }
}
