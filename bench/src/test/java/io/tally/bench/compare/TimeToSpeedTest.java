package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class TimeToSpeedTest {
  private static final double EXACT = 0;

  @Test
  void shouldCompareEachSecondWithTheLastOnes() {
    final long[] counts = {10, 50, 79, 81, 60, 90, 200, 100, 110, 90, 100};
    assertEquals(100, TimeToSpeed.steady(counts), EXACT);
    assertEquals(3, TimeToSpeed.secondsToSpeed(counts));
  }
}
