package io.tally.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a run recorded. Every checker is a function of it alone, whether the run was simulated or
 * one of real processes. Immutable.
 */
public final class History {
  private final List<Operation> operations;
  private final List<Life> lives;
  private final Map<String, List<Operation>> byKey;
  private final Map<String, Boolean> growing = new HashMap<>();

  /**
   * Creates a history of copies of the given lists.
   *
   * @param operations in any order.
   * @param lives every incarnation of every counter.
   */
  public History(final List<Operation> operations, final List<Life> lives) {
    this.operations = List.copyOf(operations);
    this.lives = List.copyOf(lives);
    byKey = this.operations.stream().collect(Collectors.groupingBy(Operation::key));
    byKey.forEach((key, own) -> growing.put(key, own.stream().allMatch(o -> o.amount() >= 0)));
  }

  /**
   * All requests.
   *
   * @return in the order in which they were given.
   */
  public List<Operation> operations() {
    return operations;
  }

  /**
   * All incarnations of all counters.
   *
   * @return in the order in which they were given.
   */
  public List<Life> lives() {
    return lives;
  }

  /** The operations on one counter. */
  List<Operation> of(final String key) {
    return byKey.getOrDefault(key, List.of());
  }

  /** Whether a counter only ever grows. */
  boolean isGrowing(final String key) {
    return growing.getOrDefault(key, true);
  }
}
