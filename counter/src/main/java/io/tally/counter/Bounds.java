package io.tally.counter;

/** Sums of 64-bit integers within bounds, as if integers had no end. */
final class Bounds {
  private Bounds() {}

  /** Whether the sum lies within the bounds. If so, value + amount is exact. */
  static boolean allow(final long value, final long amount, final long min, final long max) {
    final long sum = value + amount;
    return !overflows(value, amount, sum) && sum >= min && sum <= max;
  }

  /** The number within the bounds that is nearest to the sum. */
  static long saturated(final long value, final long amount, final long min, final long max) {
    final long sum = value + amount;
    if (overflows(value, amount, sum)) {
      return amount > 0 ? max : min;
    }
    return Math.max(min, Math.min(max, sum));
  }

  /** The difference, or the end of the range that it lies beyond. */
  static long difference(final long of, final long subtrahend) {
    final long difference = of - subtrahend;
    if (((of ^ subtrahend) & (of ^ difference)) < 0) {
      return of < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return difference;
  }

  /** A sum has overflowed if and only if its sign differs from the signs of both summands. */
  static boolean overflows(final long value, final long amount, final long sum) {
    return ((value ^ sum) & (amount ^ sum)) < 0;
  }
}
