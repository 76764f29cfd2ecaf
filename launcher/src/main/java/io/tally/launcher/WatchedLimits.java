package io.tally.launcher;

import io.tally.engine.EntityLimit;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.EngineCounter;
import io.tally.engine.internal.ReplyRoom;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.WatchAgent;
import io.tally.http.internal.HttpServer;
import io.tally.transport.internal.LinkCounter;
import io.tally.transport.internal.PeerTraffic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** What may run full in a process, each with its value and its maximum. */
final class WatchedLimits {
  private static final String SPEED = "the speed of the peer or of the network";

  private final NodeConfig config;
  private final MemoryPlan plan;
  private final List<ClusterNode> nodes;
  private final HttpServer http;

  WatchedLimits(
      final NodeConfig config,
      final MemoryPlan plan,
      final List<ClusterNode> nodes,
      final HttpServer http) {
    this.config = config;
    this.plan = plan;
    this.nodes = nodes;
    this.http = http;
  }

  /**
   * All limits, named like their metrics. One without a help text has a metric elsewhere, with more
   * labels.
   */
  List<LimitWatch.Limit> all() {
    final List<LimitWatch.Limit> all = new ArrayList<>();
    state(all);
    clients(all);
    ways(all);
    if (nodes.get(0).link() != null) {
      peers(all);
    }
    return all;
  }

  private void state(final List<LimitWatch.Limit> all) {
    for (final ServiceDefinition service : plan.services()) {
      final EntityLimit entities = service.entities();
      all.add(
          new LimitWatch.Limit(
              entities.name(),
              "",
              () -> sum(engine -> engine.entityCount(service.schemaId())),
              entities.max(),
              entities.refusals(),
              entities.remedy()));
    }
    all.add(
        new LimitWatch.Limit(
            "idempotency_keys",
            "",
            plan.idempotencyLimit()::acquired,
            plan.idempotencyLimit().maxKeys(),
            plan.idempotencyLimit()::refusalCount,
            "the heap (-Xmx)"));
    all.add(
        new LimitWatch.Limit(
            "shard_idempotency_keys",
            "Idempotency keys remembered by the shard that remembers most, at most tally_shard_idempotency_keys_limit.",
            () -> max(ShardEngine::fullestIdempotencyKeyCount),
            config.engine().idempotencyKeys(),
            () -> 0,
            "--idempotency-keys"));
    all.add(
        new LimitWatch.Limit(
            "watches",
            "Of the node that has most: entities that its event streams watch, or that its shards tell of, each once for"
                + " each node that watches it, whichever are more; at most tally_watches_limit.",
            () -> max(WatchedLimits::watches),
            config.engine().watches(),
            () -> count(EngineCounter.WATCHES_REFUSED),
            "--max-watches, on all nodes"));
    // A service without long replies has no room for them, which is no limit that it could reach.
    if (plan.longReplyRoom().maxBytes() > 0) {
      all.add(
          room(
              "long_reply_bytes",
              "Bytes of replies that lanes keep beside their slots, at most tally_long_reply_bytes_limit.",
              plan.longReplyRoom()));
      all.add(
          room(
              "long_key_reply_bytes",
              "Bytes of long replies kept for idempotency keys, at most tally_long_key_reply_bytes_limit.",
              plan.idempotencyLimit().longReplies()));
    }
  }

  private static LimitWatch.Limit room(final String name, final String help, final ReplyRoom room) {
    return new LimitWatch.Limit(
        name, help, room::taken, room.maxBytes(), room::refusalCount, "the heap (-Xmx)");
  }

  private void clients(final List<LimitWatch.Limit> all) {
    all.add(
        new LimitWatch.Limit(
            "http_connections",
            "",
            http.edge().counters()::connectionsOpen,
            http.edge().settings().maxConnections(),
            http.edge().counters()::connectionsRefused,
            "--max-connections"));
    // Without streams there is no room for them, which is no limit that they could reach.
    if (http.edge().settings().maxStreams() > 0) {
      all.add(
          new LimitWatch.Limit(
              "http_streams",
              "",
              http.edge().counters()::streamsOpen,
              http.edge().settings().maxStreams(),
              http.edge().counters()::streamsRefused,
              "--max-streams"));
    }
    all.add(
        new LimitWatch.Limit(
            "http_client_bytes",
            "",
            () -> ofLoops(http.edge().counters()::clientBytes),
            http.edge().settings().maxClientBytes() / config.loops(),
            http.edge().counters()::connectionsGivenUp,
            "the memory (-Xmx, -XX:MaxDirectMemorySize)"));
    all.add(
        new LimitWatch.Limit(
            "requests_pending",
            "",
            () -> ofLoops(loop -> pending(nodes, loop)),
            plan.pendingRequests() / config.loops(),
            () -> count(EngineCounter.REJECTED_PENDING_FULL),
            "--loops"));
  }

