package io.tally.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * On a counter that only grows, returned values follow real time. Of an answer, and a request that
 * began after it had come: a read returns at least the same value, and a write of amount n at least
 * n more. And no read returns more than all writes that began before it ended. Takes little more
 * than linear time, and finds every wrong order of fetch-and-add.
 */
final class OrderChecker implements Checker {
  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    for (final Life life : history.lives()) {
      final List<Operation> operations = history.of(life.key());
      if (history.isGrowing(life.key())) {
        final List<Operation> answered =
            operations.stream().filter(o -> life.answered(o) && !o.replayed()).toList();
        checkFloor(life, answered, violations);
        checkCeiling(life, operations, answered, violations);
      }
    }
    return violations;
  }

  private static void checkFloor(
      final Life life, final List<Operation> answered, final List<String> violations) {
    final List<Operation> byStart =
        answered.stream().sorted(Comparator.comparingLong(Operation::start)).toList();
    final List<Operation> byEnd =
        answered.stream().sorted(Comparator.comparingLong(Operation::end)).toList();
    long floor = life.bornValue();
    int ended = 0;
    for (final Operation operation : byStart) {
      while (ended < byEnd.size() && byEnd.get(ended).end() < operation.start()) {
        floor = Math.max(floor, byEnd.get(ended++).value());
      }
      if (operation.value() < floor + operation.amount()) {
        violations.add(
            String.format(
                Locale.ROOT,
                "%s@%d: +%d returned %d after an answer of %d had come",
                life.key(),
                life.incarnation(),
                operation.amount(),
                operation.value(),
                floor));
      }
    }
  }

  private static void checkCeiling(
      final Life life,
      final List<Operation> operations,
      final List<Operation> answered,
      final List<String> violations) {
    final List<Operation> writes =
        operations.stream()
            .filter(
                o ->
                    o.isAppliedWrite() && life.answered(o)
                        || o.write() && o.fate() == Fate.UNKNOWN && life.mayHaveSeen(o))
            .sorted(Comparator.comparingLong(Operation::start))
            .toList();
    final List<Operation> byEnd =
        answered.stream().sorted(Comparator.comparingLong(Operation::end)).toList();
    long ceiling = life.bornValue();
    int begun = 0;
    for (final Operation operation : byEnd) {
      while (begun < writes.size() && writes.get(begun).start() <= operation.end()) {
        ceiling += writes.get(begun++).amount();
      }
      if (operation.value() > ceiling) {
        violations.add(
            String.format(
                Locale.ROOT,
                "%s@%d: returned %d when writes of %d had begun",
                life.key(),
                life.incarnation(),
                operation.value(),
                ceiling));
      }
    }
  }
}
