package io.tally.system;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that increment one counter by 1, each increment with a key of its own, and repeat it
 * until it is answered 200, whatever becomes of their server meanwhile.
 */
final class RetryLoad implements AutoCloseable {
  private static final Duration READ_LIMIT = Duration.ofSeconds(15);
  private static final long PAUSE_NS = 5_000_000;

  private final int port;
  private final String counterId;
  private final int countOfEach;
  private final List<Thread> threads = new ArrayList<>();
  private final BitSet values = new BitSet();
  private final AtomicInteger counted = new AtomicInteger();
  private final AtomicInteger retried = new AtomicInteger();
  private final AtomicInteger replayed = new AtomicInteger();
  private volatile boolean stopping;

  /** Starts them. */
  RetryLoad(final int port, final String counterId, final int clients, final int countOfEach) {
    this.port = port;
    this.counterId = counterId;
    this.countOfEach = countOfEach;
    for (int i = 0; i < clients; i++) {
      final int client = i;
      final Thread thread = new Thread(() -> run(client), "retry-load-" + client);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  String counterId() {
    return counterId;
  }

  int counted() {
    return counted.get();
  }

  /** Requests that were sent again, because they were refused or not answered. */
  int retried() {
    return retried.get();
  }

  boolean isDone() {
    return counted.get() == threads.size() * countOfEach;
  }

  /** Values that were answered, each counted once. */
  int distinctValues() {
    synchronized (values) {
      return values.cardinality();
    }
  }

  String picture() {
    return counterId
        + ": "
        + counted
        + " increments answered 200, "
        + retried
        + " sent again, "
        + replayed
        + " of them had been counted before";
  }

  private void run(final int client) {
    int next = 0;
    while (next < countOfEach && !stopping) {
      try (HttpConnection connection = new HttpConnection(port, READ_LIMIT)) {
        boolean isOpen = true;
        while (isOpen && next < countOfEach && !stopping) {
          final String key = client + "-" + next;
          final Answer answer = connection.call(HttpConnection.increment(counterId, 1, key));
          isOpen = !answer.closes();
          if (answer.status() == 200) {
            onCounted(answer);
            next++;
          } else {
            pause();
          }
        }
      } catch (final IOException gone) {
        pause();
      }
    }
  }

  private void onCounted(final Answer answer) {
    synchronized (values) {
      values.set(Math.toIntExact(answer.value()));
    }
    replayed.addAndGet(answer.replayed() ? 1 : 0);
    counted.incrementAndGet();
  }

  private void pause() {
    retried.incrementAndGet();
    LockSupport.parkNanos(PAUSE_NS);
  }

  @Override
  public void close() {
    stopping = true;
  }
}
