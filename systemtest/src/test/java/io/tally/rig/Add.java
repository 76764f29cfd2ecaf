package io.tally.rig;

import io.tally.system.HttpConnection;

/** Adds to a counter. */
record Add(String counter, long amount) implements Call {
  @Override
  public Kind kind() {
    return Kind.ADD;
  }

  @Override
  public byte[] encode(final String key) {
    return HttpConnection.increment(counter, amount, key);
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    records.add(attempt.operation(counter, true, amount));
  }
}
