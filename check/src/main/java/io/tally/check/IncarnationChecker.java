package io.tally.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Incarnations of a counter's shard follow real time: once one has answered, no request that begins
 * later is answered by an older one; and each answer names an incarnation that lived.
 */
public final class IncarnationChecker implements Checker {
  /** Creates a checker. */
  public IncarnationChecker() {}

  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    for (final String key : history.lives().stream().map(Life::key).distinct().toList()) {
      final List<Operation> answered =
          history.of(key).stream().filter(Operation::isApplied).toList();
      checkOrder(key, answered, violations);
      for (final Operation operation : answered) {
        if (history.lives().stream().noneMatch(life -> life.answered(operation))) {
          violations.add(key + ": answered by unknown incarnation " + operation.incarnation());
        }
      }
    }
    return violations;
  }

  private static void checkOrder(
      final String key, final List<Operation> answered, final List<String> violations) {
    final List<Operation> byStart =
        answered.stream().sorted(Comparator.comparingLong(Operation::start)).toList();
    final List<Operation> byEnd =
        answered.stream().sorted(Comparator.comparingLong(Operation::end)).toList();
    long newest = 0;
    int ended = 0;
    for (final Operation operation : byStart) {
      while (ended < byEnd.size() && byEnd.get(ended).end() < operation.start()) {
        newest = Math.max(newest, byEnd.get(ended++).incarnation());
      }
      if (operation.incarnation() < newest) {
        violations.add(
            String.format(
                Locale.ROOT,
                "%s: incarnation %d answered after %d had",
                key,
                operation.incarnation(),
                newest));
      }
    }
  }
}
