package io.tally.rig;

import java.util.concurrent.TimeUnit;

/**
 * What a client sends.
 *
 * @param counter by its id.
 * @param write whether it adds, or only reads.
 * @param amount what it adds.
 * @param key with which it counts once, or empty.
 * @param purpose why it is sent.
 * @param firstSentNs when its key was first sent; 0 before that.
 */
record Request(
    String counter, boolean write, long amount, String key, Purpose purpose, long firstSentNs) {
  /** Why a request is sent. */
  enum Purpose {
    /** As load. */
    FRESH,
    /** To learn what became of an earlier one with its key; repeated until it is answered. */
    RESOLVE,
    /** Although an earlier one with its key was answered. */
    ECHO,
    /** A read that settles an earlier write. */
    SETTLE
  }

  static Request read(final String counter, final Purpose purpose) {
    return new Request(counter, false, 0, "", purpose, 0);
  }

  static Request write(final String counter, final long amount, final String key) {
    return new Request(counter, true, amount, key, Purpose.FRESH, 0);
  }

  boolean keyed() {
    return !key.isEmpty();
  }

  /** The same with a known time of its first sending. */
  Request sentAt(final long nowNs) {
    return firstSentNs == 0 ? new Request(counter, write, amount, key, purpose, nowNs) : this;
  }

  Request as(final Purpose next) {
    return new Request(counter, write, amount, key, next, firstSentNs);
  }

  @Override
  public String toString() {
    return (write ? "+" + amount + " to " : "read of ")
        + counter
        + (keyed() ? " with " + key : "")
        + ", "
        + purpose
        + (firstSentNs == 0
            ? ""
            : ", " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - firstSentNs) + " ms old");
  }
}
