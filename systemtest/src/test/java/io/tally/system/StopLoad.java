package io.tally.system;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that increment counters without a pause, some requests with an idempotency key, until
 * they are told to stop or their server closes. Nothing that they see may be unknown: every request
 * is answered, or follows one whose answer closes the connection.
 */
final class StopLoad implements AutoCloseable {
  private static final Duration READ_LIMIT = Duration.ofSeconds(15);

  /** A client that rests for longer may find its connection closed, whatever the server does. */
  private static final long REST_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private record Life(String counterId, long incarnation) {}

  private final List<String> counterIds;
  private final String keyPrefix;
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private final Map<Life, BitSet> values = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> refusals = new ConcurrentHashMap<>();
  private final AtomicLong counted = new AtomicLong();
  private volatile boolean stopping;

  StopLoad(final List<String> counterIds, final String keyPrefix) {
    this.counterIds = counterIds;
    this.keyPrefix = keyPrefix;
  }

  /** Starts clients of a node, each with so many requests under way. */
  void start(final int port, final int clients, final int depth) {
    for (int i = 0; i < clients; i++) {
      final int client = threads.size();
      final Thread thread = new Thread(() -> run(port, client, depth), "stop-load-" + client);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Requests answered 200 so far. */
  long counted() {
    return counted.get();
  }

  /** Requests refused as this problem so far. */
  long refused(final String problem) {
    final AtomicLong count = refusals.get(problem);
    return count == null ? 0 : count.get();
  }

  /** Ends the load. Returns all that should not have been, in words. */
  List<String> stop() {
    stopping = true;
    for (final Thread thread : threads) {
      try {
        thread.join(2 * READ_LIMIT.toMillis());
      } catch (final InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      if (thread.isAlive()) {
        complain(thread.getName() + " did not end");
      }
    }
    values.forEach(
        (life, seen) -> {
          // An increment that was counted and not answered 200 would leave a gap, or the end open.
          if (seen.nextClearBit(1) != seen.length()) {
            complain(life + " never returned " + seen.nextClearBit(1));
          }
        });
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  /** Fails unless a counter of an owner that lives is what was answered. */
  void checkExact(final int port) throws IOException {
    try (HttpConnection connection = new HttpConnection(port, READ_LIMIT)) {
      for (final String id : counterIds) {
        final Answer answer = connection.call(HttpConnection.get(id));
        final BitSet seen = values.get(new Life(id, answer.incarnation()));
        final long expected = seen == null ? 0 : seen.cardinality();
        if (answer.status() != 200 || answer.value() != expected) {
          throw new AssertionError(id + ": " + answer + ", but " + expected + " were answered 200");
        }
      }
    }
  }

  private void run(final int port, final int client, final int depth) {
    final String[] ids = new String[depth];
    long next = client * 31L;
    int unanswered = 0;
    long idleSinceNs = 0;
    long sentNs = 0;
    try (HttpConnection connection = new HttpConnection(port, READ_LIMIT)) {
      while (!stopping) {
        idleSinceNs = System.nanoTime();
        sentNs = 0;
        for (int i = 0; i < depth; i++) {
          ids[i] = counterIds.get((int) (next % counterIds.size()));
          final String key = next % 2 == 0 ? null : keyPrefix + client + '-' + next;
          connection.send(HttpConnection.increment(ids[i], 1, key));
          next += 7;
        }
        unanswered = depth;
        connection.flush();
        sentNs = System.nanoTime();
        for (int i = 0; i < depth; i++) {
          final Answer answer = connection.read();
          unanswered--;
          onAnswer(ids[i], answer);
          if (answer.closes()) {
            return;
          }
        }
      }
    } catch (final IOException broken) {
      final long restNs = (sentNs == 0 ? System.nanoTime() : sentNs) - idleSinceNs;
      if (unanswered < depth || restNs < REST_NS) {
        complain("client " + client + ": " + unanswered + " without an answer: " + broken);
      }
    }
  }

  private void onAnswer(final String id, final Answer answer) {
    if (answer.status() == 200) {
      counted.incrementAndGet();
      final BitSet seen =
          values.computeIfAbsent(new Life(id, answer.incarnation()), life -> new BitSet());
      final int value = Math.toIntExact(answer.value());
      final boolean isNew;
      synchronized (seen) {
        isNew = !seen.get(value);
        seen.set(value);
      }
      if (!isNew || answer.replayed()) {
        complain(id + " returned twice: " + answer);
      }
    } else if (answer.status() == 503 && answer.isNotApplied()) {
      final String problem = answer.body().replaceAll("(?s).*/problems/([a-z-]+)\".*", "$1");
      refusals.computeIfAbsent(problem, p -> new AtomicLong()).incrementAndGet();
    } else {
      complain(answer.toString());
    }
  }

  private void complain(final String what) {
    synchronized (complaints) {
      complaints.add(what);
    }
  }

  @Override
  public void close() {
    stopping = true;
  }
}
