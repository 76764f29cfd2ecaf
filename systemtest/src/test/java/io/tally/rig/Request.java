package io.tally.rig;

import java.util.concurrent.TimeUnit;

/**
 * What a client sends.
 *
 * @param call that it makes.
 * @param key with which it counts once, or empty.
 * @param purpose why it is sent.
 * @param firstSentNs when its key was first sent; 0 before that.
 */
record Request(Call call, String key, Purpose purpose, long firstSentNs) {
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

  static Request fresh(final Call call, final String key) {
    return new Request(call, key, Purpose.FRESH, 0);
  }

  static Request settle(final String counter) {
    return new Request(new Read(counter), "", Purpose.SETTLE, 0);
  }

  boolean keyed() {
    return !key.isEmpty();
  }

  /** The same with a known time of its first sending. */
  Request sentAt(final long nowNs) {
    return firstSentNs == 0 ? new Request(call, key, purpose, nowNs) : this;
  }

  Request as(final Purpose next) {
    return new Request(call, key, next, firstSentNs);
  }

  @Override
  public String toString() {
    return call
        + (keyed() ? " with " + key : "")
        + ", "
        + purpose
        + (firstSentNs == 0
            ? ""
            : ", " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - firstSentNs) + " ms old");
  }
}
