package io.tally.check;

import java.util.List;

/**
 * What a run recorded. Every checker is a function of it alone, whether the run was simulated or
 * one of real processes.
 *
 * @param operations in any order.
 * @param lives of every counter in the history, every incarnation that existed.
 */
public record History(List<Operation> operations, List<Life> lives) {
  /**
   * Creates a history of copies of the given lists.
   *
   * @param operations in any order.
   * @param lives every incarnation of every counter.
   */
  public History {
    operations = List.copyOf(operations);
    lives = List.copyOf(lives);
  }

  /** The operations on one counter. */
  List<Operation> of(final String key) {
    return operations.stream().filter(operation -> operation.key().equals(key)).toList();
  }

  /** Whether a counter only ever grows. */
  static boolean isGrowing(final List<Operation> operations) {
    return operations.stream().allMatch(operation -> operation.amount() >= 0);
  }
}
