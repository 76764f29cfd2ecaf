package io.tally.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * On a counter that only grows, a write of amount n that returned v owns the values v-n+1 to v: no
 * two writes own the same value, and none owns one outside 1 to the last value.
 */
final class UniqueValueChecker implements Checker {
  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    for (final Life life : history.lives()) {
      final List<Operation> operations = history.of(life.key());
      if (history.isGrowing(life.key())) {
        check(life, operations, violations);
      }
    }
    return violations;
  }

  private static void check(
      final Life life, final List<Operation> operations, final List<String> violations) {
    final List<Operation> writes =
        operations.stream()
            .filter(o -> o.isAppliedWrite() && o.amount() > 0 && life.answered(o))
            .sorted(Comparator.comparingLong(Operation::value))
            .toList();
    long last = life.bornValue();
    for (final Operation write : writes) {
      if (write.value() - write.amount() < last) {
        violations.add(
            String.format(
                Locale.ROOT,
                "%s@%d: +%d returned %d, but values up to %d belong to others",
                life.key(),
                life.incarnation(),
                write.amount(),
                write.value(),
                last));
      }
      last = Math.max(last, write.value());
    }
    if (life.finalValueKnown() && last > life.finalValue()) {
      violations.add(
          String.format(
              Locale.ROOT,
              "%s@%d: returned %d, above its last value %d",
              life.key(),
              life.incarnation(),
              last,
              life.finalValue()));
    }
  }
}
