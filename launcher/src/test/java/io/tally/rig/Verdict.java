package io.tally.rig;

import io.tally.check.Checker;
import io.tally.check.Fate;
import io.tally.check.History;
import io.tally.check.Life;
import io.tally.check.Operation;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the last values of all counters of a history and has each counter's history checked. */
final class Verdict {
  private static final int MAX_LINES = 20;
  private static final int READ_ATTEMPTS = 5;

  private final RigCluster cluster;
  private final long startNs;
  private final List<String> violations = new ArrayList<>();
  private long acked;
  private long ended;
  private long unknown;
  private long refused;
  private long lost;
  private long doubled;

  Verdict(final RigCluster cluster, final long startNs, final List<Operation> operations)
      throws IOException {
    this.cluster = cluster;
    this.startNs = startNs;
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
    violations.addAll(Checker.checkAll(new History(operations, lives)));
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
    long sum = 0;
    long maxUnknown = 0;
    boolean growing = true;
    final Set<String> keys = new HashSet<>();
    for (final Operation operation : operations) {
      if (!operation.write()) {
        continue;
      }
      growing &= operation.amount() >= 0;
      switch (operation.fate()) {
        case APPLIED -> {
          if (operation.incarnation() != last.incarnation()) {
            ended++;
          } else {
            acked++;
            if (operation.idempotencyKey().isEmpty() || keys.add(operation.idempotencyKey())) {
              sum += operation.amount();
            }
          }
        }
        case NOT_APPLIED -> refused++;
        case UNKNOWN -> unknown++;
      }
    }
    for (final Operation operation : operations) {
      if (operation.write()
          && operation.fate() == Fate.UNKNOWN
          && (operation.idempotencyKey().isEmpty() || keys.add(operation.idempotencyKey()))) {
        maxUnknown += operation.amount();
      }
    }
    if (growing) {
      lost += Math.max(0, sum - last.value());
      doubled += Math.max(0, last.value() - sum - maxUnknown);
    }
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
