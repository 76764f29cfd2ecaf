package io.tally.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A counter's last value lies between what was acknowledged and what was acknowledged or may have
 * been applied, for each incarnation of its shard; with amounts of both signs, each sign widens its
 * own side. Finds lost and doubled writes, and writes applied although they were answered as not
 * applied. Requests that share an idempotency key count once; where the incarnation was set back to
 * an older state, those that were only replayed may be in that state already.
 */
final class ConservationChecker implements Checker {
  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    for (final Life life : history.lives()) {
      if (life.finalValueKnown()) {
        check(life, history.of(life.key()), violations);
      }
    }
    return violations;
  }

  private static void check(
      final Life life, final List<Operation> operations, final List<String> violations) {
    long acked = life.bornValue();
    final Set<String> keys = new HashSet<>();
    for (final Operation operation : operations) {
      if (isCertain(operation, life) && isFirst(operation, keys)) {
        acked += operation.amount();
      }
    }
    long min = acked;
    long max = acked;
    for (final Operation operation : operations) {
      if (isPossible(operation, life) && isFirst(operation, keys)) {
        min += Math.min(0, operation.amount());
        max += Math.max(0, operation.amount());
      }
    }
    if (life.finalValue() < min || life.finalValue() > max) {
      violations.add(
          String.format(
              Locale.ROOT,
              "%s@%d is %d, outside %d..%d (acknowledged %d)",
              life.key(),
              life.incarnation(),
              life.finalValue(),
              min,
              max,
              acked));
    }
  }

  private static boolean isCertain(final Operation operation, final Life life) {
    return operation.write()
        && life.answered(operation)
        && (life.bornValue() == 0 || !operation.replayed());
  }

  private static boolean isPossible(final Operation operation, final Life life) {
    return operation.write()
        && !isCertain(operation, life)
        && (life.answered(operation)
            || operation.fate() == Fate.UNKNOWN && life.mayHaveSeen(operation));
  }

  private static boolean isFirst(final Operation operation, final Set<String> keys) {
    return operation.idempotencyKey().isEmpty() || keys.add(operation.idempotencyKey());
  }
}
