package io.tally.check;

/**
 * One request as its client saw it.
 *
 * @param key names the counter.
 * @param write whether it adds, or only reads.
 * @param amount what it adds; 0 for reads and for writes that were answered and changed nothing.
 * @param idempotencyKey that it carried, or empty.
 * @param start time before it was sent, of a clock that all clients of the history share.
 * @param end time after its answer had come or it was given up.
 * @param fate what the client knows of it.
 * @param value the counter's value after it, if {@link Fate#APPLIED}.
 * @param incarnation of the shard that answered, if {@link Fate#APPLIED}.
 * @param replayed the answer was recorded for an earlier request with the same idempotency key.
 */
public record Operation(
    String key,
    boolean write,
    long amount,
    String idempotencyKey,
    long start,
    long end,
    Fate fate,
    long value,
    long incarnation,
    boolean replayed) {
  boolean isApplied() {
    return fate == Fate.APPLIED;
  }

  /** Whether the add itself ran for this very request. */
  boolean isAppliedWrite() {
    return write && isApplied() && !replayed;
  }
}
