package io.tally.launcher;

import io.prometheus.client.Collector;
import io.tally.counter.CounterServiceFactory;
import io.tally.engine.EngineCounter;
import io.tally.engine.EngineStats;
import io.tally.engine.LatencyHistogram;
import io.tally.engine.RoutingTable;
import io.tally.engine.ShardEngine;
import io.tally.http.HttpCounters;
import io.tally.transport.CarrierCounter;
import io.tally.transport.ClusterLink;
import io.tally.transport.FrameRefusal;
import io.tally.transport.LinkCounter;
import io.tally.transport.LinkCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Reads the counters of all agents at scrape time. Labels come from closed sets only: message
 * types, nodes, shards, reasons, statuses; never a counter's id.
 */
final class TallyCollector extends Collector {
  private static final double NS_PER_SECOND = 1e9;

  private final List<ClusterNode> nodes;
  private final CounterServiceFactory services;
  private final HttpCounters http;
  private final Carriers carriers;

  /** Carriers are null in a cluster of one. */
  TallyCollector(
      final List<ClusterNode> nodes,
      final CounterServiceFactory services,
      final HttpCounters http,
      final Carriers carriers) {
    this.nodes = nodes;
    this.services = services;
    this.http = http;
    this.carriers = carriers;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    final List<EngineStats> ingress = stats(ShardEngine::ingressStats);
    final List<EngineStats> owners = stats(ShardEngine::ownerStats);
    final List<EngineStats> all = stats(ShardEngine::stats);
    final List<Family> families = new ArrayList<>();
    actors(families, owners);
    cluster(families, ingress, owners);
    engine(families, all);
    links(families);
    carrier(families);
    http(families);
    families.add(
        Family.gauge("tally_build_info", "Version of this build; always 1.", "version", "java")
            .add(1, Tally.version(), Integer.toString(Runtime.version().feature())));
    return families.stream().map(Family::samples).toList();
  }

  private void actors(final List<Family> families, final List<EngineStats> owners) {
    families.add(
        durations(
            "tally_actor_message_duration_seconds",
            "Time an actor takes for a message: the mean of the batch it was in.",
            owners));
    families.add(
        outcomes(
            "tally_actor_messages",
            "Messages that actors handled; success: the handler did not throw.",
            owners));
    families.add(
        Family.counter("tally_actor_panics", "Messages whose handler threw.")
            .add(sum(owners, EngineCounter.SERVICE_FAULTS)));
    final Family depth =
        Family.gauge("tally_ring_depth", "Commands that wait in the ring of a shard.", "shard");
    for (final ClusterNode node : nodes) {
      final ShardEngine engine = node.engine();
      for (int shard = 0; shard < engine.routingTable().shardCount(); shard++) {
        if (engine.ringDepth(shard) >= 0) {
          depth.add(engine.ringDepth(shard), Integer.toString(shard));
        }
      }
    }
    families.add(depth);
    families.add(perNode("tally_counters", "Counters kept.", n -> n.engine().entityCount()));
    families.add(
        perNode(
            "tally_idempotency_keys",
            "Idempotency keys remembered.",
            n -> n.engine().idempotencyKeyCount()));
  }

  private void cluster(
      final List<Family> families,
      final List<EngineStats> ingress,
      final List<EngineStats> owners) {
    families.add(
        durations(
            "tally_cluster_request_duration_seconds",
            "Time from the arrival of a request to its end.",
            ingress));
    families.add(
        outcomes(
            "tally_cluster_requests",
            "Requests that ended; success: the service answered, be it with a refusal of its own.",
            ingress));
    families.add(
        durations(
            "tally_cluster_handler_duration_seconds",
            "Time a shard takes for a command: the mean of the batch it was in.",
            owners));
    families.add(
        outcomes(
            "tally_cluster_handlers",
            "Commands that shards handled; success: the handler did not throw.",
            owners));
    families.add(
        Family.counter(
                "tally_cluster_transport_errors",
                "Requests that found no owner, no time or no way.",
                "error_type")
            .add(sum(ingress, EngineCounter.REJECTED_NO_OWNER), "no_subscriber")
            .add(sum(ingress, EngineCounter.TIMED_OUT), "timeout")
            .add(sum(owners, EngineCounter.EXPIRED), "ttl_expired")
            .add(sum(ingress, EngineCounter.REJECTED_CLOSING), "closed"));
    families.add(
        perNode("tally_cluster_shards_owned", "Shards a node owns.", ClusterNode::shardsOwned));
    families.add(
        perNode(
            "tally_cluster_handlers_active",
            "Commands that wait in the rings of a node.",
            TallyCollector::depth));
  }

