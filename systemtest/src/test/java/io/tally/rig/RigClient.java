package io.tally.rig;

import io.tally.check.Fate;
import io.tally.check.Operation;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of one node: one connection on which it pipelines batches of requests at a steady pace.
 * Records what it sees.
 */
final class RigClient {
  private static final int DEPTH = 8;
  private static final long PACE_NS = TimeUnit.MILLISECONDS.toNanos(25);

  private final Workload workload;
  private final RigCluster cluster;
  private final int node;
  private final Random random;
  private final Thread thread = new Thread(this::run, "rig-client");
  private final List<Operation> operations = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private final Request[] batch = new Request[DEPTH];
  private HttpConnection connection;
  private volatile long slowestNs;
  private volatile long lastFailureNs = System.nanoTime();
  private long timeouts;
  private long unanswered;

  RigClient(
      final Workload workload, final RigCluster cluster, final int node, final Random random) {
    this.workload = workload;
    this.cluster = cluster;
    this.node = node;
    this.random = random;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether it ended in time; what it recorded may be read then. */
  boolean join(final long untilNs) {
    try {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime())));
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  List<Operation> operations() {
    return operations;
  }

  List<String> complaints() {
    return complaints;
  }

  long slowestNs() {
    return slowestNs;
  }

  long lastFailureNs() {
    return lastFailureNs;
  }

  long timeouts() {
    return timeouts;
  }

  long unanswered() {
    return unanswered;
  }

  private void run() {
    while (!workload.isOver()) {
      final long startNs = System.nanoTime();
      if (connect()) {
        exchange();
      }
      final long restNs = PACE_NS - (System.nanoTime() - startNs);
      if (restNs > 0) {
        LockSupport.parkNanos(restNs);
      }
    }
    disconnect();
  }

  private boolean connect() {
    final int port = cluster.httpPort(node);
    if (connection != null && (port == 0 || connection.isStale())) {
      disconnect();
    }
    if (connection == null && port != 0) {
      try {
        connection = new HttpConnection(port, cluster.setup().patience());
      } catch (final IOException refused) {
        connection = null;
      }
    }
    return connection != null;
  }

  private void disconnect() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (final IOException gone) {
      // It is given up either way.
      connection = null;
    }
    connection = null;
  }

  private void exchange() {
    final long startNs = System.nanoTime();
    int sent = 0;
    while (sent < DEPTH) {
      final Request next = workload.next(random);
      if (next == null) {
        break;
      }
      batch[sent++] = next.sentAt(startNs);
    }
    if (sent == 0) {
      return;
    }
    int answered = 0;
    boolean closes = false;
    try {
      for (int i = 0; i < sent; i++) {
        connection.send(encode(batch[i]));
      }
      connection.flush();
      while (answered < sent && !closes) {
        final Answer answer = connection.read();
        onAnswer(batch[answered++], startNs, answer);
        closes = answer.closes();
      }
      if (closes) {
        disconnect();
      }
    } catch (final IOException broken) {
      disconnect();
      if (cluster.setup().isPlanned()) {
        complaints.add(
            RigCluster.nodeId(node) + " answered " + answered + " of " + sent + ": " + broken);
      }
      if (broken instanceof SocketTimeoutException
          && cluster.setup().isPatient()
          && !cluster.wasDisturbedSince(node, startNs)) {
        complaints.add(
            "no answer of " + RigCluster.nodeId(node) + " in " + cluster.setup().patience());
      }
    }
    final long endNs = System.nanoTime();
    for (; answered < sent; answered++) {
      if (closes) {
        // What follows the last answer of a connection is not looked at.
        record(batch[answered], startNs, endNs, Fate.NOT_APPLIED, null);
      } else {
        unanswered++;
        // It may be read and answered much later, so that it never ends.
        record(batch[answered], startNs, Long.MAX_VALUE, Fate.UNKNOWN, null);
      }
    }
  }

  private static byte[] encode(final Request request) {
    return request.write()
        ? HttpConnection.increment(
            request.counter(), request.amount(), request.keyed() ? request.key() : null)
        : HttpConnection.get(request.counter());
  }

  private void onAnswer(final Request request, final long startNs, final Answer answer) {
    final long endNs = System.nanoTime();
    if (!cluster.wasDisturbedSince(node, startNs)) {
      slowestNs = Math.max(slowestNs, endNs - startNs);
    }
    // Refused before it was looked at, it names no counter.
    final boolean unread = answer.status() == 503 && answer.closes() && answer.isNotApplied();
    if (!answer.counterId().equals(request.counter())
        && !(unread && answer.counterId().isEmpty())) {
      complaints.add("asked for " + request + ", got " + answer);
      return;
    }
    final Fate fate =
        switch (answer.status()) {
          case 200 -> Fate.APPLIED;
          case 503 -> Fate.NOT_APPLIED;
          default -> Fate.UNKNOWN;
        };
    final boolean says =
        switch (fate) {
          case APPLIED -> answer.incarnation() != 0;
          case NOT_APPLIED -> !request.write() || answer.isNotApplied();
          case UNKNOWN -> answer.status() == 504 && (!request.write() || answer.isUnknown());
        };
    if (!says) {
      complaints.add(request + " got " + answer);
    }
    if (answer.status() == 504) {
      timeouts++;
    }
    record(request, startNs, endNs, fate, answer);
  }

  private void record(
      final Request request,
      final long startNs,
      final long endNs,
      final Fate fate,
      final Answer answer) {
    final boolean applied = fate == Fate.APPLIED;
    if (!applied) {
      lastFailureNs = System.nanoTime();
    }
    operations.add(
        new Operation(
            request.counter(),
            request.write(),
            request.amount(),
            request.key(),
            startNs,
            endNs,
            fate,
            applied ? answer.value() : 0,
            applied ? answer.incarnation() : 0,
            applied && answer.replayed()));
    switch (fate) {
      case APPLIED -> workload.onApplied(request, random);
      case NOT_APPLIED -> workload.onRefused(request, random);
      case UNKNOWN -> workload.onUnknown(request, startNs, random);
    }
  }
}
