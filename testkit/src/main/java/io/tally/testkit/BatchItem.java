package io.tally.testkit;

/**
 * One of the increments of a batch. Those for one counter share their identity. No two are equal,
 * even without a key.
 */
final class BatchItem {
  private final long identity;
  private final Entity counter;
  private final int ordinal;

  /** The ordinal counts the items for this counter, from 1; 0 for one without a key. */
  BatchItem(final long identity, final Entity counter, final int ordinal) {
    this.identity = identity;
    this.counter = counter;
    this.ordinal = ordinal;
  }

  long identity() {
    return identity;
  }

  Entity counter() {
    return counter;
  }

  int ordinal() {
    return ordinal;
  }

  @Override
  public String toString() {
    return "item " + ordinal + " of batch " + identity + " for " + counter.name();
  }
}
