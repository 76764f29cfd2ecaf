package io.tally.rig;

import io.tally.system.Metrics;
import java.util.List;
import java.util.Locale;

/** What a fault leaves behind in the metrics of the nodes. */
enum Trace {
  RETRIES("tally_lane_retries_total"),
  DUPLICATES("tally_lane_duplicates_total"),
  STALE("tally_rejected_total{reason=\"stale\"}"),
  EXPIRED("tally_rejected_total{reason=\"expired\"}"),
  BUSY("tally_rejected_total{reason=\"busy\"}"),
  NO_OWNER("tally_rejected_total{reason=\"no_owner\"}"),
  WRONG_INCARNATION("tally_rejected_total{reason=\"wrong_incarnation\"}"),
  INCARNATION("tally_incarnation_changes_total"),
  FRAMES_REFUSED("tally_frames_refused_total"),
  SILENCE("tally_link_peers_silent_total"),
  STALLS("tally_link_window_stalls_total"),
  DISCONNECTS("tally_nats_disconnects_total"),
  RECONNECTS("tally_nats_reconnects_total"),
  BEYOND_WINDOW("tally_rejected_total{reason=\"beyond_window\"}"),
  PENDING_FULL("tally_rejected_total{reason=\"pending_full\"}"),
  MALFORMED("tally_rejected_total{reason=\"malformed\"}"),
  PANICS("tally_actor_panics_total"),
  MESSAGE_FAULTS("tally_link_message_faults_total");

  private final String series;

  Trace(final String series) {
    this.series = series;
  }

  /** What no fault may leave. */
  static List<Trace> neverLeft(final boolean misrouted) {
    // A reply to another incarnation counts as malformed.
    return misrouted
        ? List.of(BEYOND_WINDOW, PENDING_FULL, PANICS, MESSAGE_FAULTS)
        : List.of(BEYOND_WINDOW, PENDING_FULL, PANICS, MESSAGE_FAULTS, MALFORMED);
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How much all nodes counted together; a node that was started anew counts from 0. */
  long growth(final List<Metrics> before, final List<Metrics> after) {
    long growth = 0;
    for (int node = 0; node < after.size(); node++) {
      final long old = read(before.get(node));
      final long now = read(after.get(node));
      growth += now >= old ? now - old : now;
    }
    return growth;
  }

  long read(final Metrics metrics) {
    return series.endsWith("}") ? metrics.value(series) : metrics.sum(series);
  }
}
