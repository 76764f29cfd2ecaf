package io.tally.launcher;

import io.tally.edge.EdgeSettings;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.http.HttpSettings;
import io.tally.transport.NatsAddress;
import io.tally.transport.internal.NodeStart;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * All that a process of nodes is started with. Immutable.
 *
 * @param cluster on which all nodes of the cluster agree.
 * @param localNodeIds the nodes of this process: one of the cluster's, or all of them.
 * @param engine sizes and times of each node's engine.
 * @param carrier how the nodes talk; not used in a cluster of one.
 * @param http where the API listens, and how it treats its clients. How many clients there can be,
 *     and how much they can make the process keep, is not taken from it: both follow from the
 *     memory of the process.
 * @param maxConnections most connections of the API; 0 for what memory and file descriptors allow.
 * @param metricsPort where metrics are scraped, at the API's address; 0 takes any free port.
 * @param loops event loops, 1 to {@link ClusterSettings#maxLoops()} of the cluster.
 * @param shardThreads threads of their own for the shards, 0 to {@link #MAX_SHARD_THREADS}; 0 has
 *     the event loops do it.
 * @param times of start and stop.
 * @param state what is kept on disk.
 * @param services that the nodes host, at least one.
 */
public record NodeConfig(
    ClusterSettings cluster,
    List<String> localNodeIds,
    EngineSettings engine,
    CarrierSettings carrier,
    HttpSettings http,
    int maxConnections,
    int metricsPort,
    int loops,
    int shardThreads,
    NodeTimes times,
    StateSettings state,
    List<HostedService> services) {
  /** Port for metrics where none is given. */
  public static final int DEFAULT_METRICS_PORT = 2121;

  /** Most threads of their own for the shards. */
  public static final int MAX_SHARD_THREADS = 256;

  /**
   * Checks the configuration.
   *
   * @throws IllegalArgumentException if something is out of its range.
   */
  public NodeConfig {
    localNodeIds = List.copyOf(localNodeIds);
    requireTime("request timeout", engine.requestTimeoutNs());
    requireTime("queue limit", engine.queueLimitNs());
    requireTime("idempotency window", engine.idempotencyWindowNs());
    requireTime("idle timeout", http.edge().idleTimeoutNs());
    Objects.requireNonNull(carrier);
    Objects.requireNonNull(times);
    Objects.requireNonNull(state);
    services = List.copyOf(services);
    require(!services.isEmpty(), "a node needs a service");
    require(
        services.size() <= NodeStart.MAX_SERVICES,
        "a node hosts at most " + NodeStart.MAX_SERVICES + " services");
    require(
        localNodeIds.equals(cluster.nodeIds())
            || localNodeIds.size() == 1 && cluster.nodeIds().containsAll(localNodeIds),
        "a process has one node of its cluster, or all of them");
    require(maxConnections >= 0, "the number of connections must not be negative");
    require(EdgeSettings.isPort(metricsPort), "not a port: " + metricsPort);
    require(http.port() == 0 || http.port() != metricsPort, "API and metrics have the same port");
    require(
        loops >= 1 && loops <= cluster.maxLoops(),
        "event loops must be 1 to " + cluster.maxLoops() + ", the most of the cluster: " + loops);
    require(
        shardThreads >= 0 && shardThreads <= MAX_SHARD_THREADS,
        "shard threads must be 0 to " + MAX_SHARD_THREADS);
  }

  /**
   * A node alone in its cluster, with defaults for all else.
   *
   * @param services that it hosts.
   * @return the configuration.
   */
  public static NodeConfig alone(final HostedService... services) {
    return new NodeConfig(
        ClusterSettings.of(List.of("node-0")),
        List.of("node-0"),
        EngineSettings.DEFAULT,
        CarrierSettings.IN_PROCESS,
        HttpSettings.DEFAULTS,
        0,
        DEFAULT_METRICS_PORT,
        defaultLoops(ClusterSettings.DEFAULT_MAX_LOOPS),
        0,
        NodeTimes.DEFAULTS,
        StateSettings.IN_MEMORY,
        List.of(services));
  }

  /** One for each processor, within what the cluster allows. */
  static int defaultLoops(final int maxLoops) {
    return Math.min(Runtime.getRuntime().availableProcessors(), maxLoops);
  }

  /**
   * This configuration at other ports.
   *
   * @param apiPort of the API; 0 takes any free one.
   * @param newMetricsPort for metrics; 0 takes any free one.
   * @return a new configuration.
   */
  public NodeConfig withPorts(final int apiPort, final int newMetricsPort) {
    return with(
        cluster,
        localNodeIds,
        engine,
        carrier,
        http.at(http.host(), apiPort),
        newMetricsPort,
        loops,
        state);
  }

  /**
   * This configuration in another cluster. It has no more event loops than that one allows.
   *
   * @param newCluster on which all its nodes agree.
   * @param newLocalNodeIds the nodes of this process.
   * @param newCarrier how the nodes talk.
   * @return a new configuration.
   */
  public NodeConfig withCluster(
      final ClusterSettings newCluster,
      final List<String> newLocalNodeIds,
      final CarrierSettings newCarrier) {
    final int allowedLoops = Math.min(loops, newCluster.maxLoops());
    return with(
        newCluster, newLocalNodeIds, engine, newCarrier, http, metricsPort, allowedLoops, state);
  }

  /**
   * This configuration with another number of event loops.
   *
   * @param newLoops 1 to the most of the cluster.
   * @return a new configuration.
   * @throws IllegalArgumentException if it is out of this range.
   */
  public NodeConfig withLoops(final int newLoops) {
    return with(cluster, localNodeIds, engine, carrier, http, metricsPort, newLoops, state);
  }

  /**
   * This configuration with another engine.
   *
   * @param newEngine its times and sizes.
   * @return a new configuration.
   */
  public NodeConfig withEngine(final EngineSettings newEngine) {
    return with(cluster, localNodeIds, newEngine, carrier, http, metricsPort, loops, state);
  }

  /**
   * This configuration with other state on disk.
   *
   * @param newState what is kept.
   * @return a new configuration.
   */
  public NodeConfig withState(final StateSettings newState) {
    return with(cluster, localNodeIds, engine, carrier, http, metricsPort, loops, newState);
  }

  /** A configuration with new values for what is changed one by one; all else stays. */
  private NodeConfig with(
      final ClusterSettings newCluster,
      final List<String> newLocalNodeIds,
      final EngineSettings newEngine,
      final CarrierSettings newCarrier,
      final HttpSettings newHttp,
      final int newMetricsPort,
      final int newLoops,
      final StateSettings newState) {
    return new NodeConfig(
        newCluster,
        newLocalNodeIds,
        newEngine,
        newCarrier,
        newHttp,
        maxConnections,
        newMetricsPort,
        newLoops,
        shardThreads,
        times,
        newState,
        services);
  }

  /** Whether all nodes of the cluster are in this process. */
  boolean isWholeCluster() {
    return localNodeIds.equals(cluster.nodeIds());
  }

  /** The values, for the log. */
  Object[] describe() {
    return new Object[] {
      "shards",
      cluster.shardCount(),
      "loops",
      loops,
      "max_loops",
      cluster.maxLoops(),
      "shard_threads",
      shardThreads,
      "ring_slots",
      engine.ringSlots(),
      "lane_window",
      cluster.laneWindow(),
      "request_timeout",
      Durations.format(Duration.ofNanos(engine.requestTimeoutNs())),
      "queue_limit",
      Durations.format(Duration.ofNanos(engine.queueLimitNs())),
      "drain_timeout",
      Durations.format(times.drain()),
      "shutdown_delay",
      Durations.format(times.shutdownDelay()),
      "idle_timeout",
      Durations.format(Duration.ofNanos(http.edge().idleTimeoutNs())),
      "start_timeout",
      Durations.format(times.start()),
      "data_dir",
      state.isKept() ? state.dataDir() : "none",
      "save_timeout",
      Durations.format(state.saveTimeout()),
      "snapshot_interval",
      Durations.format(state.snapshotInterval()),
      "idempotency_window",
      Durations.format(Duration.ofNanos(engine.idempotencyWindowNs())),
      "idempotency_keys",
      engine.idempotencyKeys(),
      "cluster",
      carrier.cluster(),
      "seed",
      NatsAddress.hidden(cluster.seed()),
    };
  }

  private static void requireTime(final String name, final long valueNs) {
    require(
        Durations.isTime(Duration.ofNanos(valueNs)),
        "the " + name + " must be below " + Durations.BOUND);
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
