package io.tally.testkit;

import java.util.List;
import java.util.Set;

/**
 * What one history gave.
 *
 * @param violations one line for each broken promise, with the name of what found it; empty if all
 *     were kept.
 * @param kinds of faults that were at work.
 * @param operations requests that ended.
 * @param virtualNs time that passed in the history.
 * @param traces what happened in it.
 */
record Verdict(
    List<String> violations, Set<Fault> kinds, int operations, long virtualNs, Traces traces) {
  Verdict {
    violations = List.copyOf(violations);
  }
}
