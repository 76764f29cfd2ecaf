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

  /** Every write to such a counter adds a power of four of its own. */
  private static final int WRITES_PER_COUNTER = 24;

  /** What a busy machine may add between the decision to send and the sending. */
  private static final long KEY_MARGIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(300);

  /** Where all that is refused while a node is away comes again, and leaves room for other load. */
  private static final long LONG_RETRY_NS = TimeUnit.SECONDS.toNanos(1);

  private static final long MAX_ECHO_NS = TimeUnit.SECONDS.toNanos(4);

  /** Kinds of load that a node of any version knows, out of all. */
  private static final int PLAIN = 100;

  private static final int ALL = 130;

  /** Less than is asked for, so that some is refused. */
  private static final Quota WINDOW = new Quota(10, 700, 0);

  private static final Quota RATE = new Quota(10, 1_000, 3);

  private final Setup setup;
  private final boolean plain;
  private final String prefix;
  private final Later later = new Later();
  private final AtomicLong powerCount = new AtomicLong();
  private final AtomicLong atomicCount = new AtomicLong();
  private final AtomicLong valueCount = new AtomicLong();
  private final AtomicLong keyCount = new AtomicLong();
  private final AtomicLong unresolvedKeys = new AtomicLong();
  private final List<RigClient> clients = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * Starts clients.
   *
   * @param cluster that they load.
   * @param prefix of their counters and keys.
   * @param seed of their choices.
   * @param plain whether they leave out what an older version does not know.
   */
  Workload(final RigCluster cluster, final String prefix, final long seed, final boolean plain) {
    this.prefix = prefix;
    this.plain = plain;
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
    return stopping ? null : fresh(random);
  }

  private long keyWindowNs() {
    return setup.keyWindow().toNanos() - KEY_MARGIN_NS;
  }

  private void giveUp(final Request request) {
    if (request.purpose() == Request.Purpose.RESOLVE) {
      unresolvedKeys.decrementAndGet();
    }
  }

  private Request fresh(final Random random) {
    final int kind = random.nextInt(plain ? PLAIN : ALL);
    if (kind < 10) {
      return Request.fresh(new Read(counter("plain", 40, random)), "");
    } else if (kind < 40) {
      return Request.fresh(new Add(counter("plain", 40, random), 1), "");
    } else if (kind < 50) {
      return Request.fresh(new Add(counter("amounts", 10, random), random.nextInt(100)), "");
    } else if (kind < 60) {
      return Request.fresh(new Add(counter("signed", 10, random), random.nextInt(201) - 100), "");
    } else if (kind < 70) {
      return Request.fresh(keyedAdd(random), nextKey());
    } else if (kind < PLAIN) {
      return Request.fresh(nextPower(), kind < 85 ? "" : nextKey());
    }
    return Request.fresh(withOptions(kind - PLAIN, random), nextKey());
  }

  private Call withOptions(final int kind, final Random random) {
    if (kind < 4) {
      return new Take(counter("window", 3, random), WINDOW, 1 + random.nextInt(3));
    } else if (kind < 8) {
      return new Take(counter("rate", 3, random), RATE, 1);
    } else if (kind < 11) {
      return new BoundedAdd(counter("capped", 5, random), 1 + random.nextInt(9), 200, false);
    } else if (kind < 14) {
      return new BoundedAdd(
          counter("stock", 5, random), random.nextInt(19) - 9, 30, random.nextBoolean());
    } else if (kind < 20) {
      final long value = random.nextInt(5) == 0 ? 0 : valueCount.incrementAndGet();
      return new Replace(counter("set", 10, random), value);
    } else if (kind < 26) {
      return Batch.of(List.of(nextPower(), keyedAdd(random), nextPower(), keyedAdd(random)));
    }
    final long number = atomicCount.getAndIncrement();
    final String tag = "{" + prefix + "tag-" + number / WRITES_PER_COUNTER + "}powers-";
    final long power = power(number);
    return Batch.atomic(
        List.of(new Add(tag + "a", power), new Add(tag + "b", power), new Add(tag + "c", power)));
  }

  private Add keyedAdd(final Random random) {
    return new Add(counter("keyed", 20, random), 1 + random.nextInt(9));
  }

  /** One that no other write to its counter makes. */
  private Add nextPower() {
    final long number = powerCount.getAndIncrement();
    return new Add(prefix + "powers-" + number / WRITES_PER_COUNTER, power(number));
  }

  private static long power(final long number) {
    return 1L << 2 * (number % WRITES_PER_COUNTER);
  }

  private String counter(final String name, final int count, final Random random) {
    return prefix + name + '-' + random.nextInt(count);
  }

  private String nextKey() {
    return prefix + "key-" + keyCount.getAndIncrement();
  }

  /** Whether the values of this counter tell its writes apart. */
  static boolean isOfPowers(final String counter) {
    return counter.contains("powers-");
  }

  void onApplied(final Request request, final Random random) {
    if (request.purpose() == Request.Purpose.RESOLVE) {
      unresolvedKeys.decrementAndGet();
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
    final long withinNs = setup.keepsState() ? LONG_RETRY_NS : RETRY_NS;
    later.add(System.nanoTime() + (long) (withinNs * random.nextDouble()), request);
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
