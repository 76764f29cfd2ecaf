package io.tally.launcher;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.tally.engine.EngineSettings;
import io.tally.engine.EntityLimit;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceMemory;
import io.tally.engine.internal.EngineMemory;
import io.tally.engine.internal.IdempotencyLimit;
import io.tally.engine.internal.MessageLengths;
import io.tally.engine.internal.ReplyRoom;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.MetricsServer;
import io.tally.store.internal.NodeDirectory;
import io.tally.transport.internal.LinkSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Computes the bounds that follow from the settings, checks them before memory is taken, and shows
 * them for the log.
 */
final class MemoryPlan {
  private static final long MIB = 1 << 20;

  /** Watches should not take more of the heap, in the worst case. */
  private static final long WATCHES_HEAP_SHARE = 4;

  /** The long replies of lanes take so much of the heap at most, and those of keys as much. */
  private static final long LONG_REPLIES_HEAP_SHARE = 16;

  /** The frames that wait for the receivers of all nodes take as much, or a window each. */
  private static final long INBOUND_HEAP_SHARE = 16;

  private final NodeConfig config;
  private final List<ServiceDefinition> services;
  private final IdempotencyLimit idempotencyLimit;
  private final ClientLimit clientLimit;
  private final MessageLengths lengths;
  private final ReplyRoom longReplyRoom;
  private final long longPayloadBytes;
  private final LinkSettings link;
  private final int pendingRequests;
  private final long ringBytes;
  private final long replyQueueBytes;
  private final long pendingBytes;
  private final long peerBytes;
  private final long peerWindowBytes;
  private final long inboundBytes;
  private final long tableBytes;
  private final long timerBytes;
  private final long watchBytes;
  private final boolean hasMoreWatches;
  private final long metricsBytes;
  private final long httpBytes;
  private final long laneBytes;
  private final long maxLaneBytes;
  private final long ingressLaneBytes;
  private final long saveBytes;
  private final long spareDirectBytes;
  private final long keptKeyMs;
  private final long shards;

  MemoryPlan(final NodeConfig config) {
    this.config = config;
    final List<ServiceDefinition> messages = definitions(ServiceMemory.NONE);
    final EngineSettings engine = config.engine();
    final int nodeCount = config.cluster().nodeIds().size();
    final int localNodeCount = config.localNodeIds().size();
    final int shardCount = config.cluster().shardCount();
    shards =
        localNodeCount == nodeCount
            ? shardCount
            : (shardCount + nodeCount - 1L) / nodeCount * localNodeCount;
    lengths = MessageLengths.of(messages);
    final long heapBytes = Runtime.getRuntime().maxMemory();
    link =
        LinkSettings.of(
            lengths.maxBetweenNodes(),
            inboundBytes(nodeCount - 1L, heapBytes / localNodeCount),
            engine.queueLimitNs(),
            engine.requestTimeoutNs());
    pendingRequests = config.loops() * engine.pendingSlots();
    ringBytes = shards * EngineMemory.ringBytes(engine, lengths);
    replyQueueBytes = (long) config.loops() * EngineMemory.replyQueueBytes(engine, lengths);
    pendingBytes = (long) config.loops() * EngineMemory.pendingBytes(engine, lengths);
    longPayloadBytes =
        lengths.hasLongCommands() ? (long) config.loops() * engine.longPayloadBytes() : 0;
    final long peers = (nodeCount - 1L) * localNodeCount;
    peerBytes =
        peers * link.ringBytes() + outputs(config) * (nodeCount - 1L) * link.gatheredBytes();
    // Frames that the peer has not acknowledged, and those of its that have not been accepted here,
    // of which a peer that exceeds its window may have twice as many.
    peerWindowBytes = 3 * peers * link.windowBytes();
    inboundBytes = peers == 0 ? 0 : localNodeCount * link.inboundBytes();
    tableBytes = shards * messages.stream().mapToLong(ServiceDefinition::firstShardBytes).sum();
    watchBytes = localNodeCount * EngineMemory.watchBytes(engine);
    hasMoreWatches = engine.watches() > EngineSettings.DEFAULT_WATCHES;
    final long laneBytesPerLoop = shards * EngineMemory.ownerLaneBytes(config.cluster(), lengths);
    laneBytes = config.loops() * laneBytesPerLoop;
    maxLaneBytes = ingressLoops(config) * laneBytesPerLoop;
    ingressLaneBytes = config.loops() * EngineMemory.ingressLaneBytes(config.cluster());
    saveBytes = config.state().isKept() ? localNodeCount * NodeDirectory.SAVE_BYTES : 0;
    metricsBytes = MetricsServer.maxClientBytes(config.loops(), heapBytes);
    httpBytes = config.loops() * HttpServers.get().maxKeptBytes();
    final long directBytes =
        maxDirectBytes()
            - ringBytes
            - replyQueueBytes
            - pendingBytes
            - peerBytes
            - tableBytes
            - saveBytes
            - 2 * metricsBytes;
    clientLimit = new ClientLimit(config.maxConnections(), config.loops(), directBytes, heapBytes);
    spareDirectBytes = directBytes - clientLimit.pollBytes();
    services =
        definitions(
            new ServiceMemory(
                Math.max(0, spareDirectBytes) / messages.size(), heapBytes / messages.size()));
    timerBytes = EngineMemory.timerBytes(services, shards);
    final long longReplyBytes = lengths.hasLongReplies() ? heapBytes / LONG_REPLIES_HEAP_SHARE : 0;
    longReplyRoom = new ReplyRoom(longReplyBytes);
    idempotencyLimit =
        new IdempotencyLimit(
            IdempotencyLimit.defaultMaxKeys(heapBytes, lengths.shortReply()),
            new ReplyRoom(longReplyBytes));
    keptKeyMs = TimeUnit.NANOSECONDS.toMillis(engine.keptKeyNs());
  }

