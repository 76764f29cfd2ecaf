package io.tally.testkit;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** Virtual time, and what is going to happen in it. */
final class World {
  private static final int MAX_EVENTS = 1_000_000;

  private record Event(long atNs, long sequence, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(final Event other) {
      final int byTime = Long.compare(atNs, other.atNs);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final SplittableRandom random;
  private long nowNs;
  private long lastStamp;
  private int eventCount;

  World(final SplittableRandom random) {
    this.random = random;
  }

  long nowNs() {
    return nowNs;
  }

  /** A time that no other event has: about now, and above all stamps before. */
  long stamp() {
    lastStamp = Math.max(lastStamp + 1, nowNs);
    return lastStamp;
  }

  void after(final long delayNs, final Runnable action) {
    events.add(new Event(nowNs + Math.max(0, delayNs), eventCount++, action));
    if (eventCount > MAX_EVENTS) {
      throw new IllegalStateException("the history does not come to its end");
    }
  }

  /**
   * Lets everything happen that is due until a time, which may move meanwhile. Called inside an
   * event, it is what happens while that event lasts.
   */
  void runUntil(final LongSupplier untilNs) {
    for (Event next = events.peek();
        next != null && next.atNs <= untilNs.getAsLong();
        next = events.peek()) {
      events.poll();
      nowNs = Math.max(nowNs, next.atNs);
      next.action.run();
    }
    nowNs = Math.max(nowNs, untilNs.getAsLong());
  }

  boolean chance(final double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  int nextInt(final int bound) {
    return random.nextInt(bound);
  }

  long nextLong() {
    return random.nextLong();
  }

  /** A number from 0 to the bound, which is positive; small ones are as likely as large ones. */
  long skewed(final long boundNs) {
    final double unit = random.nextDouble();
    return (long) (unit * unit * unit * boundNs);
  }

  long between(final long fromNs, final long toNs) {
    return fromNs >= toNs ? fromNs : random.nextLong(fromNs, toNs);
  }
}