  private void engine(final List<Family> families, final List<EngineStats> all) {
    final Family rejected =
        Family.counter(
            "tally_rejected", "Requests and commands that were refused unapplied.", "reason");
    reject(rejected, all, "pending_full", EngineCounter.REJECTED_PENDING_FULL);
    reject(rejected, all, "busy", EngineCounter.REJECTED_BUSY);
    reject(rejected, all, "no_owner", EngineCounter.REJECTED_NO_OWNER);
    reject(rejected, all, "closing", EngineCounter.REJECTED_CLOSING);
    reject(rejected, all, "received_busy", EngineCounter.RECEIVED_BUSY);
    reject(rejected, all, "foreign", EngineCounter.FOREIGN);
    reject(rejected, all, "not_owner", EngineCounter.NOT_OWNER);
    reject(rejected, all, "wrong_incarnation", EngineCounter.WRONG_INCARNATION);
    reject(rejected, all, "expired", EngineCounter.EXPIRED);
    reject(rejected, all, "stale", EngineCounter.LANE_STALE);
    reject(rejected, all, "beyond_window", EngineCounter.LANE_BEYOND_WINDOW);
    reject(rejected, all, "malformed", EngineCounter.MALFORMED);
    reject(rejected, all, "idempotency_mismatch", EngineCounter.IDEMPOTENCY_MISMATCHES);
    reject(rejected, all, "idempotency_limit", EngineCounter.IDEMPOTENCY_LIMITED);
    rejected.add(services.memoryRefusalCount(), "memory_limit");
    rejected.add(services.overflowCount(), "overflow");
    families.add(rejected);
    families.add(
        total(
            all, "tally_lane_retries", "Copies sent after the first.", EngineCounter.LANE_RETRIES));
    families.add(
        total(
            all,
            "tally_lane_duplicates",
            "Copies answered from their lane and not applied again.",
            EngineCounter.LANE_DUPLICATES));
    families.add(
        total(
            all,
            "tally_incarnation_changes",
            "Changes of a shard's incarnation, seen by an ingress.",
            EngineCounter.INCARNATION_CHANGES));
    families.add(
        total(
            all,
            "tally_idempotent_replays",
            "Requests answered with what an earlier one of the same key got.",
            EngineCounter.IDEMPOTENT_REPLAYS));
    families.add(
        total(
            all,
            "tally_replies_late",
            "Replies for requests that had ended.",
            EngineCounter.REPLIES_LATE));
    families.add(
        total(
            all,
            "tally_replies_dropped",
            "Replies that found no room; they are asked for again.",
            EngineCounter.REPLIES_DROPPED));
  }

