package io.tally.launcher;

import io.prometheus.client.Collector;
import io.tally.edge.internal.EventLoops;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.EngineCounter;
import io.tally.engine.internal.EngineStats;
import io.tally.engine.internal.LatencyHistogram;
import io.tally.engine.internal.ShardEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Reads the counters of all agents at scrape time. Labels come from closed sets only: message
 * types, nodes, shards, reasons, statuses; never an entity's id.
 */
final class TallyCollector extends Collector {
  private static final double NS_PER_SECOND = 1e9;

  private final List<ClusterNode> nodes;
  private final List<ServiceDefinition> services;
  private final HttpMetrics http;
  private final EventLoops loops;
  private final Status status;
  private final List<LimitWatch.Limit> limits;
  private final LinkMetrics links;
  private final StateMetrics states;

  TallyCollector(
      final List<ClusterNode> nodes,
      final List<ServiceDefinition> services,
      final HttpMetrics http,
      final EventLoops loops,
      final Status status,
      final List<LimitWatch.Limit> limits,
      final LinkMetrics links,
      final StateMetrics states) {
    this.nodes = nodes;
    this.services = services;
    this.http = http;
    this.loops = loops;
    this.status = status;
    this.limits = limits;
    this.links = links;
    this.states = states;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    final List<EngineStats> ingress = stats(ShardEngine::ingressStats);
    final List<EngineStats> owners = stats(ShardEngine::ownerStats);
    final List<EngineStats> all = stats(ShardEngine::stats);
    final List<Family> families = new ArrayList<>();
    actors(families, owners);
    cluster(families, ingress, owners);
    new EngineMetrics(services, all).addTo(families);
    links.addTo(families);
    states.addTo(families);
    http.addTo(families);
    process(families);
    return families.stream().map(Family::samples).toList();
  }

  private void actors(final List<Family> families, final List<EngineStats> owners) {
    families.add(
        durations(
            "tally_actor_message_duration_seconds",
            "Time the service takes for a message, measured as the mean of the batch it was in.",
            owners));
    families.add(
        outcomes(
            "tally_actor_messages",
            "Messages the service handled; success=false: it refused (tally_http_problems_total says why) or threw.",
            owners));
    final Family panics =
        Family.counter(
            "tally_actor_panics",
            "Messages at which the service threw; each was answered 500 and is a bug of ours.",
            "message_type");
    final List<String> types = messageTypes(owners);
    for (int i = 0; i < types.size(); i++) {
      final int type = i;
      panics.add(owners.stream().mapToLong(s -> s.faults(type)).sum(), types.get(type));
    }
    families.add(panics);
    final Family depth =
        Family.gauge(
            "tally_ring_depth",
            "Slots taken in the ring of a shard, one by each short command, at most tally_ring_depth_limit.",
            "shard");
    for (final ClusterNode node : nodes) {
      final ShardEngine engine = node.engine();
      for (int shard = 0; shard < engine.routingTable().shardCount(); shard++) {
        if (engine.ringDepth(shard) >= 0) {
          depth.add(engine.ringDepth(shard), Integer.toString(shard));
        }
      }
    }
    families.add(depth);
    for (final ServiceDefinition service : services) {
      families.add(
          perNode(
              "tally_" + service.entities().name(),
              service.entities().help(),
              n -> n.engine().entityCount(service.schemaId())));
    }
    families.add(
        perNode(
            "tally_idempotency_keys",
            "Idempotency keys remembered; all of the process at most tally_idempotency_keys_limit.",
            n -> n.engine().idempotencyKeyCount()));
  }

  private void cluster(
      final List<Family> families,
      final List<EngineStats> ingress,
      final List<EngineStats> owners) {
    families.add(
        durations(
            "tally_cluster_request_duration_seconds",
            "Time from the arrival of a request until its answer is ready to be sent, whichever node owns it.",
            ingress));
    families.add(
        outcomes(
            "tally_cluster_requests",
            "Requests that ended; success=false: the service refused or threw, or there was no owner, no room, no time;"
                + " tally_http_problems_total says which.",
            ingress));
    families.add(
        durations(
            "tally_cluster_handler_duration_seconds",
            "Time a shard takes for a command, measured as the mean of the batch it was in.",
            owners));
    families.add(
        outcomes(
            "tally_cluster_handlers",
            "Commands that the shards of this process handled; success=false: the service refused or threw.",
            owners));
    final Family wait =
        Family.histogram(
            "tally_queue_wait_seconds",
            "Time a request waited until it was handed over to its shard: for room in the shard's ring, among"
                + " unanswered writes, or on the way to its node. Beyond --queue-limit it is answered 503 busy.");
    histogram(wait, ingress.stream().map(EngineStats::queueWait).toList());
    families.add(wait);
    families.add(
        Family.counter(
                "tally_cluster_transport_errors",
                "Requests that failed on their way: no_subscriber, the owner is away; timeout, answered 504; ttl_expired,"
                    + " a copy came too late and was not applied; closed, this node was stopping.",
                "error_type")
            .add(sum(ingress, EngineCounter.REJECTED_NO_OWNER), "no_subscriber")
            .add(sum(ingress, EngineCounter.TIMED_OUT), "timeout")
            .add(sum(owners, EngineCounter.EXPIRED), "ttl_expired")
            .add(sum(ingress, EngineCounter.REJECTED_CLOSING), "closed"));
    final Family pending =
        Family.gauge(
            "tally_requests_pending",
            "Requests under way in an event loop, at most tally_requests_pending_limit; beyond, connections are"
                + " not read on.",
            "loop");
    for (int loop = 0; loop < loops.loopCount(); loop++) {
      pending.add(WatchedLimits.pending(nodes, loop), Integer.toString(loop));
    }
    families.add(pending);
    families.add(
        perNode(
            "tally_cluster_shards_owned",
            "Shards that the node owns; over all nodes the sum is --shards.",
            ClusterNode::shardsOwned));
    families.add(
        perNode(
            "tally_cluster_handlers_active",
            "Commands that are being handled at this moment: at most one for each thread that steps shards.",
            n -> n.engine().activeCount()));
  }

