package io.tally.counter;

/**
 * What a read of a counter has shown, and what it would show later if nobody changed the counter.
 * Immutable.
 *
 * @param value of the counter; of a rate limit, what was used of the burst, rounded up.
 * @param ttlMs milliseconds until it ends, rounded up; 0 if it does not.
 * @param interval of a rate limit, as its row has it; 0 of any other counter.
 */
public record ReadCounter(long value, long ttlMs, long interval) {
  /**
   * The value later: 0 if the counter has ended by then.
   *
   * @param passedMs milliseconds since it was read.
   * @return the value, exactly; of a rate limit, as it was at most a millisecond before.
   */
  public long valueAfter(final long passedMs) {
    if (ttlMs == 0) {
      return value;
    }
    if (passedMs >= ttlMs) {
      return 0;
    }
    return interval == 0 ? value : Gcra.usedLater(value, ttlMs, passedMs, interval);
  }

  /**
   * The time left later.
   *
   * @param passedMs milliseconds since it was read.
   * @return milliseconds, rounded up; 0 if it does not end, or has ended by then.
   */
  public long ttlMsAfter(final long passedMs) {
    return Math.max(0, ttlMs - passedMs);
  }
}
