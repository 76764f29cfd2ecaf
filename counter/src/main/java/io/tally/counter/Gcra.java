package io.tally.counter;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A, virtual scheduling) in integers. A unit
 * takes one interval, which is window ÷ limit, to come back. The state of a limiter is its
 * theoretical arrival time: when all that was taken has come back. A cost is admitted if it leaves
 * that time at most burst intervals ahead. So at most burst + ⌊d · limit ÷ window⌋ units are
 * admitted in any time d: an interval is never rounded down, and the same one goes into both sides
 * of the comparison, so that a burst is neither more nor less.
 *
 * <p>An interval is rounded up to a 65,536th of a nanosecond if it is shorter than half a second
 * and bursts come back within 19 hours, else to a nanosecond. A limiter's state besides its time is
 * one word: the interval, and by what fraction of a nanosecond the time is rounded up.
 *
 * <p>Holds one calculation at a time. Not thread-safe.
 */
final class Gcra {
  private static final int FRACTION_BITS = 16;
  private static final long FRACTION_MASK = (1L << FRACTION_BITS) - 1;
  private static final int INTERVAL_BITS = 46;

  /** Marks a word whose interval is in fractions. Another one is an interval in nanoseconds. */
  private static final long FINE = 1L << FRACTION_BITS + INTERVAL_BITS;

  /** Longest time ahead in nanoseconds, and in fractions of one. */
  private static final long MAX_DEBT_NS = MILLISECONDS.toNanos(CounterRequest.MAX_DURATION_MS);

  private static final long MAX_FINE_DEBT = (1L << 62) - 1;

  private long limit;
  private long windowMs;
  private long burstUnits;
  private int shift;
  private long interval;
  private long burst;
  private long debt;
  private long debtNs;

  /**
   * Begins a calculation.
   *
   * @param newLimit units that come back in a window, at least 1.
   * @param newWindowMs a duration.
   * @param newBurstUnits units that may be taken at once, at least 1. More than come back within
   *     the longest duration count as so many.
   */
  Gcra quota(final long newLimit, final long newWindowMs, final long newBurstUnits) {
    // Most are the same as the last one, and divisions are dear.
    if (newLimit != limit || newWindowMs != windowMs || newBurstUnits != burstUnits) {
      limit = newLimit;
      windowMs = newWindowMs;
      burstUnits = newBurstUnits;
      divide();
    }
    return this;
  }

  private void divide() {
    final long windowNs = MILLISECONDS.toNanos(windowMs);
    final long wholeNs = windowNs / limit;
    final long rest = windowNs % limit;
    final long fine =
        wholeNs < 1L << INTERVAL_BITS - FRACTION_BITS - 1
            ? (wholeNs << FRACTION_BITS) + fraction(rest, limit)
            : Long.MAX_VALUE;
    if (burstUnits <= MAX_FINE_DEBT / fine) {
      shift = FRACTION_BITS;
      interval = fine;
      burst = burstUnits;
    } else {
      shift = 0;
      interval = wholeNs + (rest == 0 ? 0 : 1);
      burst = Math.min(burstUnits, MAX_DEBT_NS / interval);
    }
  }

  /** The part of it below a nanosecond, rounded up. */
  private static long fraction(final long rest, final long limit) {
    final boolean fits = rest <= Long.MAX_VALUE >> FRACTION_BITS;
    final long dividend = fits ? rest << FRACTION_BITS : rest;
    final long divisor = fits ? limit : limit >> FRACTION_BITS;
    return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
  }

  /** A limiter of which nothing is taken. */
  Gcra unused() {
    debt = 0;
    debtNs = 0;
    return this;
  }

  /** A limiter in this state. */
  Gcra state(final long timeNs, final long arrivalNs, final long word) {
    debtNs = Math.max(0, arrivalNs - timeNs);
    debt = debt(debtNs, word, shift);
    return this;
  }

  /** What is taken now, in intervals of the state, rounded up. */
  static long used(final long timeNs, final long arrivalNs, final long word) {
    final boolean isFine = (word & FINE) != 0;
    final int shift = isFine ? FRACTION_BITS : 0;
    final long interval = isFine ? (word ^ FINE) >>> FRACTION_BITS : word;
    return units(debt(Math.max(0, arrivalNs - timeNs), word, shift), Math.max(1, interval));
  }

  /**
   * What is taken later, as far as can be told from what was taken and how long all of it would
   * take to come back, both rounded up. So it is what is taken at most a millisecond before.
   */
  static long usedLater(
      final long used, final long untilUnusedMs, final long passedMs, final long word) {
    final boolean isFine = (word & FINE) != 0;
    final int shift = isFine ? FRACTION_BITS : 0;
    final long interval = Math.max(1, isFine ? (word ^ FINE) >>> FRACTION_BITS : word);
    final long left = MILLISECONDS.toNanos(untilUnusedMs - passedMs) << shift;
    final long backUnits = (MILLISECONDS.toNanos(passedMs) << shift) / interval;
    return Math.max(0, Math.min(units(left, interval), used - backUnits));
  }

  private static long debt(final long debtNs, final long word, final int shift) {
    if (shift == 0 || debtNs == 0) {
      return debtNs;
    }
    final long roundedUp = (word & FINE) == 0 ? 0 : word & FRACTION_MASK;
    return debtNs > MAX_FINE_DEBT >> shift ? MAX_FINE_DEBT : (debtNs << shift) - roundedUp;
  }

  private static long units(final long debt, final long interval) {
    return debt / interval + (debt % interval == 0 ? 0 : 1);
  }

  /** Takes a cost, which is not negative, if that is allowed now; else changes nothing. */
  boolean tryTake(final long cost) {
    if (cost > burst || debt > (burst - cost) * interval) {
      return false;
    }
    debt += cost * interval;
    debtNs = (debt >> shift) + ((debt & (1L << shift) - 1) == 0 ? 0 : 1);
    return true;
  }

  /** What is taken now, rounded up. */
  long used() {
    return units(debt, interval);
  }

  /** What may be taken now. */
  long remaining() {
    return Math.max(0, burst - used());
  }

  /** When all comes back that is taken. */
  long arrivalNs(final long timeNs) {
    return timeNs + debtNs;
  }

  /** What is to be kept beside that time. */
  long word() {
    return shift == 0 ? interval : FINE | interval << FRACTION_BITS | (debtNs << shift) - debt;
  }

  /** How long until all comes back that is taken, in nanoseconds. */
  long untilUnusedNs() {
    return debtNs;
  }

  /** How long until a cost may be taken, in nanoseconds; 0 if that never comes. */
  long untilAdmittedNs(final long cost) {
    return cost > burst ? 0 : Math.max(0, debtNs - ((burst - cost) * interval >> shift));
  }
}
