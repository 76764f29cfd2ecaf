package io.tally.rig;

import io.tally.check.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What sets a counter replaces one value, and each value is replaced once: what was answered is
 * there until something replaces it, and nothing comes back. Values of different writes differ, so
 * that the one that an answer says was replaced tells which write came before.
 */
final class ReplacementChecker {
  private final List<String> violations = new ArrayList<>();
  private long lost;
  private long doubled;

  /**
   * Looks at the requests of one counter that the living incarnation of its shard answered or may
   * have run, and at its last value.
   */
  void check(
      final String counter,
      final List<Replacement> requests,
      final long incarnation,
      final long lastValue) {
    final Map<String, Replacement> certain = certain(requests, incarnation);
    final Map<Long, Long> startOf = new HashMap<>();
    final Set<String> open = new HashSet<>();
    for (final Replacement request : requests) {
      final boolean isOpen = request.fate() == Fate.UNKNOWN && !certain.containsKey(request.key());
      if (isOpen) {
        open.add(request.key());
      }
      if (request.value() != 0 && (isOpen || certain.containsKey(request.key()))) {
        startOf.merge(request.value(), request.startNs(), Math::min);
      }
    }
    final Map<Long, Replacement> replacedBy = new HashMap<>();
    for (final Replacement write : certain.values()) {
      final Long startNs = startOf.get(write.previous());
      if (write.previous() != 0 && (startNs == null || startNs > write.endNs())) {
        violations.add(write + " replaced what nobody had set");
        doubled++;
      }
      final Replacement other =
          write.previous() == 0 ? null : replacedBy.put(write.previous(), write);
      if (other != null) {
        violations.add(write + " replaced what had been replaced by " + other);
        doubled++;
      }
    }
    checkOrder(certain, replacedBy);
    if (lastValue != 0 && (!startOf.containsKey(lastValue) || replacedBy.containsKey(lastValue))) {
      violations.add(counter + " is " + lastValue + " in the end, which was replaced or never set");
      doubled++;
    }
    final List<Replacement> vanished =
        certain.values().stream()
            .filter(write -> write.value() != 0 && write.value() != lastValue)
            .filter(write -> !replacedBy.containsKey(write.value()))
            .toList();
    // Each write of which nobody knows may have replaced one.
    if (vanished.size() > open.size()) {
      violations.add("with " + open.size() + " that are open, lost some of " + vanished);
      lost += vanished.size() - open.size();
    }
  }

  /** One for each key, the one that ran rather than one that repeats its answer. */
  private Map<String, Replacement> certain(
      final List<Replacement> requests, final long incarnation) {
    final Map<String, Replacement> certain = new HashMap<>();
    for (final Replacement request : requests) {
      if (request.fate() == Fate.APPLIED && request.incarnation() == incarnation) {
        final Replacement other = certain.get(request.key());
        if (other != null
            && (other.previous() != request.previous()
                || !other.replayed() && !request.replayed())) {
          violations.add(request + " is not the answer of " + other);
          doubled++;
        }
        if (other == null || other.replayed()) {
          certain.put(request.key(), request);
        }
      }
    }
    return certain;
  }

  /** Between a write and the one that replaced its value there was no third one. */
  private void checkOrder(
      final Map<String, Replacement> certain, final Map<Long, Replacement> replacedBy) {
    final List<Replacement> ran =
        certain.values().stream().filter(write -> !write.replayed()).toList();
    for (final Replacement before : ran) {
      final Replacement after = before.value() == 0 ? null : replacedBy.get(before.value());
      if (after != null && !after.replayed()) {
        for (final Replacement other : ran) {
          if (other.startNs() > before.endNs() && after.startNs() > other.endNs()) {
            violations.add(other + " came between " + before + " and " + after);
            lost++;
          }
        }
      }
    }
  }

  long lost() {
    return lost;
  }

  long doubled() {
    return doubled;
  }

  List<String> violations() {
    return violations.stream().map(violation -> "ReplacementChecker: " + violation).toList();
  }
}
