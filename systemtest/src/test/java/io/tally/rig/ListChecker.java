package io.tally.rig;

import io.tally.system.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A list without load shows each counter once, with the value that a read of it shows. */
final class ListChecker {
  private ListChecker() {}

  /** Returns what differs; of counters that were not read, only whether they come twice. */
  static List<String> check(final List<Listed> listed, final Map<String, Answer> lastValues) {
    final List<String> violations = new ArrayList<>();
    final Set<String> seen = new HashSet<>();
    for (final Listed item : listed) {
      final Answer last = lastValues.get(item.counter());
      if (!seen.add(item.counter())) {
        violations.add("ListChecker: " + item + " is listed twice");
      } else if (last != null && last.value() != item.value()) {
        violations.add("ListChecker: " + item + " is listed, and read as " + last);
      }
    }
    lastValues.forEach(
        (counter, last) -> {
          if (last.value() != 0 && !seen.contains(counter)) {
            violations.add("ListChecker: " + counter + " is not listed, and read as " + last);
          }
        });
    return violations;
  }
}
