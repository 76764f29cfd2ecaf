package io.tally.rig;

import io.tally.system.HttpConnection;

/** Sets a counter to a value that no other write sets it to, or deletes it where that is 0. */
record Replace(String counter, long value) implements Call {
  @Override
  public Kind kind() {
    return value == 0 ? Kind.DELETE : Kind.SET;
  }

  @Override
  public byte[] encode(final String key) {
    return value == 0
        ? HttpConnection.request("DELETE", "/counter/" + counter, "", key)
        : HttpConnection.request("PUT", "/counter/" + counter, "{\"value\":" + value + "}", key);
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    if (attempt.applied() && value != 0 && attempt.answer().value() != value) {
      records.complain(this + " got " + attempt.answer());
    }
    records.add(replacement(counter, value, attempt));
  }

  /** What an attempt at it tells. */
  static Replacement replacement(final String counter, final long value, final Attempt attempt) {
    final long previous =
        !attempt.applied()
            ? 0
            : value == 0 ? attempt.answer().value() : attempt.answer().number("previous", 0);
    return new Replacement(
        counter,
        value,
        previous,
        attempt.key(),
        attempt.startNs(),
        attempt.endNs(),
        attempt.fate(),
        attempt.incarnation(),
        attempt.replayed());
  }
}
