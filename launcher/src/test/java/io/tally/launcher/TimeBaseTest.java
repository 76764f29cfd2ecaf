package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class TimeBaseTest {
  private static final long BASE_NS = 1_700_000_000_000_000_000L;
  private static final long HELD_UP_NS = 40_000_000;

  private final Random random = new Random(7);
  private long nowNs = -12_345;

  @Test
  void shouldNotCountWhatAThreadIsHeldUpBetweenItsReadings() {
    for (int start = 0; start < 1_000; start++) {
      final long baseNs = TimeBase.readNs(() -> BASE_NS + mostlyHeldUp(), this::mostlyHeldUp);

      assertTrue(Math.abs(baseNs - BASE_NS) <= 2_500, "wrong by " + (baseNs - BASE_NS) + " ns");
    }
  }

  @Test
  void shouldTakeTheClosestReadingsWhereNoneAreClose() {
    final long[] steps = {HELD_UP_NS};

    final long baseNs =
        TimeBase.readNs(
            () -> BASE_NS + (nowNs += steps[0] / 2),
            () -> {
              steps[0] = Math.max(20_000, steps[0] - 100_000);
              return nowNs += steps[0] / 2;
            });

    assertTrue(Math.abs(baseNs - BASE_NS) <= 10_000, "wrong by " + (baseNs - BASE_NS) + " ns");
  }

  private long mostlyHeldUp() {
    nowNs += random.nextInt(3) == 0 ? 100 : HELD_UP_NS;
    return nowNs;
  }
}
