package io.tally.edge;

import io.tally.engine.StandstillDetector;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Shares out the requests that one event loop may have under way among its connections: where they
 * are short, a connection is not read on, rather than refused. Those with requests under way may
 * have no more than their share, and together no more than are answered in about an eighth of a
 * second: what more is taken only waits longer here, and with it whoever asks for little. Whoever
 * has none may have one up to four times that, so that whatever is taken is answered within about
 * half a second, however slow the processor or cold the code.
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

  /** Has nothing under way, and is not read for want of room. */
  interface Waiting {
    void onRoom();
  }

  RequestShare(final int slots, final long nowNs) {
    this.slots = slots;
    limit = Math.min(slots, MIN_LIMIT);
    intervalNs = nowNs;
  }

  /** Whether a connection with so many requests under way may have another. */
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

  /** Something is read. The first time after a step begins a turn. */
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

  void enqueue(final Waiting connection) {
    waiting.add(connection);
  }

  /** It waits no more: it is gone, or takes no more. */
  void dequeue(final Waiting connection) {
    waiting.remove(connection);
  }

  /** Has those read on that have waited longest. */
  void offer() {
    while (!waiting.isEmpty() && admits(0)) {
      // Who reads on may have others closed, and wait again.
      final Iterator<Waiting> longest = waiting.iterator();
      final Waiting connection = longest.next();
      longest.remove();
      connection.onRoom();
    }
  }
}