  private void links(final List<Family> families) {
    final Family up =
        Family.gauge("tally_link_up", "Whether a node sees a peer up.", "node_id", "peer");
    final Family messages =
        Family.histogram(
            "tally_frame_commands", "Commands and replies in a sent frame.", "node_id");
    final Family refused =
        Family.counter("tally_frames_refused", "Frames that were refused.", "reason");
    for (final ClusterNode node : nodes) {
      final ClusterLink link = node.link();
      if (link != null) {
        final RoutingTable routes = node.engine().routingTable();
        for (int peer = 0; peer < routes.nodeIds().size(); peer++) {
          final String peerId = routes.nodeIds().get(peer);
          if (!peerId.equals(node.nodeId())) {
            up.add(link.incarnation(peer) == 0 ? 0 : 1, node.nodeId(), peerId);
          }
        }
        final LinkCounters counters = link.counters();
        messages.addHistogram(
            LinkCounters.frameBucketCount(),
            LinkCounters::frameBucketBound,
            counters::frameBucket,
            counters.get(LinkCounter.COMMANDS_SENT) + counters.get(LinkCounter.REPLIES_SENT),
            node.nodeId());
      }
    }
    for (final FrameRefusal reason : FrameRefusal.values()) {
      refused.add(sumLinks(counters -> counters.refused(reason)), reason.label());
    }
    families.add(up);
    families.add(messages);
    families.add(refused);
    for (final LinkCounter counter : LinkCounter.values()) {
      families.add(
          Family.counter("tally_link_" + lower(counter), "Sum over the nodes of this process.")
              .add(sumLinks(counters -> counters.get(counter))));
    }
  }

  private void carrier(final List<Family> families) {
    for (final CarrierCounter counter : CarrierCounter.values()) {
      families.add(
          Family.counter("tally_nats_" + lower(counter), "Of this process's NATS connection.")
              .add(carriers == null ? 0 : carriers.count(counter)));
    }
  }

  private void http(final List<Family> families) {
    final Family responses =
        Family.counter("tally_http_responses", "HTTP responses by status.", "status");
    for (final int status : HttpCounters.statuses()) {
      responses.add(http.responses(status), Integer.toString(status));
    }
    families.add(responses);
    families.add(
        Family.gauge("tally_http_connections", "Open HTTP connections.")
            .add(http.connectionsOpen()));
    families.add(
        Family.counter("tally_http_connections_accepted", "HTTP connections accepted.")
            .add(http.connectionsAccepted()));
    families.add(
        Family.counter("tally_http_connections_refused", "HTTP connections beyond the limit.")
            .add(http.connectionsRefused()));
    families.add(
        Family.counter("tally_http_responses_dropped", "Answers whose connection had gone.")
            .add(http.responsesDropped()));
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

  private long sumLinks(final ToLongFunction<LinkCounters> value) {
    return nodes.stream()
        .filter(node -> node.link() != null)
        .mapToLong(node -> value.applyAsLong(node.link().counters()))
        .sum();
  }

  private static long depth(final ClusterNode node) {
    long depth = 0;
    for (int shard = 0; shard < node.engine().routingTable().shardCount(); shard++) {
      depth += Math.max(0, node.engine().ringDepth(shard));
    }
    return depth;
  }

  private static Family total(
      final List<EngineStats> stats,
      final String name,
      final String help,
      final EngineCounter counter) {
    return Family.counter(name, help).add(sum(stats, counter));
  }

  private static void reject(
      final Family rejected,
      final List<EngineStats> stats,
      final String reason,
      final EngineCounter counter) {
    rejected.add(sum(stats, counter), reason);
  }

  private static long sum(final List<EngineStats> stats, final EngineCounter counter) {
    return stats.stream().mapToLong(s -> s.get(counter)).sum();
  }

  private static Family durations(
      final String name, final String help, final List<EngineStats> stats) {
    final Family family = Family.histogram(name, help, "message_type");
    final List<String> types = messageTypes(stats);
    for (int i = 0; i < types.size(); i++) {
      final int type = i;
      family.addHistogram(
          LatencyHistogram.bucketCount() + 1,
          bucket -> LatencyHistogram.upperBoundNs(bucket) / NS_PER_SECOND,
          bucket -> stats.stream().mapToLong(s -> s.latency(type).count(bucket)).sum(),
          stats.stream().mapToLong(s -> s.latency(type).sumNs()).sum() / NS_PER_SECOND,
          types.get(type));
    }
    return family;
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

  private static String lower(final Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
