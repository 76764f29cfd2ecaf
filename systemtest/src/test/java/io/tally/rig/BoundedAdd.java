package io.tally.rig;

import io.tally.system.HttpConnection;

/** Adds to a counter which no write takes out of the range from 0 to a maximum. */
record BoundedAdd(String counter, long amount, long max, boolean saturate) implements Call {
  @Override
  public Kind kind() {
    return Kind.BOUNDED_ADD;
  }

  @Override
  public byte[] encode(final String key) {
    return HttpConnection.request(
        "POST",
        "/counter/" + counter + "/increment",
        "{\"amount\":" + amount + ",\"min\":0,\"max\":" + max + ",\"saturate\":" + saturate + "}",
        key);
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    records.add(
        attempt.operation(
            counter, true, attempt.applied() ? attempt.answer().number("applied", 0) : amount));
    records.addBound(counter, max);
    if (attempt.applied() && (attempt.answer().value() < 0 || attempt.answer().value() > max)) {
      records.complain(this + " took the value to " + attempt.answer().value());
    }
  }
}
