package io.tally.counter;

import io.tally.engine.Budget;

/** What a table asks its {@link CounterLimit} for, in one question. */
final class CounterBudget implements Budget {
  private final CounterLimit limit;
  private int counters;
  private long bytes;

  CounterBudget(final CounterLimit limit) {
    this.limit = limit;
  }

  CounterBudget wanting(final int wantedCounters, final long wantedBytes) {
    counters = wantedCounters;
    bytes = wantedBytes;
    return this;
  }

  @Override
  public boolean tryTake() {
    return limit.tryTake(counters, bytes);
  }

  @Override
  public void take() {
    limit.take(counters, bytes);
  }
}
