package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.IdHash;
import io.tally.engine.Places;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.Watcher;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * What a {@link ShardEngine} is built from: who its node is, its settings, and what it works with.
 * Setters return this object. Not thread-safe.
 */
public final class EngineContext {
  /** How long an owner keeps a registration of a watch that is not renewed. */
  static final long WATCH_EXPIRY_NS = 3 * Watcher.RENEWAL_NS;

  /** Leaves time of shards more than a century before it would wrap. */
  private static final long MAX_START_EPOCH_NS = 1L << 62;

  ClusterSettings cluster = ClusterSettings.of(List.of("node-0"));
  EngineSettings settings = EngineSettings.DEFAULT;
  String nodeId = "node-0";
  long incarnation = 1;
  IntToLongFunction shardIncarnations = shardId -> incarnation;
  boolean installing;
  ShardDirectory directory;
  EngineThreads threads;
  NodeLink link = NodeLink.NONE;
  List<ServiceDefinition> services = List.of();
  ServiceCatalog catalog;
  MessageLengths lengths;
  ServiceFaultHandler faultHandler = (shardId, fault) -> {};
  IdempotencyLimit idempotencyLimit = new IdempotencyLimit(Long.MAX_VALUE / 2);

  /** Whom shards ask for places; others are for a replay. */
  Places places = Places.ASKED;

  /** The times of watches; others are for a simulation. */
  long watchRenewalNs = Watcher.RENEWAL_NS;

  long watchExpiryNs = WATCH_EXPIRY_NS;
  WatchLimit watchLimit;
  ReplyRoom longReplyRoom = new ReplyRoom(Long.MAX_VALUE / 2);
  NanoClock clock;
  long startEpochNs;
  LongSupplier random;
  IdHash idHash;

  /** Creates a context of a node that is alone and called node-0. */
  public EngineContext() {}

  /**
   * What all nodes agree on.
   *
   * @param value the settings of the cluster.
   * @return this.
   */
  public EngineContext cluster(final ClusterSettings value) {
    cluster = value;
    return this;
  }

  /**
   * Sizes and times of this engine.
   *
   * @param value the settings.
   * @return this.
   */
  public EngineContext settings(final EngineSettings value) {
    settings = value;
    return this;
  }

  /**
   * Which node this is.
   *
   * @param value one of the cluster's node ids.
   * @return this.
   */
  public EngineContext nodeId(final String value) {
    nodeId = value;
    return this;
  }

  /**
   * Incarnation of this start of this node.
   *
   * @param value positive, above every earlier one of this node id.
   * @return this.
   */
  public EngineContext incarnation(final long value) {
    incarnation = value;
    return this;
  }

  /**
   * The incarnations of the shards that this node owns: which life of its state each begins with.
   *
   * @param value positive for each shard, and above every earlier one of that shard, unless the
   *     state of that life is restored; by default that of the node, as long as nothing is
   *     restored.
   * @return this.
   */
  public EngineContext shardIncarnations(final IntToLongFunction value) {
    shardIncarnations = value;
    return this;
  }

  /**
   * Whether the shards that this node owns stand still at first: state can be restored into them,
   * and they apply nothing and answer busy until {@link ShardEngine#tryActivate()}. All services
   * must have a {@link io.tally.engine.ShardService#snapshot()}, or the engine is not made.
   *
   * @param value false by default: they are active at once.
   * @return this.
   */
  public EngineContext installing(final boolean value) {
    installing = value;
    return this;
  }

  /**
   * Where the incarnations of all shards are found, those of this node too once its engine is made.
   *
   * @param value the directory of this node's link; a new one where there is no link.
   * @return this.
   */
  public EngineContext directory(final ShardDirectory value) {
    directory = value;
    return this;
  }

  /**
   * Who steps the agents.
   *
   * @param value the threads.
   * @return this.
   */
  public EngineContext threads(final EngineThreads value) {
    threads = value;
    return this;
  }

  /**
   * The way to the other nodes.
   *
   * @param value the link.
   * @return this.
   */
  public EngineContext link(final NodeLink value) {
    link = value;
    return this;
  }

  /**
   * The services of the shards.
   *
   * @param values with names, schema ids and names of messages of their own.
   * @return this.
   */
  public EngineContext services(final ServiceDefinition... values) {
    return services(List.of(values));
  }

