package io.tally.launcher;

import io.tally.counter.CounterServiceFactory;
import io.tally.engine.EngineCounter;
import io.tally.engine.ShardEngine;
import io.tally.http.HttpServer;
import java.util.List;
import java.util.function.ToLongFunction;

/** What may run full in a process, each with its value and its maximum. */
final class WatchedLimits {
  private final Settings settings;
  private final Limits limits;
  private final CounterServiceFactory services;
  private final List<ClusterNode> nodes;
  private final HttpServer http;

  WatchedLimits(
      final Settings settings,
      final Limits limits,
      final CounterServiceFactory services,
      final List<ClusterNode> nodes,
      final HttpServer http) {
    this.settings = settings;
    this.limits = limits;
    this.services = services;
    this.nodes = nodes;
    this.http = http;
  }

  /** Named as their metrics are; those without a text have a finer metric elsewhere. */
  List<LimitWatch.Limit> all() {
    return List.of(
        new LimitWatch.Limit(
            "counters",
            "",
            () -> sum(ShardEngine::entityCount),
            limits.counterLimit().maxCounters(),
            services::memoryRefusalCount,
            "--max-counters"),
        new LimitWatch.Limit(
            "idempotency_keys",
            "",
            limits.idempotencyLimit()::acquired,
            limits.idempotencyLimit().maxKeys(),
            () -> count(EngineCounter.IDEMPOTENCY_LIMITED),
            "the heap (-Xmx) or --idempotency-keys"),
        new LimitWatch.Limit(
            "http_connections",
            "",
            http.counters()::connectionsOpen,
            http.maxConnections(),
            http.counters()::connectionsRefused,
            "--max-connections"),
        new LimitWatch.Limit(
            "requests_pending",
            "Requests under way in the event loops, at most tally_requests_pending_limit.",
            () -> sum(ShardEngine::pendingCount),
            limits.pendingRequests(),
            () -> count(EngineCounter.REJECTED_PENDING_FULL),
            "--loops"),
        new LimitWatch.Limit(
            "ring_depth",
            "",
            () -> nodes.stream().mapToLong(node -> deepestRing(node.engine())).max().orElse(0),
            settings.ringSlots,
            () -> count(EngineCounter.RECEIVED_BUSY),
            "--ring-slots"));
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

  private long sum(final ToLongFunction<ShardEngine> value) {
    return nodes.stream().mapToLong(node -> value.applyAsLong(node.engine())).sum();
  }
}
