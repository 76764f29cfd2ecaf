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
 * @param bornValue the counter's value when the incarnation began: not 0 where it was set back to
 *     an older state.
 */
public record Life(
    String key,
    long incarnation,
    long born,
    long died,
    boolean finalValueKnown,
    long finalValue,
    long bornValue) {
  /**
   * An incarnation that began with nothing.
   *
   * @param key names the counter.
   * @param incarnation of its shard.
   * @param born time at which the incarnation could first be reached.
   * @param died time after which it answered nothing more; {@link Long#MAX_VALUE} if it lives.
   * @param finalValueKnown whether the last value could be read.
   * @param finalValue the counter's last value in this incarnation.
   */
  public Life(
      final String key,
      final long incarnation,
      final long born,
      final long died,
      final boolean finalValueKnown,
      final long finalValue) {
    this(key, incarnation, born, died, finalValueKnown, finalValue, 0);
  }

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