  private static boolean mayUseNats(final NodeConfig config) {
    return config.cluster().nodeIds().size() > 1
        && config.carrier().transport() != CarrierSettings.Transport.INPROCESS;
  }

  /** Agents that gather messages for peers: loops, and of each node two beside its pollers. */
  private static long outputs(final NodeConfig config) {
    final int nodes = config.localNodeIds().size();
    final int pollers = nodes > 1 ? nodes : Math.max(config.loops(), config.shardThreads());
    return config.loops() + pollers + 2L * nodes;
  }

  /** Event loops whose commands a shard may keep replies of; peers may have more than this node. */
  private static long ingressLoops(final NodeConfig config) {
    final long peers = mayUseNats(config) ? config.cluster().nodeIds().size() - 1L : 0;
    return config.loops() + peers * config.cluster().maxLoops();
  }

  /** What peers that keep to their windows can have sent at once, if there is the heap for it. */
  private static long inboundBytes(final long peers, final long nodeHeapBytes) {
    final long windowBytes = LinkSettings.DEFAULT_WINDOW_BYTES;
    return Math.max(windowBytes, Math.min(peers * windowBytes, nodeHeapBytes / INBOUND_HEAP_SHARE));
  }

  /** The definitions, each with an equal share of the memory that there is. */
  private List<ServiceDefinition> definitions(final ServiceMemory memory) {
    return config.services().stream().map(hosted -> hosted.definition().apply(memory)).toList();
  }

  /** The services, within the memory that the plan leaves for them. */
  List<ServiceDefinition> services() {
    return services;
  }

  ClientLimit clientLimit() {
    return clientLimit;
  }

  IdempotencyLimit idempotencyLimit() {
    return idempotencyLimit;
  }

  /** The room for replies that lanes keep beside their slots. */
  ReplyRoom longReplyRoom() {
    return longReplyRoom;
  }

  int pendingRequests() {
    return pendingRequests;
  }

  LinkSettings link() {
    return link;
  }

  /** The least that a NATS server has to take: its max_payload. */
  int minFrameBytes() {
    return link.minFrameBytes();
  }

  /** Refuses settings that need more memory outside the heap than the JVM may take. */
  void check() throws StartException {
    if (spareDirectBytes < 0 || services.stream().anyMatch(s -> s.entities().max() == 0)) {
      throw new StartException(
          "these settings need "
              + ((maxDirectBytes() - spareDirectBytes) / MIB + 1)
              + " MiB outside the heap and the JVM allows "
              + maxDirectBytes() / MIB
              + ": give it more (-XX:MaxDirectMemorySize or -Xmx), or less --max-connections, --ring-slots, --shards, --loops or nodes");
    }
    if (config.engine().ringSlots() < lengths.minRingSlots()) {
      throw new StartException(
          "the longest command needs --ring-slots " + lengths.minRingSlots() + " at least");
    }
    checkKeys();
    checkWatches();
    clientLimit.check();
    services.stream().map(ServiceDefinition::entities).forEach(MemoryPlan::checkEntities);
  }

