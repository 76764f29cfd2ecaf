package io.tally.http;

/**
 * What a request gives of some {@link Parameters}. One for each event loop and place, used again
 * for each request: a value that was not given is never looked at.
 */
final class GivenValues {
  private final long[] values = new long[Parameters.MAX];
  private long given;

  void clear() {
    given = 0;
  }

  void set(final int index, final long value) {
    values[index] = value;
    given |= 1L << index;
  }

  /** The values, to be filled before it is said which were {@link #given}. */
  long[] slots() {
    return values;
  }

  /** Bit i is set if parameter i was given. */
  void given(final long mask) {
    given = mask;
  }

  /** Takes other values in place of these. */
  void copy(final long mask, final long[] from, final int offset) {
    given = mask;
    if (mask != 0) {
      System.arraycopy(from, offset, values, 0, Long.SIZE - Long.numberOfLeadingZeros(mask));
    }
  }

  /** The value given, or that of an absent parameter. */
  long get(final Parameters of, final int index) {
    final long absent = of.get(index).absent();
    return has(index) ? values[index] : absent;
  }

  boolean has(final int index) {
    return (given & 1L << index) != 0;
  }

  /** Bit i is set if parameter i was given. */
  long mask() {
    return given;
  }
}
