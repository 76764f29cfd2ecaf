package io.tally.system;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Clients that send increments at the times of a plan, whether or not the server keeps up, until
 * each has as many unanswered as it may; who is cut off comes again. What is not answered 200 or as
 * certainly not applied is a complaint; so is a connection that ends without having said so.
 */
final class Burst implements AutoCloseable {
  private static final Duration READ_LIMIT = Duration.ofSeconds(15);
  private static final long PAUSE_NS = 500_000;

  private final AtomicLong counted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final List<String> complaints = new ArrayList<>();
  private final Client[] clients;
  private final List<Client> gone = new ArrayList<>();
  private final byte[][] requests;
  private final int port;
  private final int depth;

  Burst(final int port, final List<String> counterIds, final int connections, final int depth)
      throws IOException {
    requests = counterIds.stream().map(HttpConnection::increment).toArray(byte[][]::new);
    this.port = port;
    this.depth = depth;
    clients = new Client[connections];
    for (int i = 0; i < connections; i++) {
      clients[i] = new Client();
    }
  }

  static List<String> counterIds(final String prefix, final int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }

  /** Sends for some time, and returns when every request has its end. */
  void offer(final int rate, final Duration time) throws IOException, InterruptedException {
    final long startNs = System.nanoTime();
    final long total = rate * time.toSeconds();
    long next = 0;
    while (next < total) {
      final long due = (System.nanoTime() - startNs) * rate / TimeUnit.SECONDS.toNanos(1);
      for (; next < Math.min(due, total); next++) {
        final int client = (int) (next % clients.length);
        if (clients[client].closed) {
          gone.add(clients[client]);
          clients[client] = new Client();
        }
        clients[client].queue(requests[(int) (next % requests.length)]);
      }
      for (final Client client : clients) {
        client.flush();
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
    gone.addAll(List.of(clients));
    for (final Client client : gone) {
      client.end();
      client.reader.join(2 * READ_LIMIT.toMillis());
      if (client.reader.isAlive()) {
        complain("a client did not end");
      }
    }
  }

  long counted() {
    return counted.get();
  }

  List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  @Override
  public String toString() {
    return counted + " counted, " + refused + " refused, " + complaints().size() + " complaints";
  }

  private void complain(final String what) {
    synchronized (complaints) {
      complaints.add(what);
    }
  }

  /** The sender queues and flushes; a thread of its own reads. */
  private final class Client {
    private final HttpConnection connection = new HttpConnection(port, READ_LIMIT);
    private final Thread reader = new Thread(this::read, "burst");
    private final AtomicLong unanswered = new AtomicLong();
    private int queued;
    private volatile boolean closed;
    private volatile boolean ended;

    private Client() throws IOException {
      reader.setDaemon(true);
      reader.start();
    }

    private void queue(final byte[] request) {
      if (!closed && unanswered.get() < depth) {
        unanswered.incrementAndGet();
        connection.send(request);
        queued++;
      }
    }

    private void flush() {
      if (queued > 0) {
        queued = 0;
        try {
          connection.flush();
        } catch (final IOException closedMeanwhile) {
          // The reader knows whether that was right.
          closed = true;
        }
      }
    }

    private void end() {
      ended = true;
      if (unanswered.get() == 0) {
        close();
      }
    }

    private void read() {
      try {
        while (!ended || unanswered.get() > 0) {
          final Answer answer = connection.read();
          unanswered.decrementAndGet();
          if (answer.status() == 200) {
            counted.incrementAndGet();
          } else if (answer.status() == 503 && answer.isNotApplied()) {
            refused.incrementAndGet();
          } else {
            complain(answer.toString());
          }
          if (answer.closes()) {
            close();
            return;
          }
        }
      } catch (final IOException broken) {
        if (!ended || unanswered.get() > 0) {
          complain(unanswered + " without an answer: " + broken);
        }
      }
    }

    private void close() {
      closed = true;
      try {
        connection.close();
      } catch (final IOException closedMeanwhile) {
        complain(closedMeanwhile.toString());
      }
    }
  }

  @Override
  public void close() {
    for (final Client client : clients) {
      client.close();
    }
  }
}
