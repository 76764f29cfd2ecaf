package io.tally.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * On a counter whose writes all add different powers of two, the last value tells of each single
 * write whether it was applied: all that were acknowledged, none that was answered as not applied,
 * and nothing that nobody asked for. Where the powers are those of four, a write that was applied
 * twice shows as something that nobody asked for, whatever its client knows.
 */
final class FateChecker implements Checker {
  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    for (final Life life : history.lives()) {
      final Collection<BitWrite> writes = BitWrite.of(history.of(life.key()));
      if (life.finalValueKnown() && !writes.isEmpty()) {
        check(life, writes, violations);
      }
    }
    return violations;
  }

  private static void check(
      final Life life, final Collection<BitWrite> writes, final List<String> violations) {
    long unexplained = life.finalValue() & ~life.bornValue();
    for (final BitWrite write : writes) {
      final boolean ran = write.isIn(life.finalValue());
      unexplained &= ~write.amount();
      final boolean wasThere = write.isIn(life.bornValue());
      if (ran && !wasThere && !write.wasAnswered(life) && !write.mayHaveRun(life)) {
        violations.add(describe(life, write, "was applied"));
      } else if (!ran && write.wasAnswered(life)) {
        violations.add(describe(life, write, "was not applied"));
      }
    }
    if (unexplained != 0) {
      violations.add(
          String.format(
              Locale.ROOT,
              "%s@%d holds %d, which nobody added",
              life.key(),
              life.incarnation(),
              unexplained));
    }
  }

  private static String describe(final Life life, final BitWrite write, final String what) {
    return String.format(
        Locale.ROOT,
        "%s@%d: +%d %s, though its client knows: %s",
        life.key(),
        life.incarnation(),
        write.amount(),
        what,
        write.requests().stream().map(r -> r.fate() + " at " + r.incarnation()).toList());
  }
}
