package io.tally.launcher;

import io.tally.counter.CounterServiceFactory;
import io.tally.engine.IdempotencyLimit;
import io.tally.engine.ShardEngine;
import io.tally.lane.OwnerLane;
import java.util.List;

/** The bounds that follow from the settings, for the log. */
final class Limits {
  private final Settings settings;
  private final List<ClusterNode> nodes;
  private final CounterServiceFactory services;
  private final IdempotencyLimit idempotencyLimit;

  Limits(
      final Settings settings,
      final List<ClusterNode> nodes,
      final CounterServiceFactory services,
      final IdempotencyLimit idempotencyLimit) {
    this.settings = settings;
    this.nodes = nodes;
    this.services = services;
    this.idempotencyLimit = idempotencyLimit;
  }

  String describe() {
    final ShardEngine.Context context =
        new ShardEngine.Context().ringSlots(settings.ringSlots).serviceFactory(services);
    final long shards = nodes.stream().mapToLong(ClusterNode::shardsOwned).sum();
    final long rings = shards * context.ringBytes();
    final long loops = nodes.get(0).engine().ingressCount();
    final long laneBytes =
        loops * shards * settings.laneWindow * OwnerLane.slotLength(services.maxReplyLength());
    return "max_message_bytes="
        + context.maxMessageLength()
        + " ring_bytes="
        + rings
        + " pending_requests="
        + loops * context.pendingSlots()
        + " reply_queue_bytes="
        + loops * context.replyQueueBytes()
        + " lane_bytes_per_ingress_node="
        + laneBytes
        + " max_counters="
        + settings.maxCounters
        + " max_idempotency_keys="
        + idempotencyLimit.maxKeys()
        + " keyed_writes_per_second_per_shard="
        + settings.idempotencyKeys / Math.max(1, settings.idempotencyWindow.toSeconds());
  }
}
