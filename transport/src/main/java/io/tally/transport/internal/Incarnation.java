package io.tally.transport.internal;

/**
 * How an incarnation is made: the wall clock at the start, in epoch milliseconds, and random low
 * bits, so that two starts of one node hardly ever share one.
 */
public final class Incarnation {
  /** Number of random low bits. */
  public static final int RANDOM_BITS = 20;

  /** No process may claim a higher one: there has to be room above for its successors. */
  static final long MAX = 1L << 62;

  private static final long DAY_MS = 86_400_000L;

  private Incarnation() {}

  /**
   * Makes an incarnation.
   *
   * @param epochMs wall clock at the start, epoch milliseconds.
   * @param random of which the low {@value #RANDOM_BITS} bits are used.
   * @return the incarnation.
   */
  public static long of(final long epochMs, final long random) {
    return epochMs << RANDOM_BITS | random & (1L << RANDOM_BITS) - 1;
  }

  /**
   * Makes an incarnation above one that the cluster knows. Not the next one: the process may end
   * before anybody has heard of it, and the start after it must not come to the same.
   *
   * @param known the highest incarnation of this node that others know.
   * @param random of which the low {@value #RANDOM_BITS} bits are used.
   * @return the incarnation.
   */
  public static long above(final long known, final long random) {
    return of((known >> RANDOM_BITS) + 1, random);
  }

  /** Whether it can have been made by a clock that is at most a day ahead of the given time. */
  static boolean isPlausible(final long incarnation, final long latestWallClockMs) {
    return incarnation <= MAX
        && wallClockMs(incarnation) - DAY_MS <= Math.max(0, latestWallClockMs);
  }

  /** The time of the wall clock of which an incarnation was made. */
  static long wallClockMs(final long incarnation) {
    return incarnation >> RANDOM_BITS;
  }
}
