package io.tally.rig;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** What clients ask for, chosen by chance: some of each {@link Kind}. Thread-safe. */
final class CallMix {
  /** Every write to a counter that is named so adds a power of four of its own. */
  private static final String OF_POWERS = "powers-";

  private static final int WRITES_PER_COUNTER = 24;

  /** Less than is asked for on the slowest machine, so that some is refused. */
  private static final Quota WINDOW = new Quota(4, 700, 0);

  private static final Quota RATE = new Quota(2, 1_000, 2);

  private static final int SHORT_TTL_MS = 700;

  private final String prefix;
  private final Versions versions = new Versions();
  private final AtomicLong powerCount = new AtomicLong();
  private final AtomicLong atomicCount = new AtomicLong();
  private final AtomicLong valueCount = new AtomicLong();
  private final AtomicLong keyCount = new AtomicLong();

  CallMix(final String prefix) {
    this.prefix = prefix;
  }

  /** Whether the values of this counter tell its writes apart. */
  static boolean isOfPowers(final String counter) {
    return counter.contains(OF_POWERS);
  }

  Request next(final Random random) {
    final int kind = random.nextInt(160);
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
    } else if (kind < 100) {
      return Request.fresh(nextPower(), kind < 85 ? "" : nextKey());
    } else if (kind < 104) {
      return Request.fresh(new Page(prefix + "powers", 20, ""), "");
    } else if (kind < 124) {
      return Request.fresh(timed(kind - 104, random), nextKey());
    } else if (kind < 145) {
      return Request.fresh(replacing(kind - 124, random), nextKey());
    }
    return Request.fresh(batch(kind - 145, random), nextKey());
  }

  /** Limits, bounds, and counters that end. */
  private Call timed(final int kind, final Random random) {
    if (kind < 4) {
      return new Take(counter("window", 2, random), WINDOW, 1 + random.nextInt(3));
    } else if (kind < 8) {
      return new Take(counter("rate", 2, random), RATE, 1);
    } else if (kind < 11) {
      return new BoundedAdd(counter("capped", 5, random), 1 + random.nextInt(9), 200, false);
    } else if (kind < 14) {
      return new BoundedAdd(
          counter("stock", 5, random), random.nextInt(19) - 9, 30, random.nextBoolean());
    } else if (kind < 17) {
      return new TimedAdd(counter("short", 3, random), 1 + random.nextInt(9), SHORT_TTL_MS);
    }
    return new TimedAdd(counter("lasting", 6, random), 1 + random.nextInt(9), TimedAdd.LONG_MS);
  }

  /** Sets and deletes, half of them where nothing has changed meanwhile. */
  private Call replacing(final int kind, final Random random) {
    final boolean deletes = random.nextInt(5) == 0;
    if (kind < 10) {
      return new Replace(counter("set", 10, random), deletes ? 0 : valueCount.incrementAndGet());
    }
    final String counter = counter("compared", 5, random);
    final Versions.Version expected = versions.of(counter);
    return new CompareAndReplace(
        counter,
        deletes && !expected.isAbsent() ? 0 : valueCount.incrementAndGet(),
        expected,
        versions);
  }

  private Call batch(final int kind, final Random random) {
    if (kind < 9) {
      return Batch.of(List.of(nextPower(), keyedAdd(random), nextPower(), keyedAdd(random)));
    }
    final long number = atomicCount.getAndIncrement();
    final long power = power(number);
    return Batch.atomic(
        List.of(
            new Add(tagged(number, "a"), power),
            new Add(tagged(number, "b"), power),
            new Add(tagged(number, "c"), power)));
  }

  private String tagged(final long number, final String name) {
    return "{" + prefix + "tag-" + number / WRITES_PER_COUNTER + "}" + OF_POWERS + name;
  }

  private Add keyedAdd(final Random random) {
    return new Add(counter("keyed", 20, random), 1 + random.nextInt(9));
  }

  /** One that no other write to its counter makes. */
  private Add nextPower() {
    final long number = powerCount.getAndIncrement();
    return new Add(ofPowers(number), power(number));
  }

  private String ofPowers(final long number) {
    return prefix + OF_POWERS + number / WRITES_PER_COUNTER;
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
}
