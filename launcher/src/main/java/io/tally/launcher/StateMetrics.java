package io.tally.launcher;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** What nodes tell of their state on disk; nothing where none is kept. */
final class StateMetrics {
  private static final double MS_PER_SECOND = 1e3;

  private final List<NodeState> states;

  StateMetrics(final List<NodeState> states) {
    this.states = states;
  }

  void addTo(final List<Family> families) {
    if (states.isEmpty()) {
      return;
    }
    add(
        families,
        Family.gauge(
            "tally_restored_age_seconds",
            "How old the state was with which this process started; 0: it started with none. With --restore=latest, what"
                + " was counted in that time before the start is lost.",
            "node_id"),
        NodeState::startAgeSeconds);
    add(
        families,
        Family.counter(
            "tally_snapshots_written",
            "Snapshots that this process has brought to disk.",
            "node_id"),
        NodeState::writtenCount);
    add(
        families,
        Family.counter(
            "tally_snapshots_failed",
            "Snapshots that were given up: the disk was full or too slow; the one before stays as it was.",
            "node_id"),
        NodeState::failedCount);
    final long nowMs = System.currentTimeMillis();
    final Family age =
        Family.gauge(
            "tally_snapshot_age_seconds",
            "Time since the last snapshot that this process has brought to disk; missing before the first.",
            "node_id");
    for (final NodeState state : states) {
      if (state.lastWrittenMs() > 0) {
        age.add(Math.max(0, nowMs - state.lastWrittenMs()) / MS_PER_SECOND, state.nodeId());
      }
    }
    families.add(age);
  }

  private void add(
      final List<Family> families, final Family family, final ToDoubleFunction<NodeState> value) {
    states.forEach(state -> family.add(value.applyAsDouble(state), state.nodeId()));
    families.add(family);
  }
}
