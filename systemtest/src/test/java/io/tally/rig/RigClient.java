package io.tally.rig;

import io.tally.check.Fate;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
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
  private final Records records = new Records();
  private final Request[] batch = new Request[DEPTH];
  private HttpConnection connection;
  private boolean asksOldest;
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

  Records records() {
    return records;
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
        asksOldest = cluster.isOldest(node);
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
        connection.send(batch[i].call().encode(batch[i].key()));
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
        records.complain(
            RigCluster.nodeId(node) + " answered " + answered + " of " + sent + ": " + broken);
      }
      if (broken instanceof SocketTimeoutException
          && cluster.setup().isPatient()
          && !cluster.wasDisturbedSince(node, startNs)) {
        records.complain(
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

  private void onAnswer(final Request request, final long startNs, final Answer answer) {
    final long endNs = System.nanoTime();
    if (!cluster.wasDisturbedSince(node, startNs)) {
      slowestNs = Math.max(slowestNs, endNs - startNs);
    }
    final Call call = request.call();
    final boolean isUnheardOf = asksOldest && isUnheardOf(answer);
    if (!isUnheardOf && !call.isAbout(answer)) {
      records.complain("asked for " + request + ", got " + answer);
      return;
    }
    final Fate fate = isUnheardOf ? Fate.NOT_APPLIED : call.fate(answer);
    final boolean says =
        switch (fate) {
          case APPLIED -> answer.incarnation() != 0 || !call.isOfOneLife();
          case NOT_APPLIED -> !call.write() || answer.isNotApplied();
          case UNKNOWN ->
              answer.body().contains("\"status\":504") && (!call.write() || answer.isUnknown());
        };
    if (!says) {
      records.complain(request + " got " + answer);
    }
    if (fate == Fate.UNKNOWN) {
      timeouts++;
    }
    record(request, startNs, endNs, fate, answer);
  }

  /** Whether the node that was asked has no such row, or does not know a member of the body. */
  private static boolean isUnheardOf(final Answer answer) {
    return answer.status() == 404 || answer.status() == 405 || answer.says("unknown-member");
  }

  private static Ending ending(final Call call, final Fate fate, final Answer answer) {
    return switch (fate) {
      case APPLIED -> call.isDeclined(answer) ? Ending.DECLINED : Ending.OK;
      case UNKNOWN -> Ending.UNKNOWN;
      case NOT_APPLIED ->
          answer != null && isUnheardOf(answer)
              ? Ending.UNHEARD_OF
              : answer != null && answer.says("unsupported") ? Ending.UNSUPPORTED : Ending.REFUSED;
    };
  }

  private void record(
      final Request request,
      final long startNs,
      final long endNs,
      final Fate fate,
      final Answer answer) {
    if (fate != Fate.APPLIED) {
      lastFailureNs = System.nanoTime();
    }
    workload.outcomes().add(request.call().kind(), ending(request.call(), fate, answer));
    request
        .call()
        .record(
            new Attempt(request.key(), request.firstSentNs(), startNs, endNs, fate, answer),
            records);
    switch (fate) {
      case APPLIED -> workload.onApplied(request, random);
      case NOT_APPLIED -> workload.onRefused(request, random);
      case UNKNOWN -> workload.onUnknown(request, startNs, random);
    }
  }
}
