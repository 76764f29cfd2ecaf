package io.tally.launcher;

import io.tally.engine.ServiceDefinition;
import io.tally.engine.StableHash;
import io.tally.engine.internal.RoutingTable;
import io.tally.http.internal.ClusterView;
import io.tally.http.internal.HttpCounters;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;

/**
 * What {@code /cluster} says, as the front end's node sees its cluster. Where an entity lies
 * follows from its id, whichever service it is of.
 */
final class ClusterPage implements ClusterView {
  private static final String SCHEMA =
      """
      {"type":"object","required":["settled_ms","epoch","nodes","node","shards"],"properties":{\
      "settled_ms":{"type":"integer","description":"So long after a request was sent to this node, no copy of it takes effect any more."},\
      "epoch":{"type":"integer","description":"Of the newest placement of a shard."},\
      "nodes":{"type":"array","items":{"type":"object","required":["node_id","state","shards","incarnation"],"properties":{\
      "node_id":{"type":"string"},\
      "state":{"enum":["up","starting","draining","cut_off","down"]},\
      "shards":{"type":"array","items":{"type":"integer"},"description":"Those that it owns."},\
      "incarnation":{"type":"string","description":"Of its process; 0 if none was heard."}}}},\
      "node":{"type":"string","description":"The node that says so."},\
      "shards":{"type":"array","items":{"type":"object","required":["id","owner","incarnation"],"properties":{\
      "id":{"type":"integer"},\
      "owner":{"type":"integer","description":"Place in nodes."},\
      "incarnation":{"type":"string","description":"Of its state; 0 if it is not known."}}}},\
      "entity":{"type":"object","required":["shard","owner"],"description":"Where the entity lies that the query names.",\
      "properties":{"shard":{"type":"integer"},"owner":{"type":"integer"}}}}}""";

  private final List<ClusterNode> nodes;
  private final List<ServiceDefinition> services;
  private final Status status;
  private final NanoClock clock;

  /** The front end is the first of the nodes of this process. */
  ClusterPage(
      final List<ClusterNode> nodes,
      final List<ServiceDefinition> services,
      final Status status,
      final NanoClock clock) {
    this.nodes = nodes;
    this.services = services;
    this.status = status;
    this.clock = clock;
  }

  @Override
  public String schema() {
    return SCHEMA;
  }

  @Override
  public String state() {
    return state("");
  }

  @Override
  public String stateWith(final byte[] id) {
    final RoutingTable routes = routes();
    final long placement = StableHash.placement(id, 0, id.length);
    final int shard = StableHash.shard(placement, routes.shardCount());
    return state(",\"entity\":{\"shard\":" + shard + ",\"owner\":" + routes.nodeIndex(shard) + "}");
  }

  @Override
  public Supplier<String> samples(final HttpCounters counters) {
    return new ClusterSamples(nodes, services, status, counters, clock);
  }

  private RoutingTable routes() {
    return nodes.get(0).engine().routingTable();
  }

  private String state(final String last) {
    final RoutingTable routes = routes();
    final StringJoiner ofNodes = new StringJoiner(",");
    for (int index = 0; index < routes.nodeIds().size(); index++) {
      ofNodes.add(
          "{\"node_id\":\""
              + routes.nodeIds().get(index)
              + "\",\"state\":\""
              + status.stateOf(index)
              + "\",\"shards\":"
              + shards(routes, index)
              + ",\"incarnation\":\""
              + status.incarnationOf(index)
              + "\"}");
    }
    final StringJoiner ofShards = new StringJoiner(",");
    for (int shard = 0; shard < routes.shardCount(); shard++) {
      ofShards.add(
          "{\"id\":"
              + shard
              + ",\"owner\":"
              + routes.nodeIndex(shard)
              + ",\"incarnation\":\""
              + routes.incarnation(shard)
              + "\"}");
    }
    return "{\"settled_ms\":"
        + TimeUnit.NANOSECONDS.toMillis(nodes.get(0).settledNs())
        + ",\"epoch\":"
        + epoch(routes)
        + ",\"nodes\":["
        + ofNodes
        + "],\"node\":\""
        + nodes.get(0).nodeId()
        + "\",\"shards\":["
        + ofShards
        + "]"
        + last
        + "}";
  }

  private static long epoch(final RoutingTable routes) {
    long epoch = 0;
    for (int shard = 0; shard < routes.shardCount(); shard++) {
      epoch = Math.max(epoch, routes.epoch(shard));
    }
    return epoch;
  }

  private static String shards(final RoutingTable routes, final int nodeIndex) {
    final StringJoiner shards = new StringJoiner(",", "[", "]");
    for (final int shard : routes.shardsOf(nodeIndex)) {
      shards.add(Integer.toString(shard));
    }
    return shards.toString();
  }
}
