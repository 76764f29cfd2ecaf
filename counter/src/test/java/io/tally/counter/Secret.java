package io.tally.counter;

import io.tally.engine.IdHash;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Secrets of tables, each another one: nothing that a test expects may depend on them. */
final class Secret {
  private static final AtomicLong COUNT = new AtomicLong();

  private Secret() {}

  static IdHash next() {
    return new IdHash(new SplittableRandom(COUNT.incrementAndGet())::nextLong);
  }
}