  private static void checkEntities(final EntityLimit entities) {
    if (entities.max() > entities.safeMax()) {
      Log.warn(
          entities.remedy()
              + " is above what the memory outside the heap holds in the worst case: it may run out",
          "max_" + entities.name(),
          entities.max(),
          "safe",
          entities.safeMax());
    }
  }

  private void checkWatches() {
    final long heapBytes = Runtime.getRuntime().maxMemory();
    // Of the default nobody wants to be warned at each start: the plan says what it may take.
    if (hasMoreWatches && watchBytes > heapBytes / WATCHES_HEAP_SHARE) {
      Log.warn(
          "watches may take more than a quarter of the heap: give it more (-Xmx), or less --max-watches",
          "max_watch_bytes",
          watchBytes,
          "heap_bytes",
          heapBytes);
    }
  }

  private void checkKeys() {
    if (!idempotencyLimit.serves(shards)) {
      Log.warn(
          "the heap has no room for an idempotency key in every shard at once, so some keyed writes may be refused: give it more (-Xmx), or less --shards",
          "max_idempotency_keys",
          idempotencyLimit.maxKeys(),
          "shards",
          shards);
    }
  }

  Object[] describe() {
    final List<Object> all = new ArrayList<>();
    all.addAll(describeLoops());
    all.addAll(describePeers());
    all.addAll(describeShards());
    for (final ServiceDefinition service : services) {
      all.addAll(List.of("max_" + service.entities().name(), service.entities().max()));
    }
    return all.toArray();
  }

  private List<Object> describeLoops() {
    return List.of(
        "max_command_bytes",
        lengths.maxMessage(),
        "max_message_bytes_between_nodes",
        lengths.maxBetweenNodes(),
        "min_max_payload",
        minFrameBytes(),
        "ring_bytes",
        ringBytes,
        "pending_requests",
        pendingRequests,
        "pending_bytes",
        pendingBytes,
        "max_long_payload_bytes",
        longPayloadBytes,
        "max_connections",
        clientLimit.maxConnections(),
        "max_connection_bytes",
        clientLimit.connectionBytes(),
        "event_loop_bytes",
        clientLimit.pollBytes(),
        "max_client_bytes",
        clientLimit.maxBytes(),
        "max_streams",
        config.http().edge().maxStreams(),
        "max_metrics_client_bytes",
        metricsBytes,
        "max_http_kept_bytes",
        httpBytes,
        "reply_queue_bytes",
        replyQueueBytes,
        "max_ingress_lane_bytes",
        ingressLaneBytes);
  }

  private List<Object> describePeers() {
    return List.of(
        "peer_queue_bytes",
        peerBytes,
        "peer_window_bytes",
        peerWindowBytes,
        "max_inbound_bytes",
        inboundBytes);
  }

  private List<Object> describeShards() {
    return List.of(
        "first_table_bytes",
        tableBytes,
        "lane_bytes_per_ingress_node",
        laneBytes,
        "max_lane_bytes",
        maxLaneBytes,
        "max_long_reply_bytes",
        longReplyRoom.maxBytes(),
        "max_long_key_reply_bytes",
        idempotencyLimit.longReplies().maxBytes(),
        "max_timer_bytes",
        timerBytes,
        "max_watch_bytes",
        watchBytes,
        "save_bytes",
        saveBytes,
        "max_idempotency_keys",
        idempotencyLimit.maxKeys(),
        "max_idempotency_key_bytes",
        EngineMemory.keyBytes(idempotencyLimit, lengths),
        "keyed_writes_per_second_per_shard",
        config.engine().idempotencyKeys() * 1_000L / Math.max(1, keptKeyMs));
  }

  private static long maxDirectBytes() {
    final HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    final long given =
        jvm == null ? 0 : Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
    return given > 0 ? given : Runtime.getRuntime().maxMemory();
  }
}
