package io.tally.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests that share an idempotency key run once within an incarnation of the counter's shard: at
 * most one of them is answered as the one that ran, and all answers give the same value.
 */
public final class IdempotencyChecker implements Checker {
  /** Creates a checker. */
  public IdempotencyChecker() {}

  private record Use(String key, String idempotencyKey, long incarnation) {}

  @Override
  public List<String> check(final History history) {
    final List<String> violations = new ArrayList<>();
    final Map<Use, Operation> first = new HashMap<>();
    for (final Operation operation : history.operations()) {
      if (operation.write() && operation.isApplied() && !operation.idempotencyKey().isEmpty()) {
        final Use use =
            new Use(operation.key(), operation.idempotencyKey(), operation.incarnation());
        final Operation other = first.putIfAbsent(use, operation);
        if (other != null && other.value() != operation.value()) {
          violations.add(use + " returned " + other.value() + " and " + operation.value());
        }
        if (other != null && !other.replayed() && !operation.replayed()) {
          violations.add(use + " ran twice");
        }
        if (other != null && other.replayed() && !operation.replayed()) {
          first.put(use, operation);
        }
      }
    }
    return violations;
  }
}
