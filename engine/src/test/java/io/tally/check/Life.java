package io.tally.check;

/**
 * One incarnation of the shard of a counter: when it lived, and what was left in the end.
 *
 * @param key names the counter.
 * @param incarnation of its shard.
 * @param born time at which the incarnation could first be reached.
 * @param died time after which it answered nothing more; {@link Long#MAX_VALUE} if it lives.
 * @param finalValueKnown whether the last value could be read.
 * @param finalValue the counter's last value in this incarnation.
 */
public record Life(
    String key, long incarnation, long born, long died, boolean finalValueKnown, long finalValue) {
  /** Whether a copy of the operation may have reached this incarnation. */
  boolean mayHaveSeen(final Operation operation) {
    return operation.key().equals(key) && operation.start() <= died && operation.end() >= born;
  }

  boolean answered(final Operation operation) {
    return operation.isApplied()
        && operation.incarnation() == incarnation
        && operation.key().equals(key);
  }
}