  private void ways(final List<LimitWatch.Limit> all) {
    all.add(
        new LimitWatch.Limit(
            "ring_depth",
            "",
            () -> max(WatchedLimits::deepestRing),
            config.engine().ringSlots(),
            () -> count(EngineCounter.RECEIVED_BUSY),
            "--ring-slots"));
    all.add(
        new LimitWatch.Limit(
            "lane_unresolved",
            "Writes of one event loop to one shard, from the first that is not answered on, where they are most; at"
                + " tally_lane_unresolved_limit further ones wait.",
            () -> max(WatchedLimits::widestLane),
            config.cluster().laneWindow(),
            () -> count(EngineCounter.LANE_FULL),
            "--lane-window, on all nodes"));
  }

  private void peers(final List<LimitWatch.Limit> all) {
    all.add(
        new LimitWatch.Limit(
            "link_window_bytes",
            "",
            () -> ofPeers(PeerTraffic::unacknowledgedBytes),
            plan.link().windowBytes(),
            () -> count(LinkCounter.WINDOW_STALLS),
            SPEED));
    all.add(
        new LimitWatch.Limit(
            "link_queue_bytes",
            "",
            () -> ofPeers(PeerTraffic::queuedBytes),
            plan.link().ringBytes(),
            () -> count(LinkCounter.QUEUE_FULL),
            SPEED));
    all.add(
        new LimitWatch.Limit(
            "link_inbound_bytes",
            "Bytes of frames that have arrived and wait for the node of this process where they are most, at most"
                + " tally_link_inbound_bytes_limit.",
            () -> nodes.stream().mapToLong(node -> node.link().inboundBytes()).max().orElse(0),
            plan.link().inboundBytes(),
            () -> count(LinkCounter.INBOUND_FULL),
            "the speed of this node"));
  }

  /** Requests under way in a loop. */
  static long pending(final List<ClusterNode> nodes, final int loop) {
    long pending = 0;
    for (final ClusterNode node : nodes) {
      final ShardEngine engine = node.engine();
      pending += loop < engine.ingressCount() ? engine.ingress(loop).shownPendingCount() : 0;
    }
    return pending;
  }

  private static long watches(final ShardEngine engine) {
    final WatchAgent watcher = engine.watcher();
    return Math.max(
        engine.registrationCount(), watcher == null ? 0 : watcher.shownSubscriptionCount());
  }

  private static long widestLane(final ShardEngine engine) {
    long widest = 0;
    for (int loop = 0; loop < engine.ingressCount(); loop++) {
      widest = Math.max(widest, engine.ingress(loop).shownLaneSpan());
    }
    return widest;
  }

  private long ofLoops(final IntToLongFunction value) {
    return IntStream.range(0, config.loops()).mapToLong(value).max().orElse(0);
  }

  private long ofPeers(final ToLongFunction<PeerTraffic> value) {
    long most = 0;
    for (final ClusterNode node : nodes) {
      for (int peer = 0; peer < node.engine().routingTable().nodeIds().size(); peer++) {
        most = Math.max(most, value.applyAsLong(node.link().traffic(peer)));
      }
    }
    return most;
  }

  private static long deepestRing(final ShardEngine engine) {
    long deepest = 0;
    for (int shard = 0; shard < engine.routingTable().shardCount(); shard++) {
      deepest = Math.max(deepest, engine.ringDepth(shard));
    }
    return deepest;
  }

  private long count(final EngineCounter counter) {
    return sum(engine -> engine.stats().stream().mapToLong(stats -> stats.get(counter)).sum());
  }

  private long count(final LinkCounter counter) {
    return nodes.stream().mapToLong(node -> node.link().counters().get(counter)).sum();
  }

  private long max(final ToLongFunction<ShardEngine> value) {
    return nodes.stream().mapToLong(node -> value.applyAsLong(node.engine())).max().orElse(0);
  }

  private long sum(final ToLongFunction<ShardEngine> value) {
    return nodes.stream().mapToLong(node -> value.applyAsLong(node.engine())).sum();
  }
}
