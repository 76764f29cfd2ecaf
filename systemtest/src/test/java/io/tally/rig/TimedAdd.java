package io.tally.rig;

import io.tally.system.HttpConnection;
import java.util.concurrent.TimeUnit;

/** Adds to a counter that ends so long after its first add. */
record TimedAdd(String counter, long amount, long ttlMs) implements Call {
  /** Longer than any run, and than any step of a clock. */
  static final long LONG_MS = TimeUnit.DAYS.toMillis(30);

  private static final long NEVER_REACHED = 1L << 50;

  @Override
  public Kind kind() {
    return Kind.ADD_WITH_TTL;
  }

  @Override
  public byte[] encode(final String key) {
    return HttpConnection.request(
        "POST",
        "/counter/" + counter + "/increment",
        "{\"amount\":" + amount + ",\"ttl_ms\":" + ttlMs + "}",
        key);
  }

  /**
   * It is a window but for the limit: so it is checked as one that is never full. One that lasts
   * longer than the run shows whether the time of its shard jumps.
   */
  @Override
  public void record(final Attempt attempt, final Records records) {
    Take.record(counter, new Quota(NEVER_REACHED, ttlMs, 0), amount, attempt, records);
    if (ttlMs == LONG_MS) {
      records.add(attempt.operation(counter, true, amount));
    }
  }
}
