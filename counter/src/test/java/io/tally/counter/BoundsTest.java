package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BoundsTest {
  private static final List<Long> NUMBERS =
      List.of(
          Long.MIN_VALUE,
          Long.MIN_VALUE + 1,
          Long.MIN_VALUE / 2,
          -101L,
          -1L,
          0L,
          1L,
          100L,
          Long.MAX_VALUE / 2 + 1,
          Long.MAX_VALUE - 1,
          Long.MAX_VALUE);

  @Test
  void shouldAgreeWithUnboundedIntegers() {
    int allowed = 0;
    for (final long value : NUMBERS) {
      for (final long amount : NUMBERS) {
        final BigInteger sum = BigInteger.valueOf(value).add(BigInteger.valueOf(amount));
        assertEquals(!isLong(sum), Bounds.overflows(value, amount, value + amount));
        assertEquals(
            clamp(BigInteger.valueOf(value).subtract(BigInteger.valueOf(amount)), ENDS),
            Bounds.difference(value, amount));
        for (final long min : NUMBERS) {
          for (final long max : NUMBERS) {
            if (min <= max) {
              final long[] bounds = {min, max};
              final boolean isWithin = sum.equals(BigInteger.valueOf(clamp(sum, bounds)));
              assertEquals(isWithin, Bounds.allow(value, amount, min, max));
              assertEquals(clamp(sum, bounds), Bounds.saturated(value, amount, min, max));
              allowed += isWithin ? 1 : 0;
            }
          }
        }
      }
    }
    assertTrue(allowed > 100, "allowed " + allowed);
  }

  private static final long[] ENDS = {Long.MIN_VALUE, Long.MAX_VALUE};

  private static boolean isLong(final BigInteger number) {
    return number.bitLength() < Long.SIZE;
  }

  private static long clamp(final BigInteger number, final long[] bounds) {
    return number
        .max(BigInteger.valueOf(bounds[0]))
        .min(BigInteger.valueOf(bounds[1]))
        .longValueExact();
  }
}
