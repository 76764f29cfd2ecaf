package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class IncarnationTest {
  private static final long NOW_MS = 1_800_000_000_000L;
  private static final long DAY_MS = 86_400_000L;

  @Test
  void shouldRiseAndStillDifferBetweenTwoStartsThatHeardTheSame() {
    final SplittableRandom random = new SplittableRandom(1);
    final long known = Incarnation.of(NOW_MS, random.nextLong());
    final Set<Long> starts = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      final long incarnation = Incarnation.above(known, random.nextLong());
      assertTrue(incarnation > known);
      starts.add(incarnation);
    }
    assertEquals(100, starts.size());
  }

  @Test
  void shouldBePlausibleUpToADayAheadOfTheLatestClock() {
    assertTrue(Incarnation.isPlausible(Incarnation.of(NOW_MS + DAY_MS, -1), NOW_MS));
    assertFalse(Incarnation.isPlausible(Incarnation.of(NOW_MS + DAY_MS + 1, 0), NOW_MS));
    assertTrue(Incarnation.isPlausible(1, Long.MIN_VALUE));
  }

  @Test
  void shouldNeverBePlausibleWithoutRoomForSuccessors() {
    assertFalse(Incarnation.isPlausible(Long.MAX_VALUE, Long.MAX_VALUE));
    assertTrue(Incarnation.isPlausible(Incarnation.MAX, Long.MAX_VALUE));
  }
}