  private void process(final List<Family> families) {
    families.add(
        Family.gauge("tally_ready", "1 while /readyz answers 200; it says what is missing if not.")
            .add(status.readyz().up() ? 1 : 0));
    families.add(
        Family.gauge("tally_draining", "1 from the signal to stop until the process ends.")
            .add(status.isDraining() ? 1 : 0));
    for (final LimitWatch.Limit limit : limits) {
      final String name = "tally_" + limit.name();
      if (!limit.help().isEmpty()) {
        families.add(Family.gauge(name, limit.help()).add(limit.value().getAsLong()));
      }
      families.add(
          Family.gauge(
                  name + "_limit",
                  "Most that "
                      + name
                      + " can be; what is beyond waits or is refused. Raise: "
                      + limit.remedy()
                      + ".")
              .add(limit.max()));
    }
    final Family lag =
        Family.histogram(
            "tally_loop_lag_seconds",
            "How late the timers of an event loop are: what everything on it waits for. Grows when the loop is"
                + " overloaded, or the process does not get its processors.",
            "loop");
    for (int loop = 0; loop < loops.loopCount(); loop++) {
      histogram(lag, List.of(loops.lag(loop)), Integer.toString(loop));
    }
    families.add(lag);
    families.add(
        Family.gauge("tally_build_info", "Version of this build; always 1.", "version", "java")
            .add(1, Tally.version(), Integer.toString(Runtime.version().feature())));
  }

  private List<EngineStats> stats(final Function<ShardEngine, List<EngineStats>> of) {
    return nodes.stream().flatMap(node -> of.apply(node.engine()).stream()).toList();
  }

  private Family perNode(
      final String name, final String help, final ToLongFunction<ClusterNode> value) {
    final Family family = Family.gauge(name, help, "node_id");
    nodes.forEach(node -> family.add(value.applyAsLong(node), node.nodeId()));
    return family;
  }

  static long sum(final List<EngineStats> stats, final EngineCounter counter) {
    return stats.stream().mapToLong(s -> s.get(counter)).sum();
  }

  private static Family durations(
      final String name, final String help, final List<EngineStats> stats) {
    final Family family = Family.histogram(name, help, "message_type");
    final List<String> types = messageTypes(stats);
    for (int i = 0; i < types.size(); i++) {
      final int type = i;
      histogram(family, stats.stream().map(s -> s.latency(type)).toList(), types.get(type));
    }
    return family;
  }

  private static void histogram(
      final Family family, final List<LatencyHistogram> parts, final String... labelValues) {
    family.addHistogram(
        LatencyHistogram.bucketCount() + 1,
        bucket -> LatencyHistogram.upperBoundNs(bucket) / NS_PER_SECOND,
        bucket -> parts.stream().mapToLong(part -> part.count(bucket)).sum(),
        parts.stream().mapToLong(LatencyHistogram::sumNs).sum() / NS_PER_SECOND,
        labelValues);
  }

  private static Family outcomes(
      final String name, final String help, final List<EngineStats> stats) {
    final Family family = Family.counter(name, help, "message_type", "success");
    final List<String> types = messageTypes(stats);
    for (int i = 0; i < types.size(); i++) {
      final int type = i;
      final long failures = stats.stream().mapToLong(s -> s.failures(type)).sum();
      final long all = stats.stream().mapToLong(s -> messages(s.latency(type))).sum();
      family.add(Math.max(0, all - failures), types.get(type), "true");
      family.add(failures, types.get(type), "false");
    }
    return family;
  }

  private static List<String> messageTypes(final List<EngineStats> stats) {
    return stats.isEmpty() ? List.of() : stats.get(0).messageTypes();
  }

  private static long messages(final LatencyHistogram histogram) {
    long count = 0;
    for (int bucket = 0; bucket <= LatencyHistogram.bucketCount(); bucket++) {
      count += histogram.count(bucket);
    }
    return count;
  }
}