  /**
   * The services of the shards.
   *
   * @param values with names, schema ids and names of messages of their own.
   * @return this.
   */
  public EngineContext services(final List<ServiceDefinition> values) {
    services = List.copyOf(values);
    return this;
  }

  /**
   * Is told of exceptions thrown by services.
   *
   * @param value the handler.
   * @return this.
   */
  public EngineContext faultHandler(final ServiceFaultHandler value) {
    faultHandler = value;
    return this;
  }

  /**
   * Bounds the idempotency keys of all shards of the process.
   *
   * @param value the limit; by default there is none.
   * @return this.
   */
  public EngineContext idempotencyLimit(final IdempotencyLimit value) {
    idempotencyLimit = value;
    return this;
  }

  /**
   * Bounds the replies that lanes keep beside their slots, in all shards of the process.
   *
   * @param value the room; by default it has no bound.
   * @return this.
   */
  public EngineContext longReplyRoom(final ReplyRoom value) {
    longReplyRoom = value;
    return this;
  }

  /**
   * Read by the shard agents: for the time at which commands are applied, and to measure how long
   * batches take.
   *
   * @param value the clock, the one that also gives the agents their time.
   * @return this.
   */
  public EngineContext clock(final NanoClock value) {
    clock = value;
    return this;
  }

  /**
   * Wall clock at the start of this node. The time of its shards begins there and goes on with the
   * {@link #clock}, so that it never goes back, whatever becomes of the wall clock.
   *
   * @param value nanoseconds since 1970, positive and below 2^62, which is in the year 2116.
   * @return this.
   */
  public EngineContext startEpochNs(final long value) {
    startEpochNs = value;
    return this;
  }

  /**
   * Source of the secrets that hash ids and idempotency keys.
   *
   * @param value gives unpredictable numbers.
   * @return this.
   */
  public EngineContext random(final LongSupplier value) {
    random = value;
    return this;
  }

  /** Makes what follows from the values. Throws an IllegalArgumentException if they do not fit. */
  void conclude() {
    catalog = new ServiceCatalog(services);
    lengths = MessageLengths.of(services);
    watchLimit = new WatchLimit(settings.watches());
    requireRoom();
    require(clock != null, "clock must be set");
    require(
        startEpochNs > 0 && startEpochNs < MAX_START_EPOCH_NS,
        "the wall clock must be between the years 1970 and 2116: " + startEpochNs + " ns");
    require(random != null, "random must be set");
    require(threads != null, "threads must be set");
    idHash = new IdHash(random);
    require(nodeIndex() >= 0, "node " + nodeId + " is not in the node list " + cluster.nodeIds());
    if (directory == null) {
      directory = new ShardDirectory(cluster);
    }
  }

  /** The directory learns the first lives of the shards that the node owns. */
  void tellOwnShards() {
    final int[] shards = directory.table().shardsOf(nodeIndex());
    final long[] incarnations =
        Arrays.stream(shards).mapToLong(shardIncarnations::applyAsLong).toArray();
    require(directory.learn(shards, incarnations), "a shard had a higher incarnation before");
  }

  int nodeIndex() {
    return cluster.nodeIds().indexOf(nodeId);
  }

  /** What a reading of the clock lacks to be the time of a shard. */
  long timeBaseNs() {
    return startEpochNs - clock.nanoTime();
  }

  /** Counters of one agent. */
  EngineStats stats() {
    return new EngineStats(catalog.messageNames());
  }

  /** A table for the idempotency keys of one shard. */
  IdempotencyTable idempotencyTable() {
    return new IdempotencyTable(
        settings.keptKeyNs(),
        settings.idempotencyKeys(),
        lengths.shortReply(),
        idempotencyLimit,
        random.getAsLong(),
        random.getAsLong());
  }

  private void requireRoom() {
    require(
        settings.ringSlots() >= lengths.minRingSlots(),
        "rings need "
            + lengths.minRingSlots()
            + " slots for the longest command: "
            + settings.ringSlots());
    require(
        !lengths.hasLongCommands() || settings.longPayloadBytes() >= lengths.maxCommand(),
        "the longest command does not fit into the bytes for long payloads: "
            + settings.longPayloadBytes());
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
