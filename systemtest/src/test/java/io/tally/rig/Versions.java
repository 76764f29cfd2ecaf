package io.tally.rig;

import io.tally.system.Answer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The latest version of each counter of which a client was told. Thread-safe. */
final class Versions {
  private static final Version ABSENT = new Version("", 0);

  /**
   * A state of a counter.
   *
   * @param tag that names it; empty if there is no counter.
   * @param value that it has; 0 if there is none.
   */
  record Version(String tag, long value) {
    boolean isAbsent() {
      return tag.isEmpty();
    }
  }

  private final Map<String, Version> latest = new ConcurrentHashMap<>();

  Version of(final String counter) {
    return latest.getOrDefault(counter, ABSENT);
  }

  /** Where an older answer comes later, the next compare-and-set is declined, and tells. */
  void learn(final String counter, final Answer answer) {
    latest.put(
        counter, answer.tag().isEmpty() ? ABSENT : new Version(answer.tag(), answer.value()));
  }
}
