package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.testkit.ClusterTest;
import io.tally.testkit.Fault;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Leases in whole clusters under random faults, and with mistakes made on purpose. There are no two
 * processes of a node at a time: without a third party neither can know of the other while they are
 * cut off, and for so long each serves its own clients.
 */
@Timeout(300)
@Tag("default-jdk")
class LeaseSimulationTest {
  private static final int HISTORIES = 500;
  private static final int MUTANT_HISTORIES = 100;
  private static final Set<Fault> WITH_WRONG_CLOCKS = EnumSet.complementOf(EnumSet.of(Fault.TWINS));
  private static final Set<Fault> WITH_RIGHT_CLOCKS =
      EnumSet.complementOf(EnumSet.of(Fault.TWINS, Fault.WALL_CLOCKS));

  @Test
  void shouldHaveOneHolderAtATime() {
    check(false, WITH_WRONG_CLOCKS);
  }

  /**
   * Where a clock is set back, and no process is left that remembers more, a later incarnation may
   * be lower than an earlier one.
   */
  @Test
  void shouldGiveALaterHolderAGreaterToken() {
    check(true, WITH_RIGHT_CLOCKS);
  }

  private static void check(final boolean clocksAreRight, final Set<Fault> faults) {
    final List<LeaseTrial> trials = new ArrayList<>();
    ClusterTest.of(
            () -> {
              trials.add(new LeaseTrial(UnaryOperator.identity(), clocksAreRight));
              return trials.get(trials.size() - 1);
            })
        .faults(faults)
        .histories(HISTORIES)
        .run();
    final int granted = trials.stream().mapToInt(LeaseTrial::granted).sum();
    final int renewed = trials.stream().mapToInt(LeaseTrial::renewed).sum();
    final int lost = trials.stream().mapToInt(LeaseTrial::lost).sum();
    System.out.println(granted + " leases granted, " + renewed + " renewed, " + lost + " lost");
    assertTrue(trials.size() < HISTORIES || granted > 0 && renewed > 0 && lost > 0);
  }

  @Test
  void shouldCatchALeaseThatEndsByTheClockOfTheMachine() {
    assertCaught(
        "holders: two of ",
        Mistakes::trustingTheClock,
        EnumSet.of(Fault.PLANNED_STOPS, Fault.WALL_CLOCKS));
  }

  @Test
  void shouldCatchATokenThatIsUsedAgainAfterARestore() {
    assertCaught(
        "token: given twice", Mistakes::forgettingTheNumber, EnumSet.of(Fault.PLANNED_STOPS));
  }

  @Test
  void shouldCatchALifeThatGrantsAtOnce() {
    assertCaught("holders: two of ", Mistakes::grantingAtOnce, EnumSet.of(Fault.LOST_SHARDS));
  }

  @Test
  void shouldCatchLeasesThatEndTooEarly() {
    assertCaught("holders: two of ", Mistakes::endingEarly, EnumSet.noneOf(Fault.class));
  }

  private static void assertCaught(
      final String guard, final UnaryOperator<ShardService> mistake, final Set<Fault> faults) {
    final String violation = firstViolation(right -> mistaken(right, mistake), faults);
    assertTrue(violation.contains(guard), violation);
    assertEquals("", firstViolation(UnaryOperator.identity(), faults), "without the mistake");
  }

  private static String firstViolation(
      final UnaryOperator<ServiceDefinition> mistake, final Set<Fault> faults) {
    return ClusterTest.of(() -> new LeaseTrial(mistake, false))
        .faults(faults)
        .histories(MUTANT_HISTORIES)
        .firstViolation();
  }

  private static ServiceDefinition mistaken(
      final ServiceDefinition right, final UnaryOperator<ShardService> mistake) {
    return new DecoratedDefinition(right, right.maxTimers(), mistake);
  }
}
