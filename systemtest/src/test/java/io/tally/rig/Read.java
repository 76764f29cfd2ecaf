package io.tally.rig;

import io.tally.system.HttpConnection;

/** Reads a counter. */
record Read(String counter) implements Call {
  @Override
  public Kind kind() {
    return Kind.READ;
  }

  @Override
  public boolean write() {
    return false;
  }

  @Override
  public byte[] encode(final String key) {
    return HttpConnection.get(counter);
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    records.add(attempt.operation(counter, false, 0));
  }
}
