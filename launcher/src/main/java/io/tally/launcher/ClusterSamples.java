package io.tally.launcher;

import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.EngineStats;
import io.tally.engine.internal.LatencyHistogram;
import io.tally.engine.internal.RoutingTable;
import io.tally.engine.internal.ShardEngine;
import io.tally.http.internal.HttpCounters;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.NanoClock;

/**
 * What happened in the cluster since the sample before, from counters that exist anyway: of the
 * requests of this process's clients, and of the shards that it owns. Used by one event loop.
 */
final class ClusterSamples implements Supplier<String> {
  /**
   * A sample that follows no other one closely has no rates, since they would be of another time.
   */
  private static final long MAX_SPAN_NS = TimeUnit.MILLISECONDS.toNanos(2_500);

  /** The time for which a node is shown as restarted. */
  private static final long RESTARTED_NS = TimeUnit.SECONDS.toNanos(10);

  private final List<ClusterNode> nodes;
  private final Status status;
  private final HttpCounters http;
  private final NanoClock clock;
  private final List<EngineStats> ingresses;
  private final int[] writes;
  private final int[] refusals;
  private final Reading[] readings = {new Reading(), new Reading()};
  private final long[] incarnations;
  private final long[] restartedNs;
  private boolean hasBefore;

  /** One reading of everything that only grows. */
  private static final class Reading {
    private long atNs;
    private long[] consumed = {};
    private long written;
    private final long[] buckets = new long[LatencyHistogram.bucketCount() + 1];
    private long refused;
    private long unknown;
  }

  ClusterSamples(
      final List<ClusterNode> nodes,
      final List<ServiceDefinition> services,
      final Status status,
      final HttpCounters http,
      final NanoClock clock) {
    this.nodes = nodes;
    this.status = status;
    this.http = http;
    this.clock = clock;
    ingresses = nodes.get(0).engine().ingressStats();
    final Set<String> names =
        services.stream()
            .flatMap(service -> service.messages().stream())
            .filter(MessageType::write)
            .map(MessageType::name)
            .collect(Collectors.toSet());
    final List<String> types = ingresses.get(0).messageTypes();
    writes = IntStream.range(0, types.size()).filter(i -> names.contains(types.get(i))).toArray();
    refusals = Arrays.stream(http.statuses()).filter(s -> s >= 400 && !isUnknown(s)).toArray();
    final RoutingTable routes = nodes.get(0).engine().routingTable();
    incarnations = new long[routes.nodeIds().size()];
    restartedNs = new long[incarnations.length];
    for (final Reading reading : readings) {
      reading.consumed = new long[routes.shardCount()];
    }
  }

  private static boolean isUnknown(final int status) {
    return status == 500 || status == 504;
  }

  @Override
  public String get() {
    final Reading before = readings[0];
    final Reading now = readings[1];
    readings[0] = now;
    readings[1] = before;
    read(now);
    final boolean rated = hasBefore && now.atNs - before.atNs <= MAX_SPAN_NS;
    hasBefore = true;
    final StringBuilder json =
        new StringBuilder("{\"node\":\"")
            .append(nodes.get(0).nodeId())
            .append("\",\"time_ms\":")
            .append(System.currentTimeMillis());
    appendNodes(json, now.atNs);
    appendShards(json, before, now, rated);
    if (rated) {
      appendTotals(json, before, now);
    }
    return json.append('}').toString();
  }

  private void read(final Reading reading) {
    reading.atNs = clock.nanoTime();
    for (int shard = 0; shard < reading.consumed.length; shard++) {
      reading.consumed[shard] = -1;
      for (final ClusterNode node : nodes) {
        reading.consumed[shard] =
            Math.max(reading.consumed[shard], node.engine().ringConsumed(shard));
      }
    }
    reading.written = 0;
    Arrays.fill(reading.buckets, 0);
    for (final EngineStats stats : ingresses) {
      for (int type = 0; type < stats.messageTypes().size(); type++) {
        for (int bucket = 0; bucket < reading.buckets.length; bucket++) {
          reading.buckets[bucket] += stats.latency(type).count(bucket);
        }
      }
      for (final int type : writes) {
        reading.written += count(stats.latency(type)) - stats.failures(type);
      }
    }
    reading.refused = Arrays.stream(refusals).mapToLong(http::responses).sum();
    reading.unknown =
        Arrays.stream(http.statuses())
            .filter(ClusterSamples::isUnknown)
            .mapToLong(http::responses)
            .sum();
  }

