package io.tally.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An unknown write does not stay open: once a request that began so long after it has shown a value
 * without it, no later value of that incarnation holds it. Needs a counter whose writes all add
 * different powers of two.
 */
public final class SettledChecker implements Checker {
  private final long settledAfter;

  /**
   * Creates a checker.
   *
   * @param settledAfter longest time from a request to its last effect, in the history's unit.
   */
  public SettledChecker(final long settledAfter) {
    this.settledAfter = settledAfter;
  }

  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    for (final Life life : history.lives()) {
      final List<Operation> operations = history.of(life.key());
      final List<Operation> seen =
          operations.stream().filter(o -> life.answered(o) && !o.replayed()).toList();
      for (final BitWrite write : BitWrite.of(operations)) {
        final long absentAt = firstAbsence(write, seen);
        if (absentAt < Long.MAX_VALUE && isPresentAfter(absentAt, write, seen, life)) {
          violations.add(
              String.format(
                  Locale.ROOT,
                  "%s@%d: +%d took effect after a request of %d later had not seen it",
                  life.key(),
                  life.incarnation(),
                  write.amount(),
                  absentAt - write.lastStart()));
        }
      }
    }
    return violations;
  }

  private long firstAbsence(final BitWrite write, final List<Operation> seen) {
    final long settled = write.lastStart() + settledAfter;
    return seen.stream()
        .filter(o -> o.start() >= settled && !write.isIn(o.value()))
        .mapToLong(Operation::end)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static boolean isPresentAfter(
      final long time, final BitWrite write, final List<Operation> seen, final Life life) {
    return life.finalValueKnown() && life.died() == Long.MAX_VALUE && write.isIn(life.finalValue())
        || seen.stream().anyMatch(o -> o.start() > time && write.isIn(o.value()));
  }
}
