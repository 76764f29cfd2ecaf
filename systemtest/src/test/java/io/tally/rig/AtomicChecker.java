package io.tally.rig;

import io.tally.system.Answer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds of one atomic batch are all in the last values of their counters, or none of them is. */
final class AtomicChecker {
  private AtomicChecker() {}

  /** Returns what is torn apart. */
  static List<String> check(final Set<AtomicWrite> writes, final Map<String, Answer> lastValues) {
    return writes.stream()
        .filter(
            write ->
                write.counters().stream()
                        .map(counter -> lastValues.get(counter).value() & write.power())
                        .distinct()
                        .count()
                    > 1)
        .map(write -> "AtomicChecker: " + write + " is torn apart")
        .toList();
  }
}
