package io.tally.counter;

import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.TtlMode;
import io.tally.engine.Ingress;

/**
 * What a write asks for beyond the plain increment. To be filled, given to one {@link
 * CounterProxy#write}, which copies it, and cleared for the next. Each {@link CounterOperation}
 * reads the parts that concern it. Not thread-safe.
 */
public final class CounterRequest {
  /** The longest duration in milliseconds: 36,500 days. */
  public static final long MAX_DURATION_MS = 36_500L * 24 * 60 * 60 * 1000;

  int keyItem;
  Condition condition;
  long conditionIncarnation;
  long conditionVersion;
  TtlMode ttlMode;
  long ttlMs;
  long amount;
  long min;
  long max;
  boolean hasMin;
  boolean hasMax;
  boolean saturate;
  long value;
  long limit;
  long windowMs;
  long cost;
  long burst;

  /** Creates a cleared request. */
  public CounterRequest() {
    clear();
  }

  /**
   * Forgets everything: no condition, no bounds, a deadline is kept as it is, amount and cost are
   * 1, all else is 0.
   *
   * @return this.
   */
  public CounterRequest clear() {
    keyItem = 0;
    condition(Condition.NONE);
    keepTtl();
    amount = 1;
    min = 0;
    max = 0;
    hasMin = false;
    hasMax = false;
    saturate = false;
    value = 0;
    limit = 0;
    windowMs = 0;
    cost = 1;
    burst = 0;
    return this;
  }

  /**
   * Which of several items for its counter, all under one idempotency key, the write is. The key of
   * an item is never taken for that of a request of its own.
   *
   * @param item from 1 to {@link Ingress#MAX_KEY_ITEM}; 0 for a request of its own.
   * @return this.
   */
  public CounterRequest keyItem(final int item) {
    keyItem = item;
    return this;
  }

  /**
   * What to add, for an increment.
   *
   * @param toAdd any number.
   * @return this.
   */
  public CounterRequest amount(final long toAdd) {
    amount = toAdd;
    return this;
  }

  /**
   * The least value that an increment may lead to.
   *
   * @param bound not above {@link #max(long)}, if that is set.
   * @return this.
   */
  public CounterRequest min(final long bound) {
    min = bound;
    hasMin = true;
    return this;
  }

  /**
   * The greatest value that an increment may lead to.
   *
   * @param bound not below {@link #min(long)}, if that is set.
   * @return this.
   */
  public CounterRequest max(final long bound) {
    max = bound;
    hasMax = true;
    return this;
  }

  /**
   * Whether an increment goes as far as a bound if the sum lies beyond it, rather than not at all.
   * Where no bound is set, the ends of 64 bits are bounds.
   *
   * @param untilBound true to do so.
   * @return this.
   */
  public CounterRequest saturate(final boolean untilBound) {
    saturate = untilBound;
    return this;
  }

  /**
   * What a counter is set to.
   *
   * @param newValue any number.
   * @return this.
   */
  public CounterRequest value(final long newValue) {
    value = newValue;
    return this;
  }

  /**
   * An increment or a set leaves the deadline as it is, which is so after {@link #clear()}.
   *
   * @return this.
   */
  public CounterRequest keepTtl() {
    return ttl(TtlMode.KEEP, 0);
  }

  /**
   * An increment or a set takes the deadline away.
   *
   * @return this.
   */
  public CounterRequest clearTtl() {
    return ttl(TtlMode.CLEAR, 0);
  }

  /**
   * An increment or a set gives a deadline to a counter that has none.
   *
   * @param fromNowMs milliseconds, 1 to {@link #MAX_DURATION_MS}.
   * @return this.
   */
  public CounterRequest ttlOnce(final long fromNowMs) {
    return ttl(TtlMode.ONCE, checked("ttl", fromNowMs, 1, MAX_DURATION_MS));
  }

  /**
   * An increment or a set gives a deadline to the counter, whether it has one or not.
   *
   * @param fromNowMs milliseconds, 1 to {@link #MAX_DURATION_MS}.
   * @return this.
   */
  public CounterRequest ttlAlways(final long fromNowMs) {
    return ttl(TtlMode.ALWAYS, checked("ttl", fromNowMs, 1, MAX_DURATION_MS));
  }

  /**
   * A quota of windows that follow each other: at most so much is taken in each. A window begins
   * with the first cost that is taken after the last one ended, so that at most twice the limit is
   * taken in any time of one window's length.
   *
   * @param perWindow what may be taken, at least 1.
   * @param lengthMs of a window in milliseconds, 1 to {@link #MAX_DURATION_MS}.
   * @return this.
   */
  public CounterRequest window(final long perWindow, final long lengthMs) {
    limit = checked("limit", perWindow, 1, Long.MAX_VALUE);
    windowMs = checked("window", lengthMs, 1, MAX_DURATION_MS);
    burst = 0;
    return this;
  }

  /**
   * A quota that refills evenly, by the generic cell rate algorithm: in any time d, at most burst +
   * ⌊d · limit ÷ window⌋ is taken. So much of a burst counts as takes {@link #MAX_DURATION_MS} to
   * refill, and no more.
   *
   * @param perWindow what refills in a window, at least 1.
   * @param lengthMs of a window in milliseconds, 1 to {@link #MAX_DURATION_MS}.
   * @param atOnce the burst, at least 1.
   * @return this.
   */
  public CounterRequest rate(final long perWindow, final long lengthMs, final long atOnce) {
    window(perWindow, lengthMs);
    burst = checked("burst", atOnce, 1, Long.MAX_VALUE);
    return this;
  }

  /**
   * What is to be taken of a quota, as a whole or not at all.
   *
   * @param toTake not negative; 0 only asks what remains, and is never refused.
   * @return this.
   */
  public CounterRequest cost(final long toTake) {
    cost = checked("cost", toTake, 0, Long.MAX_VALUE);
    return this;
  }

  /**
   * A condition that needs no version.
   *
   * @param kind {@link Condition#NONE}, {@link Condition#IF_EXISTS} or {@link Condition#IF_ABSENT}.
   * @return this.
   */
  public CounterRequest condition(final Condition kind) {
    return condition(kind, 0, 0);
  }

  /**
   * A condition. Any write can have one, and is answered {@code PRECONDITION_FAILED} if it does not
   * hold.
   *
   * @param kind any.
   * @param incarnation of the shard, as told with an earlier answer.
   * @param version of the counter, as told in that answer.
   * @return this.
   */
  public CounterRequest condition(
      final Condition kind, final long incarnation, final long version) {
    condition = kind;
    conditionIncarnation = incarnation;
    conditionVersion = version;
    return this;
  }

  private CounterRequest ttl(final TtlMode mode, final long fromNowMs) {
    ttlMode = mode;
    ttlMs = fromNowMs;
    return this;
  }

  private static long checked(
      final String what, final long number, final long least, final long most) {
    if (number < least || number > most) {
      throw new IllegalArgumentException(what + " out of range: " + number);
    }
    return number;
  }
}
