package io.tally.rig;

import io.tally.check.Checker;
import io.tally.check.History;
import io.tally.check.Life;
import io.tally.check.Operation;
import io.tally.check.SettledChecker;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the last values of all counters of a history and has each counter's history checked. */
final class Verdict {
  private static final int MAX_LINES = 20;
  private static final int READ_ATTEMPTS = 5;

  private final RigCluster cluster;
  private final long startNs;
  private final List<Checker> checkers;
  private final List<String> violations = new ArrayList<>();
  private long acked;
  private long ended;
  private long unknown;
  private long refused;
  private long lost;
  private long doubled;

  /**
   * Reads and judges.
   *
   * @param cluster to read from.
   * @param startNs of the load.
   * @param settledAfter longest time from a request to its last effect, as the clients measured it.
   * @param operations that the clients recorded.
   */
  Verdict(
      final RigCluster cluster,
      final long startNs,
      final Duration settledAfter,
      final List<Operation> operations)
      throws IOException {
    this.cluster = cluster;
    this.startNs = startNs;
    checkers = new ArrayList<>(Checker.all());
    checkers.add(new SettledChecker(settledAfter.toNanos()));
    final Map<String, List<Operation>> byCounter =
        operations.stream().collect(Collectors.groupingBy(Operation::key));
    final List<HttpConnection> connections = new ArrayList<>();
    try {
      for (int node = 0; node < cluster.nodeCount(); node++) {
        connections.add(new HttpConnection(cluster.httpPort(node), Duration.ofSeconds(5)));
      }
      int next = 0;
      for (final Map.Entry<String, List<Operation>> entry : byCounter.entrySet()) {
        judge(entry.getKey(), entry.getValue(), connections.get(next++ % connections.size()));
      }
    } finally {
      for (final HttpConnection connection : connections) {
        connection.close();
      }
    }
  }

  private void judge(
      final String counter, final List<Operation> operations, final HttpConnection connection)
      throws IOException {
    final Answer last = lastValue(counter, connection);
    final List<Life> lives = new ArrayList<>();
    for (final Launch launch : cluster.launches(cluster.placement().owner(counter))) {
      if (launch.diedNs() >= startNs) {
        final boolean isAlive = launch.diedNs() == Long.MAX_VALUE;
        lives.add(
            new Life(
                counter,
                launch.incarnation(),
                launch.bornNs(),
                launch.diedNs(),
                isAlive,
                isAlive ? last.value() : 0));
        if (isAlive && launch.incarnation() != last.incarnation()) {
          violations.add(counter + " was read from an unknown incarnation: " + last);
        }
      }
    }
    violations.addAll(Checker.checkAll(new History(operations, lives), checkers));
    count(operations, last);
  }

  /** Asks again where a busy machine let the deadline pass: how fast it is, is judged elsewhere. */
  private static Answer lastValue(final String counter, final HttpConnection connection)
      throws IOException {
    Answer last = connection.call(HttpConnection.get(counter));
    for (int i = 0; i < READ_ATTEMPTS && last.status() != 200; i++) {
      last = connection.call(HttpConnection.get(counter));
    }
    if (last.status() != 200) {
      throw new AssertionError("the last value of " + counter + " cannot be read: " + last);
    }
    return last;
  }

  private void count(final List<Operation> operations, final Answer last) {
    final List<Operation> writes = operations.stream().filter(Operation::write).toList();
    for (final Operation write : writes) {
      switch (write.fate()) {
        case APPLIED -> {
          if (write.incarnation() == last.incarnation()) {
            acked++;
          } else {
            ended++;
          }
        }
        case NOT_APPLIED -> refused++;
        case UNKNOWN -> unknown++;
      }
    }
    final Balance balance = Balance.of(writes, last);
    lost += balance.lost();
    doubled += balance.doubled();
  }

  long acked() {
    return acked;
  }

  long ended() {
    return ended;
  }

  long refused() {
    return refused;
  }

  long unknown() {
    return unknown;
  }

  long lost() {
    return lost;
  }

  long doubled() {
    return doubled;
  }

  List<String> violations() {
    return violations.size() <= MAX_LINES ? violations : violations.subList(0, MAX_LINES);
  }
}
