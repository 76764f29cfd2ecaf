package io.tally.rig;

import java.io.IOException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Faults that take long because nodes start again and again. They have deadlines that no busy
 * machine lets pass.
 */
// One takes half a minute on a quiet machine.
@Timeout(300)
class RestartRigIT extends ShortRig {
  RestartRigIT() {
    super(Setup.PLANNED_STOPS);
  }

  @ParameterizedTest
  @CsvSource({
    "NEXT_BUILD, PLANNED_STOPS, 300",
    "ROLLING_RESTART, STATE_ON_DISK, 500",
    "CLOCK_OVER_RESTART, STATE_ON_DISK, 300",
  })
  void shouldKeepItsPromisesUnder(final Fault fault, final Setup setup, final long durationMs)
      throws IOException {
    check(fault, setup, durationMs);
  }
}
