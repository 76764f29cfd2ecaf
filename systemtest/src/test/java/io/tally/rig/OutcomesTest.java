package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class OutcomesTest {
  private final Outcomes outcomes = new Outcomes();

  @BeforeEach
  void succeedWithAllButSets() {
    for (final Kind kind : Kind.values()) {
      if (kind != Kind.SET) {
        outcomes.add(kind, Ending.OK);
      }
      if (kind.isDeclinedAtTimes()) {
        outcomes.add(kind, Ending.DECLINED);
      }
    }
  }

  @Test
  void shouldFindAKindThatNeverSucceeded() {
    outcomes.add(Kind.SET, Ending.UNKNOWN);
    outcomes.add(Kind.SET, Ending.UNKNOWN);
    outcomes.add(Kind.SET, Ending.REFUSED);
    outcomes.add(Kind.SET, Ending.SETTLED);
    assertEquals(
        List.of("no set succeeded: set 3 (1 refused, 2 unknown, 1 settled)"),
        outcomes.violations(false));
    outcomes.add(Kind.SET, Ending.OK);
    assertEquals(List.of(), outcomes.violations(false));
  }

  @Test
  void shouldFindALimitThatRefusedNothing() {
    final Outcomes lax = new Outcomes();
    for (final Kind kind : Kind.values()) {
      lax.add(kind, Ending.OK);
    }
    final List<String> violations = lax.violations(false);
    assertEquals(3, violations.size(), violations::toString);
    assertTrue(violations.contains("no window limit was declined: window limit 1 (1 ok)"));
  }

  /** Else the row would not show what a user of a rolling upgrade meets. */
  @Test
  void shouldFindThatTheOldestBuildWasNotAskedForWhatItDoesNotKnow() {
    outcomes.add(Kind.SET, Ending.OK);
    final int unknownKinds = Kind.values().length - 2;
    assertEquals(2 * unknownKinds, outcomes.violations(true).size());
    for (final Kind kind : Kind.values()) {
      if (!kind.isKnownToOldest()) {
        outcomes.add(kind, Ending.UNSUPPORTED);
        outcomes.add(kind, Ending.UNHEARD_OF);
      }
    }
    assertEquals(List.of(), outcomes.violations(true));
    assertEquals(2 * unknownKinds, outcomes.violations(false).size(), "all know all");
    outcomes.add(Kind.ADD, Ending.UNSUPPORTED);
    assertEquals(
        List.of("add was unsupported: add 2 (1 ok, 1 unsupported)"), outcomes.violations(true));
  }
}
