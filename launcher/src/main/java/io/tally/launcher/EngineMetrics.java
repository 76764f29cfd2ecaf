package io.tally.launcher;

import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.EngineCounter;
import io.tally.engine.internal.EngineStats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the agents of all engines count beside the requests: refusals, copies, replies, watches. */
final class EngineMetrics {
  private final List<ServiceDefinition> services;
  private final List<EngineStats> all;

  EngineMetrics(final List<ServiceDefinition> services, final List<EngineStats> all) {
    this.services = services;
    this.all = all;
  }

  void addTo(final List<Family> families) {
    families.add(rejected());
    families.add(
        total(
            "tally_lane_retries",
            "Copies of commands sent again because no reply came; grows when messages are lost.",
            EngineCounter.LANE_RETRIES));
    families.add(
        total(
            "tally_lane_duplicates",
            "Copies of writes that arrived again and were answered from memory, not applied again.",
            EngineCounter.LANE_DUPLICATES));
    families.add(
        total(
            "tally_deadlines_cut",
            "Commands from other nodes with a deadline beyond --request-timeout from now; grows for some seconds after"
                + " a clock stood still (a host that was suspended), and all the time if clocks run apart by 1 in 1,000.",
            EngineCounter.DEADLINES_CUT));
    families.add(
        total(
            "tally_lane_full",
            "Attempts to hand over a write that found --lane-window writes of its event loop unresolved at its shard;"
                + " it waits, and is answered 503 busy after --queue-limit.",
            EngineCounter.LANE_FULL));
    families.add(
        total(
            "tally_idempotent_replays",
            "Requests answered with what an earlier one of the same Idempotency-Key got.",
            EngineCounter.IDEMPOTENT_REPLAYS));
    families.add(
        total(
            "tally_replies_late",
            "Replies that came for requests that had ended, as after a timeout or a retry.",
            EngineCounter.REPLIES_LATE));
    families.add(
        total(
            "tally_replies_dropped",
            "Replies that found no room on their way to another thread or node; they are asked for again.",
            EngineCounter.REPLIES_DROPPED));
    families.add(
        total(
            "tally_watches_registered",
            "Watches that shards of this process have begun to keep: an entity, and a node that watches it. Grows again"
                + " when a watch that was not renewed in time comes back.",
            EngineCounter.WATCHES_REGISTERED));
    families.add(
        total(
            "tally_watches_refused",
            "Watches refused because there were tally_watches_limit; a node that was refused asks again every second.",
            EngineCounter.WATCHES_REFUSED));
    families.add(
        total(
            "tally_watch_events",
            "Values sent to nodes that watch an entity, when they registered or when it had changed.",
            EngineCounter.WATCH_EVENTS_SENT));
    families.add(
        total(
            "tally_watch_events_dropped",
            "The same that found no room on their way; who missed one gets the value within a second.",
            EngineCounter.WATCH_EVENTS_DROPPED));
    families.add(
        total(
            "tally_snapshots_given_up",
            "Snapshots of shards that were given up because their output was full, or because a service failed.",
            EngineCounter.SNAPSHOTS_GIVEN_UP));
  }

  private Family rejected() {
    final Family rejected =
        Family.counter(
            "tally_rejected",
            "Requests and copies of commands that were refused unapplied, by the engine's reason. A copy may be"
                + " refused and a later one of the same request answered; what clients got is in"
                + " tally_http_problems_total.",
            "reason");
    reject(rejected, "pending_full", EngineCounter.REJECTED_PENDING_FULL);
    reject(rejected, "payloads_full", EngineCounter.REJECTED_PAYLOADS_FULL);
    reject(rejected, "busy", EngineCounter.REJECTED_BUSY);
    reject(rejected, "no_owner", EngineCounter.REJECTED_NO_OWNER);
    reject(rejected, "unsupported", EngineCounter.REJECTED_UNSUPPORTED);
    reject(rejected, "too_long", EngineCounter.REJECTED_TOO_LONG);
    reject(rejected, "reply_limit", EngineCounter.REPLY_LIMITED);
    reject(rejected, "closing", EngineCounter.REJECTED_CLOSING);
    reject(rejected, "received_busy", EngineCounter.RECEIVED_BUSY);
    reject(rejected, "foreign", EngineCounter.FOREIGN);
    reject(rejected, "not_owner", EngineCounter.NOT_OWNER);
    reject(rejected, "wrong_incarnation", EngineCounter.WRONG_INCARNATION);
    reject(rejected, "expired", EngineCounter.EXPIRED);
    reject(rejected, "stale", EngineCounter.LANE_STALE);
    reject(rejected, "beyond_window", EngineCounter.LANE_BEYOND_WINDOW);
    reject(rejected, "stands_still", EngineCounter.SHARD_STANDS_STILL);
    reject(rejected, "malformed", EngineCounter.MALFORMED);
    reject(rejected, "unknown_message", EngineCounter.UNKNOWN_MESSAGES);
    reject(rejected, "idempotency_mismatch", EngineCounter.IDEMPOTENCY_MISMATCHES);
    reject(rejected, "idempotency_limit", EngineCounter.IDEMPOTENCY_LIMITED);
    final Map<String, Long> byServices = new TreeMap<>();
    for (final ServiceDefinition service : services) {
      // Two services may have reasons of the same name, and their counts tell nothing together.
      final String prefix = services.size() == 1 ? "" : service.name() + "_";
      service
          .refusals()
          .forEach((reason, count) -> byServices.put(prefix + reason, count.getAsLong()));
    }
    byServices.forEach((reason, count) -> rejected.add(count, reason));
    return rejected;
  }

  private void reject(final Family rejected, final String reason, final EngineCounter counter) {
    rejected.add(TallyCollector.sum(all, counter), reason);
  }

  private Family total(final String name, final String help, final EngineCounter counter) {
    return Family.counter(name, help).add(TallyCollector.sum(all, counter));
  }
}
