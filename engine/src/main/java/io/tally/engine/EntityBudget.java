package io.tally.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Places for the {@link TimedEntities} that the shards of a process keep on its heap, all together.
 * An entity takes its place when it is made, and gives it back when it ends. Thread-safe.
 */
final class EntityBudget implements Budget {
  // What an entity can cost at most, with references of 8 bytes: 56 itself, 312 its id of 256 bytes
  // as a text, 24 its boxed number, 208 a node in each of two maps that have become trees, 64 their
  // slots and the old ones when they have just doubled, 123 its timer, 8 in a snapshot and there 56
  // once more if it has changed meanwhile.
  private static final int BYTES = 856;

  /** The share of the heap that all of them take at most: others plan for more than half of it. */
  private static final int HEAP_SHARE = 4;

  private final AtomicLong taken = new AtomicLong();
  private final LongAdder refusals = new LongAdder();
  private final long places;

  EntityBudget(final long places) {
    this.places = places;
  }

  static EntityBudget within(final ServiceMemory memory) {
    return new EntityBudget(memory.heapBytes() / HEAP_SHARE / BYTES);
  }

  long places() {
    return places;
  }

  long refusals() {
    return refusals.sum();
  }

  @Override
  public boolean tryTake() {
    if (taken.incrementAndGet() <= places) {
      return true;
    }
    taken.decrementAndGet();
    refusals.increment();
    return false;
  }

  @Override
  public void take() {
    taken.incrementAndGet();
  }

  void release(final long count) {
    taken.addAndGet(-count);
  }
}