  private static long count(final LatencyHistogram histogram) {
    return IntStream.rangeClosed(0, LatencyHistogram.bucketCount())
        .mapToLong(histogram::count)
        .sum();
  }

  private void appendNodes(final StringBuilder json, final long nowNs) {
    final List<String> ids = nodes.get(0).engine().routingTable().nodeIds();
    final StringJoiner all = new StringJoiner(",", ",\"nodes\":[", "]");
    for (int index = 0; index < ids.size(); index++) {
      all.add(
          "{\"id\":\""
              + ids.get(index)
              + "\",\"state\":\""
              + state(index, nowNs)
              + "\",\"incarnation\":\""
              + incarnations[index]
              + "\"}");
    }
    json.append(all);
  }

  private String state(final int index, final long nowNs) {
    final long incarnation = status.incarnationOf(index);
    if (incarnation != 0 && incarnation != incarnations[index]) {
      // Nobody can say so of a node that was never seen before.
      restartedNs[index] = incarnations[index] == 0 ? 0 : nowNs;
      incarnations[index] = incarnation;
    }
    final String state = status.stateOf(index);
    final boolean restarted =
        restartedNs[index] != 0 && nowNs - restartedNs[index] < RESTARTED_NS && state.equals("up");
    return restarted ? "restarted" : state.equals("draining") ? "leaving" : state;
  }

  private void appendShards(
      final StringBuilder json, final Reading before, final Reading now, final boolean rated) {
    final RoutingTable routes = nodes.get(0).engine().routingTable();
    json.append(",\"shards\":[");
    for (int shard = 0; shard < routes.shardCount(); shard++) {
      json.append(shard == 0 ? "{\"id\":" : ",{\"id\":")
          .append(shard)
          .append(",\"owner\":")
          .append(routes.nodeIndex(shard))
          .append(",\"incarnation\":\"")
          .append(routes.incarnation(shard))
          .append('"');
      if (now.consumed[shard] >= 0) {
        if (rated) {
          final long consumed = now.consumed[shard] - before.consumed[shard];
          json.append(",\"rate\":").append(perSecond(consumed, before, now));
        }
        json.append(",\"depth\":").append(depth(shard));
      }
      json.append('}');
    }
    json.append(']');
  }

  private long depth(final int shard) {
    long depth = 0;
    for (final ClusterNode node : nodes) {
      final ShardEngine engine = node.engine();
      depth = Math.max(depth, engine.ringDepth(shard));
    }
    return depth;
  }

  private static void appendTotals(
      final StringBuilder json, final Reading before, final Reading now) {
    json.append(",\"writes\":").append(perSecond(now.written - before.written, before, now));
    final long[] buckets = new long[now.buckets.length];
    Arrays.setAll(buckets, i -> now.buckets[i] - before.buckets[i]);
    if (Arrays.stream(buckets).sum() > 0) {
      json.append(",\"p50_us\":").append(quantileUs(buckets, 50));
      json.append(",\"p99_us\":").append(quantileUs(buckets, 99));
    }
    json.append(",\"refused\":").append(perSecond(now.refused - before.refused, before, now));
    json.append(",\"unknown\":").append(perSecond(now.unknown - before.unknown, before, now));
  }

  /** What is not nothing is shown as 1 at least. */
  private static long perSecond(final long count, final Reading before, final Reading now) {
    final double spanNs = Math.max(1, now.atNs - before.atNs);
    final long rate = Math.round(count * (TimeUnit.SECONDS.toNanos(1) / spanNs));
    return count > 0 ? Math.max(1, rate) : 0;
  }

  /** A quantile, which lies in its bucket as if the durations in there were spread evenly. */
  static long quantileUs(final long[] buckets, final int percent) {
    final double rank = Arrays.stream(buckets).sum() * (percent / 100.0);
    long below = 0;
    int bucket = 0;
    while (bucket < buckets.length - 1 && below + buckets[bucket] < rank) {
      below += buckets[bucket++];
    }
    final int last = LatencyHistogram.bucketCount() - 1;
    final double lowNs = bucket == 0 ? 0 : LatencyHistogram.upperBoundNs(bucket - 1);
    final double highNs = LatencyHistogram.upperBoundNs(Math.min(bucket, last));
    final double share = buckets[bucket] == 0 ? 1 : (rank - below) / buckets[bucket];
    return Math.max(1, Math.round((lowNs + share * (highNs - lowNs)) / 1_000));
  }
}
