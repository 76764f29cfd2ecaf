package io.tally.system;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Load of connections that each send so many requests, wait for all their answers, and send again.
 * Every request adds 1; the returned values of a counter must all be different.
 */
final class ClosedLoop {
  private final int port;
  private final List<String> counterIds;
  private final BitSet[] returned;
  private final Map<Integer, Integer> countByStatus = new HashMap<>();
  private String firstFailure = "";

  ClosedLoop(final int port, final List<String> counterIds) {
    this.port = port;
    this.counterIds = counterIds;
    returned = new BitSet[counterIds.size()];
    for (int i = 0; i < returned.length; i++) {
      returned[i] = new BitSet();
    }
  }

  /**
   * Runs one connection for each depth, and returns when all are done: each increments every
   * counter so many times, in an order of its own.
   */
  void run(final int rounds, final int... depths) throws IOException {
    final ExecutorService threads = Executors.newFixedThreadPool(depths.length);
    try {
      final List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < depths.length; i++) {
        final int connection = i;
        runs.add(
            threads.submit(
                () -> {
                  connection(new Random(connection), rounds, depths[connection]);
                  return null;
                }));
      }
      for (final Future<?> run : runs) {
        run.get();
      }
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    } catch (final ExecutionException fault) {
      throw new AssertionError("a connection failed", fault.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private void connection(final Random random, final int rounds, final int depth)
      throws IOException {
    final int count = counterIds.size();
    final int stride = coprime(random, count);
    final int requests = Math.multiplyExact(rounds, count);
    final int[] counters = new int[depth];
    final Answer[] answers = new Answer[depth];
    int next = random.nextInt(count);
    try (HttpConnection connection = new HttpConnection(port, Duration.ofSeconds(30))) {
      for (int sent = 0; sent < requests; sent += depth) {
        final int batch = Math.min(depth, requests - sent);
        for (int i = 0; i < batch; i++) {
          next = (next + stride) % count;
          counters[i] = next;
          connection.send(HttpConnection.increment(counterIds.get(next)));
        }
        connection.flush();
        for (int i = 0; i < batch; i++) {
          answers[i] = connection.read();
        }
        record(counters, answers, batch);
      }
    }
  }

  /** A step with which a walk over all counters meets each once. */
  private static int coprime(final Random random, final int count) {
    int step = 1 + random.nextInt(count);
    while (gcd(step, count) != 1) {
      step++;
    }
    return step;
  }

  private static int gcd(final int a, final int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private synchronized void record(final int[] counters, final Answer[] answers, final int count) {
    for (int i = 0; i < count; i++) {
      final Answer answer = answers[i];
      countByStatus.merge(answer.status(), 1, Integer::sum);
      final String id = counterIds.get(counters[i]);
      if (!answer.counterId().equals(id)) {
        throw new AssertionError("asked for " + id + ", got " + answer);
      }
      if (answer.status() != 200) {
        firstFailure = firstFailure.isEmpty() ? answer.toString() : firstFailure;
      } else {
        final int value = Math.toIntExact(answer.value());
        if (value < 1 || returned[counters[i]].get(value)) {
          throw new AssertionError(id + " returned " + value + " twice, or below 1");
        }
        returned[counters[i]].set(value);
      }
    }
  }

  synchronized int answers(final int status) {
    return countByStatus.getOrDefault(status, 0);
  }

  /** All statuses and the first answer that was no 200. */
  synchronized String statuses() {
    return countByStatus + " " + firstFailure;
  }

  /** Fails unless exactly the values 1 to n of every counter were returned, and reads return n. */
  synchronized void checkExact(final int n) throws IOException {
    try (HttpConnection connection = new HttpConnection(port, Duration.ofSeconds(30))) {
      for (int i = 0; i < returned.length; i++) {
        final Answer answer = connection.call(HttpConnection.get(counterIds.get(i)));
        if (answer.status() != 200
            || answer.value() != n
            || returned[i].cardinality() != n
            || returned[i].length() != n + 1) {
          throw new AssertionError(
              counterIds.get(i) + ": " + answer + ", " + n + " added, returned " + returned[i]);
        }
      }
    }
  }
}
