package io.tally.check;

import java.util.ArrayList;
import java.util.List;

/**
 * On a counter whose writes all add different powers of two, the last value tells of each single
 * write whether it was applied: all that were acknowledged, none that was answered as not applied,
 * and nothing that nobody asked for.
 */
public final class FateChecker implements Checker {
  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    for (final Life life : history.lives()) {
      final List<Operation> writes =
          history.of(life.key()).stream().filter(o -> o.write() && o.amount() != 0).toList();
      if (life.finalValueKnown() && areDistinctBits(writes)) {
        check(life, writes, violations);
      }
    }
    return violations;
  }

  private static void check(
      final Life life, final List<Operation> writes, final List<String> violations) {
    long unexplained = life.finalValue();
    for (final Operation write : writes) {
      final boolean ran = (life.finalValue() & write.amount()) != 0;
      unexplained &= ~write.amount();
      if (ran && !life.answered(write) && !mayHaveRun(life, write)) {
        violations.add(describe(life, write, "was applied"));
      } else if (!ran && life.answered(write)) {
        violations.add(describe(life, write, "was not applied"));
      }
    }
    if (unexplained != 0) {
      violations.add(
          String.format(
              "%s@%d holds %d, which nobody added", life.key(), life.incarnation(), unexplained));
    }
  }

  private static boolean mayHaveRun(final Life life, final Operation write) {
    return write.fate() == Fate.UNKNOWN && life.mayHaveSeen(write);
  }

  private static String describe(final Life life, final Operation write, final String what) {
    return String.format(
        "%s@%d: +%d %s, though its client knows: %s at incarnation %d",
        life.key(), life.incarnation(), write.amount(), what, write.fate(), write.incarnation());
  }

  private static boolean areDistinctBits(final List<Operation> writes) {
    long seen = 0;
    for (final Operation write : writes) {
      if (Long.bitCount(write.amount()) != 1 || (seen & write.amount()) != 0) {
        return false;
      }
      seen |= write.amount();
    }
    return true;
  }
}
