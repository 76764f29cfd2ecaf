package io.tally.check;

import java.util.ArrayList;
import java.util.List;

/** Says what in a history breaks one promise. */
public interface Checker {
  /**
   * Looks for violations.
   *
   * @param history to check.
   * @return one line for each violation; empty if the promise was kept.
   */
  List<String> check(History history);

  /**
   * All checkers of this package.
   *
   * @return one of each.
   */
  static List<Checker> all() {
    return List.of(
        new ConservationChecker(),
        new UniqueValueChecker(),
        new OrderChecker(),
        new FateChecker(),
        new IncarnationChecker(),
        new IdempotencyChecker());
  }

  /**
   * Runs all checkers.
   *
   * @param history to check.
   * @return the violations, each with the name of its checker.
   */
  static List<String> checkAll(final History history) {
    return checkAll(history, all());
  }

  /**
   * Runs checkers.
   *
   * @param history to check.
   * @param checkers to run.
   * @return the violations, each with the name of its checker.
   */
  static List<String> checkAll(final History history, final List<Checker> checkers) {
    final List<String> violations = new ArrayList<>();
    for (final Checker checker : checkers) {
      for (final String violation : checker.check(history)) {
        violations.add(checker.getClass().getSimpleName() + ": " + violation);
      }
    }
    return violations;
  }
}
