package io.tally.transport.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Makes the incarnations of a node and of its shards' new lives: each of the wall clock, and above
 * all that are known: those made here before, those that peers name, and those in restored state.
 * Thread-safe.
 */
public final class IncarnationSource {
  private final WallClock wallClock;
  private final LongSupplier random;
  private final AtomicLong highest = new AtomicLong();

  /**
   * Creates a source.
   *
   * @param wallClock of the node, which its hellos name; it counts as having shown the time of
   *     every incarnation that is known, so that peers believe in what is above.
   * @param floor highest incarnation in restored state, whether of the node, of a shard, or of a
   *     lane's origin; 0 if there is none.
   * @param random gives unpredictable low bits.
   */
  public IncarnationSource(final WallClock wallClock, final long floor, final LongSupplier random) {
    this.wallClock = wallClock;
    this.random = random;
    onKnown(floor);
  }

  /**
   * Learns of an incarnation of the node or of one of its shards, or of an origin of their lanes.
   *
   * @param incarnation above which all are that are made from now on.
   */
  public void onKnown(final long incarnation) {
    highest.accumulateAndGet(incarnation, Math::max);
    wallClock.onKnownIncarnation(incarnation);
  }

  /**
   * Makes an incarnation.
   *
   * @return above all that are known.
   */
  public long next() {
    while (true) {
      final long known = highest.get();
      final long timely = Incarnation.of(wallClock.time(), random.getAsLong());
      final long next = timely > known ? timely : Incarnation.above(known, random.getAsLong());
      if (highest.compareAndSet(known, next)) {
        return next;
      }
    }
  }
}
