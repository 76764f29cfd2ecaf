package io.tally.rig;

import io.tally.check.Fate;
import io.tally.check.Operation;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of the cluster, some for each node, each with one connection on which it pipelines
 * batches of requests at a steady pace. Everything is recorded. Requests with an idempotency key
 * whose outcome is unknown are repeated, by whichever client is next, until they are answered.
 */
final class Workload {
  private static final int CLIENTS_PER_NODE = 3;
  private static final int DEPTH = 8;
  private static final long PACE_NS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final Duration READ_LIMIT = Duration.ofSeconds(5);

  private static final int BITS_PER_COUNTER = 48;

  private record Request(String counter, boolean write, long amount, String key, boolean repeated) {
    Request again() {
      return new Request(counter, write, amount, key, true);
    }
  }

  private final RigCluster cluster;
  private final String prefix;
  private final Queue<Request> repeats = new ConcurrentLinkedQueue<>();
  private final AtomicLong bitCount = new AtomicLong();
  private final AtomicLong keyCount = new AtomicLong();
  private final AtomicLong unresolvedKeys = new AtomicLong();
  private final List<Client> clients = new ArrayList<>();
  private volatile boolean stopping;

  Workload(final RigCluster cluster, final String prefix, final long seed) {
    this.cluster = cluster;
    this.prefix = prefix;
    for (int i = 0; i < cluster.nodeCount() * CLIENTS_PER_NODE; i++) {
      clients.add(new Client(i % cluster.nodeCount(), new Random(seed + i)));
    }
    clients.forEach(client -> client.thread.start());
  }

  /** Ends the load once every keyed request is answered, or the time has passed. */
  void stop(final Duration limit) {
    stopping = true;
    final long untilNs = System.nanoTime() + limit.toNanos();
    for (final Client client : clients) {
      try {
        client.thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime())));
      } catch (final InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      if (client.thread.isAlive()) {
        throw new AssertionError(
            "load did not end; keyed requests without an answer: " + unresolvedKeys);
      }
    }
  }

  List<Operation> operations() {
    return clients.stream().flatMap(client -> client.operations.stream()).toList();
  }

  /** What a client saw that is wrong by itself. */
  List<String> complaints() {
    return clients.stream().flatMap(client -> client.complaints.stream()).toList();
  }

  /** When a client last got anything but a 200; the start, if none ever did. */
  long lastFailureNs() {
    return clients.stream().mapToLong(client -> client.lastFailureNs).max().orElse(0);
  }

  /** Longest time to an answer of a node whose process was not stopped meanwhile. */
  long slowestNs() {
    return clients.stream().mapToLong(client -> client.slowestNs).max().orElse(0);
  }

  private final class Client {
    private final Thread thread = new Thread(this::run, "rig-client");
    private final List<Operation> operations = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final Request[] batch = new Request[DEPTH];
    private final int node;
    private final Random random;
    private HttpConnection connection;
    private volatile long slowestNs;
    private volatile long lastFailureNs = System.nanoTime();

    Client(final int node, final Random random) {
      this.node = node;
      this.random = random;
      thread.setDaemon(true);
    }

    private void run() {
      while (!stopping || unresolvedKeys.get() > 0) {
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
      if (connection == null && port != 0) {
        try {
          connection = new HttpConnection(port, READ_LIMIT);
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
      int sent = 0;
      while (sent < DEPTH) {
        final Request repeat = repeats.poll();
        if (repeat == null && stopping) {
          break;
        }
        batch[sent++] = repeat != null ? repeat : next();
      }
      if (sent == 0) {
        return;
      }
      final long startNs = System.nanoTime();
      int answered = 0;
      try {
        for (int i = 0; i < sent; i++) {
          connection.send(encode(batch[i]));
        }
        connection.flush();
        boolean closes = false;
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
        if (broken instanceof SocketTimeoutException && !cluster.wasDisturbedSince(node, startNs)) {
          complaints.add("no answer of " + RigCluster.nodeId(node) + " in " + READ_LIMIT);
        }
      }
      for (; answered < sent; answered++) {
        onNoAnswer(batch[answered], startNs);
      }
    }

    private Request next() {
      final int kind = random.nextInt(100);
      if (kind < 10) {
        return new Request(counter("plain", 40), false, 0, "", false);
      } else if (kind < 50) {
        return new Request(counter("plain", 40), true, 1, "", false);
      } else if (kind < 60) {
        return new Request(counter("amounts", 10), true, random.nextInt(100), "", false);
      } else if (kind < 70) {
        return new Request(counter("signed", 10), true, random.nextInt(201) - 100, "", false);
      } else if (kind < 80) {
        final long bit = bitCount.getAndIncrement();
        return new Request(
            prefix + "bits-" + bit / BITS_PER_COUNTER,
            true,
            1L << bit % BITS_PER_COUNTER,
            "",
            false);
      }
      return new Request(
          counter("keyed", 20),
          true,
          1 + random.nextInt(9),
          prefix + "key-" + keyCount.getAndIncrement(),
          false);
    }

    private String counter(final String name, final int count) {
      return prefix + name + '-' + random.nextInt(count);
    }

    private byte[] encode(final Request request) {
      if (!request.write) {
        return HttpConnection.get(request.counter);
      }
      return HttpConnection.increment(
          request.counter, request.amount, request.key.isEmpty() ? null : request.key);
    }

    private void onAnswer(final Request request, final long startNs, final Answer answer) {
      final long endNs = System.nanoTime();
      if (!cluster.wasDisturbedSince(node, startNs)) {
        slowestNs = Math.max(slowestNs, endNs - startNs);
      }
      if (!answer.counterId().equals(request.counter)) {
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
            case NOT_APPLIED -> !request.write || answer.isNotApplied();
            case UNKNOWN -> answer.status() == 504 && (!request.write || answer.isUnknown());
          };
      if (!says) {
        complaints.add(request + " got " + answer);
      }
      record(request, startNs, endNs, fate, answer);
    }

    /** The request may be read and answered much later, so that it never ends. */
    private void onNoAnswer(final Request request, final long startNs) {
      record(request, startNs, Long.MAX_VALUE, Fate.UNKNOWN, null);
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
              request.counter,
              request.write,
              request.amount,
              request.key,
              startNs,
              endNs,
              fate,
              applied ? answer.value() : 0,
              applied ? answer.incarnation() : 0,
              applied && answer.replayed()));
      if (!request.key.isEmpty()) {
        resolve(request, fate);
      }
    }

    /** What follows an unknown outcome is repeated until it is applied. */
    private void resolve(final Request request, final Fate fate) {
      if (fate == Fate.APPLIED) {
        if (request.repeated) {
          unresolvedKeys.decrementAndGet();
        }
      } else if (request.repeated) {
        repeats.add(request);
      } else if (fate == Fate.UNKNOWN) {
        unresolvedKeys.incrementAndGet();
        repeats.add(request.again());
      }
    }
  }
}
