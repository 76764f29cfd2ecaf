package io.tally.launcher;

import io.tally.edge.EdgeSettings;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.http.HttpSettings;
import io.tally.launcher.CarrierSettings.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that the demo and a single node share. */
final class Settings {
  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "" + HttpSettings.DEFAULT_PORT,
      description = "Port of the HTTP API (default: ${DEFAULT-VALUE}); 0 picks a free one.")
  int httpPort;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      defaultValue = "" + NodeConfig.DEFAULT_METRICS_PORT,
      description =
          "Port of the Prometheus metrics (default: ${DEFAULT-VALUE}); 0 picks a free one.")
  int metricsPort;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = HttpSettings.DEFAULT_HOST,
      description =
          "Address both ports listen on (default: ${DEFAULT-VALUE}). There is no authentication.")
  String bind;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      description = "Longest time a request takes (default: ${DEFAULT-VALUE}).")
  Duration requestTimeout = Duration.ofNanos(EngineSettings.DEFAULT.requestTimeoutNs());

  @Option(
      names = "--queue-limit",
      paramLabel = "TIME",
      description = "Longest time a request waits to be handed over (default: ${DEFAULT-VALUE}).")
  Duration queueLimit = Duration.ofNanos(EngineSettings.DEFAULT.queueLimitNs());

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      description = "Longest time a stop waits for requests under way (default: ${DEFAULT-VALUE}).")
  Duration drainTimeout = NodeTimes.DEFAULTS.drain();

  @Option(
      names = "--shutdown-delay",
      paramLabel = "TIME",
      description =
          "How long a stop is announced before it begins: /readyz says no and every answer closes its connection,"
              + " but all is served; for load balancers to notice (default: ${DEFAULT-VALUE}).")
  Duration shutdownDelay = NodeTimes.DEFAULTS.shutdownDelay();

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      description =
          "How long a connection without a request stays open; longer than a load balancer in front keeps it"
              + " (default: ${DEFAULT-VALUE}).")
  Duration idleTimeout = Duration.ofNanos(EdgeSettings.DEFAULTS.idleTimeoutNs());

  @Option(
      names = "--start-timeout",
      paramLabel = "TIME",
      description = "Longest time a start waits for the other nodes (default: ${DEFAULT-VALUE}).")
  Duration startTimeout = NodeTimes.DEFAULTS.start();

  @Option(
      names = "--ring-slots",
      paramLabel = "N",
      defaultValue = "" + EngineSettings.DEFAULT_RING_SLOTS,
      description = "Commands each shard's ring holds, a power of two (default: ${DEFAULT-VALUE}).")
  int ringSlots;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description =
          "Event loops of this process, 1 to --max-loops (default: one for each processor, but no more).")
  Integer loops;

  @Option(
      names = "--shard-threads",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Threads of their own for the shards; 0 lets the event loops do their work, which is best unless there"
              + " are cores to spare (default: ${DEFAULT-VALUE}).")
  int shardThreads;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      defaultValue = CarrierSettings.DEFAULT_CLUSTER,
      description =
          "Name of the cluster, the prefix of its NATS subjects (default: ${DEFAULT-VALUE}). Clusters of"
              + " different names can share a NATS server.")
  String cluster;

  @Option(
      names = "--max-counters",
      paramLabel = "N",
      description =
          "Most counters this process keeps; further ones are refused, none is ever evicted (default: what"
              + " half of the memory outside the heap holds that the other settings leave, and half of the"
              + " heap).")
  Long maxCounters;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description =
          "Most connections to the HTTP API; further ones are answered 503 (default: what an eighth of the heap"
              + " and the limit of file descriptors allow).")
  Integer maxConnections;

  @Option(
      names = "--max-streams",
      paramLabel = "N",
      defaultValue = "" + EdgeSettings.DEFAULT_STREAMS,
      description =
          "Most event streams of the HTTP API; further ones are answered 503 (default: ${DEFAULT-VALUE}); 0 for"
              + " none.")
  int maxStreams;

  @Option(
      names = "--max-watches",
      paramLabel = "N",
      defaultValue = "" + EngineSettings.DEFAULT_WATCHES,
      description =
          "Most counters that the event streams of a node watch together, and most that its shards tell of, each"
              + " once for each node that watches it (default: ${DEFAULT-VALUE}). A stream beyond that is ended.")
  int maxWatches;

  @Option(
      names = "--idempotency-window",
      paramLabel = "TIME",
      description = "How long an Idempotency-Key is remembered (default: ${DEFAULT-VALUE}).")
  Duration idempotencyWindow = Duration.ofNanos(EngineSettings.DEFAULT.idempotencyWindowNs());

  @Option(
      names = "--idempotency-keys",
      paramLabel = "N",
      defaultValue = "" + EngineSettings.DEFAULT_IDEMPOTENCY_KEYS,
      description =
          "Most Idempotency-Keys a shard remembers; writes with further ones are refused (default:"
              + " ${DEFAULT-VALUE}).")
  int idempotencyKeys;

  @Option(
      names = "--transport",
      paramLabel = "auto|inprocess|nats",
      defaultValue = "auto",
      description =
          "How nodes talk: 'auto' uses --nats or NATS_URL, else a nats-server binary, else the process itself"
              + " (default: ${DEFAULT-VALUE}).")
  Transport transport;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      split = ",",
      description =
          "Hosts another service beside the counters, whose jar is on the class path; the same on all nodes. May be"
              + " repeated.")
  List<String> services = List.of();

  @Mixin ClusterOptions agreed;

  @Mixin NatsSettings nats;

  @Mixin StateOptions state;

  /** The first value that is wrong by itself, as a message; null if none is. */
  String fault() {
    final List<String> faults = new ArrayList<>();
    final String clusterFault = agreed.fault();
    check(faults, clusterFault == null, clusterFault);
    checkPort(faults, "--http-port", httpPort);
    checkPort(faults, "--metrics-port", metricsPort);
    check(
        faults,
        loops == null || loops >= 1 && loops <= agreed.maxLoops,
        "--loops must be 1 to " + agreed.maxLoops + " (--max-loops, the same on all nodes)");
    check(
        faults,
        shardThreads >= 0 && shardThreads <= NodeConfig.MAX_SHARD_THREADS,
        "--shard-threads must be 0 to " + NodeConfig.MAX_SHARD_THREADS);
    check(
        faults,
        EngineSettings.isRingSlots(ringSlots),
        "--ring-slots must be a power of two, "
            + EngineSettings.MIN_RING_SLOTS
            + " to "
            + EngineSettings.MAX_RING_SLOTS);
    check(
        faults,
        maxConnections == null || maxConnections >= 1,
        "--max-connections must be at least 1");
    check(faults, maxStreams >= 0, "--max-streams must not be negative");
    check(faults, maxWatches >= 0, "--max-watches must not be negative");
    check(faults, maxCounters == null || maxCounters >= 1, "--max-counters must be at least 1");
    check(
        faults,
        httpPort == 0 || httpPort != metricsPort,
        "--http-port and --metrics-port are the same");
    check(faults, OwnAddress.isOwn(bind), "--bind: '" + bind + "' is no address of this machine");
    final String natsFault = nats.fault();
    check(faults, natsFault == null, natsFault);
    check(faults, idempotencyKeys >= 1, "--idempotency-keys must be at least 1");
    check(
        faults,
        ClusterSettings.isNodeId(cluster),
        "--cluster must be " + ClusterSettings.NODE_ID_FORM);
    final String serviceFault = ServiceProviders.fault(services);
    check(faults, serviceFault == null, serviceFault);
    final String stateFault = state.fault();
    check(faults, stateFault == null, stateFault);
    checkTime(faults, "--save-timeout", state.saveTimeout);
    checkTime(faults, "--request-timeout", requestTimeout);
    checkTime(faults, "--queue-limit", queueLimit);
    checkTime(faults, "--drain-timeout", drainTimeout);
    checkTime(faults, "--start-timeout", startTimeout);
    checkTime(faults, "--idle-timeout", idleTimeout);
    check(
        faults,
        Durations.isTime(shutdownDelay),
        "--shutdown-delay must be below " + Durations.BOUND);
    checkTime(faults, "--idempotency-window", idempotencyWindow);
    check(
        faults,
        nats.url == null || transport != Transport.INPROCESS,
        "--nats cannot be combined with --transport=inprocess");
    return faults.isEmpty() ? null : faults.get(0);
  }

  /** What a process is started with. */
  NodeConfig config(
      final List<String> nodeIds,
      final List<String> localNodeIds,
      final HostedService... services) {
    return new NodeConfig(
        agreed.settings(nodeIds),
        localNodeIds,
        engine(),
        new CarrierSettings(
            cluster,
            transport,
            nats.isGiven() ? nats.addresses() : List.of(),
            nats.isGiven() ? nats.shownUrl() : "",
            nats.server),
        HttpSettings.DEFAULTS
            .at(bind, httpPort)
            .with(
                EdgeSettings.DEFAULTS
                    .withIdleTimeout(idleTimeout.toNanos())
                    .withStreams(maxStreams)),
        maxConnections == null ? 0 : maxConnections,
        metricsPort,
        loops == null ? NodeConfig.defaultLoops(agreed.maxLoops) : loops,
        shardThreads,
        new NodeTimes(startTimeout, shutdownDelay, drainTimeout),
        state.settings(),
        List.of(services));
  }

  /** Sizes and times of each node's engine. */
  EngineSettings engine() {
    return new EngineSettings(
        ringSlots,
        EngineSettings.DEFAULT.pendingSlots(),
        requestTimeout.toNanos(),
        queueLimit.toNanos(),
        idempotencyWindow.toNanos(),
        idempotencyKeys,
        EngineSettings.DEFAULT_LONG_PAYLOAD_BYTES,
        maxWatches);
  }

  private static void checkPort(final List<String> faults, final String option, final int port) {
    check(faults, EdgeSettings.isPort(port), option + " must be 0 to " + EdgeSettings.MAX_PORT);
  }

  private static void checkTime(
      final List<String> faults, final String option, final Duration time) {
    check(
        faults,
        !time.isZero() && Durations.isTime(time),
        option + " must be above 0 and below " + Durations.BOUND);
  }

  private static void check(
      final List<String> faults, final boolean condition, final String fault) {
    if (!condition) {
      faults.add(fault);
    }
  }
}
