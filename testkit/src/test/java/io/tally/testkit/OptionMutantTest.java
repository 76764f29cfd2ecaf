package io.tally.testkit;

import static io.tally.testkit.Mutations.assertCaught;
import static io.tally.testkit.Mutations.returns;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mistakes in the writes with options, which the simulation must notice. */
@Tag("default-jdk")
@Timeout(300)
final class OptionMutantTest {
  private static final String COUNTER = "io.tally.counter.";
  private static final String GUARD = "options: ";

  @Test
  void shouldCatchACompareAndSetThatDoesNotCompare() {
    assertCaught(
        "any version matches",
        GUARD + "two writes replaced",
        COUNTER + "CounterState",
        returns("isVersion", 1));
  }

  @Test
  void shouldCatchBoundsThatArePassed() {
    assertCaught("no bounds", GUARD, COUNTER + "Bounds", returns("allow", 1));
  }

  @Test
  void shouldCatchARateThatForgetsWhatIsTaken() {
    assertCaught("a rate is always whole", GUARD, COUNTER + "Gcra", returns("debt", 0L));
  }

  @Test
  void shouldCatchAWindowThatEndsAtOnce() {
    assertCaught(
        "windows are too short", GUARD + "a window began", COUNTER + "Ttl", returns("after", 1L));
  }

  @Test
  void shouldCatchAVersionThatIsGivenTwice() {
    assertCaught(
        "one version for all",
        GUARD + "a version was given twice",
        COUNTER + "CounterTable",
        returns("version", 1L));
  }

  @Test
  void shouldCatchKeysThatAreNotKept() {
    assertCaught(
        "a key is always new",
        GUARD + "a write ran twice",
        "io.tally.engine.internal.IdempotencyTable",
        returns("find", -1L),
        "DELAYS",
        "KILLS");
  }
}
