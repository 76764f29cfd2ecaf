package io.tally.testkit;

import io.tally.engine.internal.EngineCounter;
import io.tally.engine.internal.ShardEngine;
import io.tally.transport.internal.ClusterLink;
import io.tally.transport.internal.LinkCounter;

/** Adds what a node has counted in its life to the traces of the history. */
final class EndTraces {
  private EndTraces() {}

  static void add(final Traces traces, final ShardEngine engine) {
    for (final EngineCounter counter : EngineCounter.values()) {
      final Trace trace = traceOf(counter);
      if (trace != null) {
        traces.add(trace, engine.stats().stream().mapToLong(stats -> stats.get(counter)).sum());
      }
    }
  }

  static void add(final Traces traces, final ClusterLink link) {
    for (final LinkCounter counter : LinkCounter.values()) {
      final Trace trace = traceOf(counter);
      if (trace != null) {
        traces.add(trace, link.counters().get(counter));
      }
    }
  }

  private static Trace traceOf(final EngineCounter counter) {
    return switch (counter) {
      case EXPIRED -> Trace.LATE_COPIES_REFUSED;
      case LANE_RETRIES -> Trace.COPIES_SENT_AGAIN;
      case LANE_DUPLICATES -> Trace.COPIES_ANSWERED_FROM_LANES;
      case IDEMPOTENT_REPLAYS -> Trace.KEYS_REPLAYED;
      default -> null;
    };
  }

  private static Trace traceOf(final LinkCounter counter) {
    return switch (counter) {
      case PEERS_SILENT -> Trace.PEERS_SILENT;
      case WINDOW_STALLS -> Trace.WINDOW_STALLS;
      case FRAMES_HELD -> Trace.FRAMES_HELD;
      case MESSAGES_DROPPED -> Trace.MESSAGES_DROPPED;
      case INBOUND_FULL -> Trace.INBOUND_FULL;
      default -> null;
    };
  }
}
