package io.tally.rig;

import io.tally.check.Fate;
import io.tally.check.Operation;
import io.tally.system.Answer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is missing from a counter's last value, and what is too much. Exact for single writes where
 * each adds a power of four of its own; otherwise what the sums prove.
 *
 * @param lost writes, or amount.
 * @param doubled writes, or amount.
 */
record Balance(long lost, long doubled) {
  private static final Balance EVEN = new Balance(0, 0);

  /** Weighs the writes to one counter against its last value. */
  static Balance of(final List<Operation> writes, final Answer last) {
    if (writes.isEmpty()) {
      return EVEN;
    } else if (CallMix.isOfPowers(writes.get(0).key())) {
      return ofPowers(writes, last);
    }
    return writes.stream().allMatch(write -> write.amount() >= 0) ? ofSums(writes, last) : EVEN;
  }

  private static Balance ofPowers(final List<Operation> writes, final Answer last) {
    final Map<Long, Integer> least = new HashMap<>();
    final Map<Long, Integer> most = new HashMap<>();
    for (final Operation write : writes) {
      final boolean counted = isCounted(write, last);
      least.merge(write.amount(), counted ? 1 : 0, Math::max);
      most.merge(write.amount(), counted || write.fate() == Fate.UNKNOWN ? 1 : 0, Math::max);
    }
    long lost = 0;
    long doubled = 0;
    for (final long power : least.keySet()) {
      final int times = (int) (last.value() / power & 3);
      lost += Math.max(0, least.get(power) - times);
      doubled += Math.max(0, times - most.get(power));
    }
    return new Balance(lost, doubled);
  }

  private static Balance ofSums(final List<Operation> writes, final Answer last) {
    final Set<String> keys = new HashSet<>();
    final long least =
        writes.stream()
            .filter(write -> isCounted(write, last) && isFirst(write, keys))
            .mapToLong(Operation::amount)
            .sum();
    final long open =
        writes.stream()
            .filter(write -> write.fate() == Fate.UNKNOWN && isFirst(write, keys))
            .mapToLong(Operation::amount)
            .sum();
    return new Balance(Math.max(0, least - last.value()), Math.max(0, last.value() - least - open));
  }

  private static boolean isCounted(final Operation write, final Answer last) {
    return write.fate() == Fate.APPLIED && write.incarnation() == last.incarnation();
  }

  private static boolean isFirst(final Operation write, final Set<String> keys) {
    return write.idempotencyKey().isEmpty() || keys.add(write.idempotencyKey());
  }
}
