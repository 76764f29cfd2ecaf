package io.tally.rig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * Clients of the cluster, some for each node. Everything is recorded. Requests with an idempotency
 * key whose outcome is unknown are repeated, at once or later, by whichever client is next, until
 * they are answered or their key may be forgotten; some that were answered are repeated too. Where
 * state is kept, those that were refused are repeated as well, so that none of them ends in an
 * error; so are batches, of which some items may have been applied.
 */
final class Workload {
  private static final int CLIENTS_PER_NODE = 3;

  /** What a busy machine may add between the decision to send and the sending. */
  private static final long KEY_MARGIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(300);

  /**
   * Where much is refused while a node is away, or of another build: leaves room for other load.
   */
  private static final long LONG_RETRY_NS = TimeUnit.SECONDS.toNanos(1);

  private static final long MAX_ECHO_NS = TimeUnit.SECONDS.toNanos(4);

  private final Setup setup;
  private final CallMix mix;
  private final Outcomes outcomes = new Outcomes();
  private final Later later = new Later();
  private final AtomicLong unresolvedKeys = new AtomicLong();
  private final List<RigClient> clients = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * Starts clients.
   *
   * @param cluster that they load.
   * @param prefix of their counters and keys.
   * @param seed of their choices.
   */
  Workload(final RigCluster cluster, final String prefix, final long seed) {
    mix = new CallMix(prefix);
    setup = cluster.setup();
    for (int i = 0; i < cluster.nodeCount() * CLIENTS_PER_NODE; i++) {
      clients.add(new RigClient(this, cluster, i % cluster.nodeCount(), new Random(seed + i)));
    }
    clients.forEach(RigClient::start);
  }

  /** Ends the load once every keyed request is answered or given up, or the time has passed. */
  void stop(final Duration limit) {
    stopping = true;
    final long untilNs = System.nanoTime() + limit.toNanos();
    for (final RigClient client : clients) {
      if (!client.join(untilNs)) {
        throw new AssertionError(
            "load did not end; keyed requests without an answer: " + unresolvedKeys);
      }
    }
  }

  boolean isOver() {
    return stopping && unresolvedKeys.get() == 0;
  }

  /** Null if there is nothing to send just now. */
  Request next(final Random random) {
    final long nowNs = System.nanoTime();
    for (Request due = later.poll(nowNs); due != null; due = later.poll(nowNs)) {
      if (due.keyed() && nowNs - due.firstSentNs() > keyWindowNs()) {
        giveUp(due);
      } else if (!stopping || due.purpose() == Request.Purpose.RESOLVE) {
        return due;
      }
    }
    return stopping ? null : mix.next(random);
  }

  private long keyWindowNs() {
    return setup.keyWindow().toNanos() - KEY_MARGIN_NS;
  }

  private void giveUp(final Request request) {
    if (request.purpose() == Request.Purpose.RESOLVE) {
      unresolvedKeys.decrementAndGet();
      outcomes.add(request.call().kind(), Ending.GIVEN_UP);
    }
  }

  void onApplied(final Request request, final Random random) {
    if (request.purpose() == Request.Purpose.RESOLVE) {
      unresolvedKeys.decrementAndGet();
      outcomes.add(request.call().kind(), Ending.SETTLED);
    } else if (request.keyed()
        && request.purpose() == Request.Purpose.FRESH
        && random.nextInt(4) == 0) {
      final long withinNs = Math.min(MAX_ECHO_NS, keyWindowNs());
      later.add(
          System.nanoTime() + (long) (withinNs * random.nextDouble()),
          request.as(Request.Purpose.ECHO));
    }
  }

  void onRefused(final Request request, final Random random) {
    if (request.purpose() != Request.Purpose.FRESH) {
      again(request, random);
    } else if (request.keyed() && (setup.keepsState() || request.call() instanceof Batch)) {
      unresolvedKeys.incrementAndGet();
      again(request.as(Request.Purpose.RESOLVE), random);
    }
  }

  /** What follows an unknown outcome. */
  void onUnknown(final Request request, final long sentNs, final Random random) {
    if (request.keyed() && request.purpose() == Request.Purpose.FRESH) {
      unresolvedKeys.incrementAndGet();
      final Request repeat = request.as(Request.Purpose.RESOLVE);
      if (random.nextBoolean()) {
        later.add(sentNs, repeat);
      } else {
        again(repeat, random);
      }
    } else if (request.purpose() != Request.Purpose.FRESH) {
      again(request, random);
    }
    for (final String counter : request.call().ofPowers()) {
      later.add(sentNs + setup.settledAfter().toNanos(), Request.settle(counter));
    }
  }

  private void again(final Request request, final Random random) {
    final boolean isMuch = setup.keepsState() || request.call() instanceof Batch;
    final long withinNs = isMuch ? LONG_RETRY_NS : RETRY_NS;
    later.add(System.nanoTime() + (long) (withinNs * random.nextDouble()), request);
  }

  /** How all requests ended. */
  Outcomes outcomes() {
    return outcomes;
  }

  /** Of all clients, which have ended. */
  Records records() {
    final Records all = new Records();
    clients.forEach(client -> all.addAll(client.records()));
    return all;
  }

  /** When a client last got anything but a 200; the start, if none ever did. */
  long lastFailureNs() {
    return max(RigClient::lastFailureNs);
  }

  /** Longest time to an answer of a node whose process was not stopped meanwhile. */
  long slowestNs() {
    return max(RigClient::slowestNs);
  }

  /** Answers of status 504. */
  long timeouts() {
    return values(RigClient::timeouts).sum();
  }

  /** Requests sent on a connection that was good, and never answered. */
  long unanswered() {
    return values(RigClient::unanswered).sum();
  }

  private long max(final ToLongFunction<RigClient> value) {
    return values(value).max().orElse(0);
  }

  private LongStream values(final ToLongFunction<RigClient> value) {
    return clients.stream().mapToLong(value);
  }
}
