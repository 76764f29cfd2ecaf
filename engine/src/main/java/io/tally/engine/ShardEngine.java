package io.tally.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.BitUtil;
import org.agrona.concurrent.NanoClock;

/**
 * One node's share of the engine: the rings, shards and agents of the shards it owns, and an {@link
 * Ingress} for each event loop that takes requests. It starts no thread: whoever launches it steps
 * {@link #shardAgent(int)} and {@link #ingress(int)}.
 */
public final class ShardEngine {
  private final RoutingTable routes;
  private final MessageRing[] rings;
  private final ShardAgent[] agents;
  private final Ingress[] ingresses;
  private final InboundAdapter inbound;

  private ShardEngine(final Context context) {
    routes = context.routingTable();
    final int ownNode = context.nodeIndex();
    final int shardCount = context.shardCount();
    rings = new MessageRing[shardCount];
    final int[] agentByShard = new int[shardCount];
    final Shard[] shardById = new Shard[shardCount];
    ingresses = new Ingress[context.ingressWakeups().length];
    agents = new ShardAgent[context.agentWakeups().length];

    final List<List<Integer>> shardsByAgent = new ArrayList<>();
    for (int agent = 0; agent < agents.length; agent++) {
      shardsByAgent.add(new ArrayList<>());
    }
    int owned = 0;
    for (int shard = 0; shard < shardCount; shard++) {
      if (routes.nodeIndex(shard) == ownNode) {
        rings[shard] = new MessageRing(context.ringSlots(), context.maxMessageLength());
        agentByShard[shard] = owned++ % agents.length;
        shardsByAgent.get(agentByShard[shard]).add(shard);
      }
    }

    final boolean[][] handedOver = new boolean[agents.length][agents.length];
    for (int loop = 0; loop < ingresses.length; loop++) {
      ingresses[loop] =
          new Ingress(
              loop,
              context,
              router(context, agentByShard, handedOver, loop),
              new CommandProxy(routes.nodeKey(ownNode), context.incarnation(), loop),
              context.ingressWakeups()[loop]);
    }
    for (int agent = 0; agent < agents.length; agent++) {
      agents[agent] = agent(context, agent, shardsByAgent.get(agent), shardById, handedOver[agent]);
    }
    final EngineStats stats = new EngineStats(context.serviceFactory().messageTypes());
    inbound =
        new InboundAdapter(
            context,
            router(context, agentByShard, handedOver, context.homeLoop()),
            publisher(context, context.homeLoop(), stats),
            ingresses,
            stats);
  }

  /**
   * Builds a node's engine.
   *
   * @param context is concluded by this call.
   * @return the engine, ready to be stepped.
   */
  public static ShardEngine launch(final Context context) {
    context.conclude();
    return new ShardEngine(context);
  }

  /**
   * The ingress of an event loop.
   *
   * @param loop index from 0.
   * @return the ingress.
   */
  public Ingress ingress(final int loop) {
    return ingresses[loop];
  }

  /**
   * Number of ingresses, one for each event loop that takes requests.
   *
   * @return the number; 0 for a node without a front end.
   */
  public int ingressCount() {
    return ingresses.length;
  }

  /**
   * An agent that applies the commands of some of the owned shards.
   *
   * @param index from 0, as the wake-ups in the context.
   * @return the agent.
   */
  public SteppedAgent shardAgent(final int index) {
    return agents[index];
  }

  /**
   * Number of shard agents.
   *
   * @return the number.
   */
  public int shardAgentCount() {
    return agents.length;
  }

  /**
   * Takes what arrives from other nodes.
   *
   * @return the adapter; it belongs to the node's home thread.
   */
  public InboundAdapter inbound() {
    return inbound;
  }

  /**
   * The placement this node works with.
   *
   * @return the table.
   */
  public RoutingTable routingTable() {
    return routes;
  }

  /**
   * Everything the agents of this node count.
   *
   * @return live counters of the ingresses first, then those of the shard agents and of the inbound
   *     adapter.
   */
  public List<EngineStats> stats() {
    final List<EngineStats> all = new ArrayList<>(ingressStats());
    all.addAll(ownerStats());
    return all;
  }

  /**
   * What the ingresses count: requests from claim to end.
   *
   * @return live counters.
   */
  public List<EngineStats> ingressStats() {
    return Arrays.stream(ingresses).map(Ingress::stats).toList();
  }

  /**
   * What the owner's side counts: commands applied or refused.
   *
   * @return live counters of the shard agents, then of the inbound adapter.
   */
  public List<EngineStats> ownerStats() {
    final List<EngineStats> all = new ArrayList<>();
    for (final ShardAgent agent : agents) {
      all.add(agent.stats());
    }
    all.add(inbound.stats());
    return all;
  }

  /**
   * Commands that are being applied at this moment: at most one for each shard agent.
   *
   * @return the number.
   */
  public int activeCount() {
    return Arrays.stream(agents).mapToInt(ShardAgent::activeCount).sum();
  }

  /**
   * Requests under way in all ingresses.
   *
   * @return the number, as of a moment ago.
   */
  public int pendingCount() {
    return Arrays.stream(ingresses).mapToInt(Ingress::shownPendingCount).sum();
  }

  /**
   * Commands that wait in the ring of a shard.
   *
   * @param shardId of the shard.
   * @return the number, or -1 if the shard is not owned here.
   */
  public long ringDepth(final int shardId) {
    return rings[shardId] == null ? -1 : rings[shardId].depth();
  }

  /**
   * Entities with state in all shards owned here.
   *
   * @return the number.
   */
  public long entityCount() {
    long count = 0;
    for (final ShardAgent agent : agents) {
      for (final Shard shard : agent.shards()) {
        count += shard.service().entityCount();
      }
    }
    return count;
  }

  /**
   * Idempotency keys remembered in all shards owned here.
   *
   * @return the number.
   */
  public long idempotencyKeyCount() {
    long count = 0;
    for (final ShardAgent agent : agents) {
      for (final Shard shard : agent.shards()) {
        count += shard.keyCount();
      }
    }
    return count;
  }

  /**
   * Idempotency keys of the shard owned here that remembers most.
   *
   * @return the number, at most the limit of each shard.
   */
  public long fullestIdempotencyKeyCount() {
    long count = 0;
    for (final ShardAgent agent : agents) {
      for (final Shard shard : agent.shards()) {
        count = Math.max(count, shard.keyCount());
      }
    }
    return count;
  }

  private CommandRouter router(
      final Context context,
      final int[] agentByShard,
      final boolean[][] handedOver,
      final int loop) {
    final int ownAgent = context.agentOfLoop(loop);
    return new CommandRouter(
        routes,
        context.incarnation(),
        rings,
        agentByShard,
        context.agentWakeups(),
        ownAgent < 0 ? null : handedOver[ownAgent],
        context.link());
  }

  private ReplyPublisher publisher(final Context context, final int loop, final EngineStats stats) {
    return new ReplyPublisher(
        routes, context.nodeIndex(), context.incarnation(), loop, ingresses, context.link(), stats);
  }

  private ShardAgent agent(
      final Context context,
      final int index,
      final List<Integer> shardIds,
      final Shard[] shardById,
      final boolean[] handedOver) {
    final ShardServiceFactory factory = context.serviceFactory();
    final EngineStats stats = new EngineStats(factory.messageTypes());
    final MessageRing[] ownRings = new MessageRing[shardIds.size()];
    final Shard[] shards = new Shard[shardIds.size()];
    for (int i = 0; i < shards.length; i++) {
      final int shardId = shardIds.get(i);
      ownRings[i] = rings[shardId];
      shards[i] =
          new Shard(
              shardId,
              context.incarnation(),
              routes.epoch(shardId),
              factory,
              context.laneWindow(),
              context.idempotencyTable(),
              stats,
              context.faultHandler());
      shardById[shardId] = shards[i];
    }
    return new ShardAgent(
        index,
        context.agentLoops()[index],
        context.agentWakeups()[index],
        agents,
        handedOver,
        "shards-" + context.nodeId() + "-" + index,
        ownRings,
        shards,
        shardById,
        publisher(context, context.agentLoops()[index], stats),
        stats,
        context.clock());
  }

  /**
   * What an engine is built from. Setters return this object; {@link #conclude()} checks everything
   * and computes the limits. Not thread-safe.
   */
  public static final class Context {
    /** Index for "no event loop": the agent has a thread of its own. */
    public static final int NO_LOOP = -1;

    /** What the looks at clocks, one each 100 ms, and the drift of clocks may add. */
    private static final long SETTLED_BOUND_NS = 500_000_000;

    private List<String> nodeIds = List.of("node-0");
    private String nodeId = "node-0";
    private int shardCount = ClusterSettings.DEFAULT_SHARD_COUNT;
    private String seed = ClusterSettings.DEFAULT_SEED;
    private long incarnation = 1;
    private int ringSlots = 1024;
    private int laneWindow = ClusterSettings.DEFAULT_LANE_WINDOW;
    private int pendingSlots = 8192;
    private long requestTimeoutNs = TimeUnit.SECONDS.toNanos(1);
    private long queueLimitNs = TimeUnit.MILLISECONDS.toNanos(250);
    private Wakeup[] ingressWakeups = {};
    private Wakeup[] agentWakeups = {};
    private int[] agentLoops = {};
    private int homeLoop = NO_LOOP;
    private ShardServiceFactory serviceFactory;
    private long idempotencyWindowNs = TimeUnit.MINUTES.toNanos(2);
    private int idempotencyKeys = 1 << 20;
    private IdempotencyLimit idempotencyLimit = new IdempotencyLimit(Long.MAX_VALUE / 2);
    private LongSupplier random;
    private ServiceFaultHandler faultHandler = (shardId, fault) -> {};
    private NodeLink link = NodeLink.NONE;
    private NanoClock clock;
    private RoutingTable routingTable;

    /** Checks the settings and places the shards. */
    public void conclude() {
      require(serviceFactory != null, "serviceFactory must be set");
      requirePayload("command", serviceFactory.maxCommandLength());
      requirePayload("answer", serviceFactory.maxReplyLength());
      require(clock != null, "clock must be set");
      require(random != null, "random must be set");
      require(idempotencyWindowNs > 0, "the idempotency window must be positive");
      require(idempotencyKeys > 0, "the number of idempotency keys must be positive");
      require(agentWakeups.length > 0, "at least one shard agent is needed");
      require(agentLoops.length == agentWakeups.length, "each shard agent needs a loop or NO_LOOP");
      require(ingressWakeups.length <= 256, "at most 256 ingress loops");
      require(nodeIds.contains(nodeId), "node " + nodeId + " is not in the node list " + nodeIds);
      requirePowerOfTwo("ring slots", ringSlots, 2, 1 << 20);
      requirePowerOfTwo("pending slots", pendingSlots, 1, Ingress.MAX_PENDING_SLOTS);
      require(requestTimeoutNs > 0, "the request timeout must be positive");
      require(queueLimitNs > 0, "the queue limit must be positive");
      queueLimitNs = Math.min(queueLimitNs, requestTimeoutNs);
      routingTable = new ClusterSettings(nodeIds, shardCount, seed, laneWindow).placement();
    }

    /**
     * Sorted ids of all nodes of the cluster.
     *
     * @param value the ids.
     * @return this.
     */
    public Context nodeIds(final List<String> value) {
      nodeIds = value.stream().sorted().toList();
      return this;
    }

    /**
     * Id of this node.
     *
     * @param value one of the node ids.
     * @return this.
     */
    public Context nodeId(final String value) {
      nodeId = value;
      return this;
    }

    String nodeId() {
      return nodeId;
    }

    /**
     * Number of shards, the same on all nodes.
     *
     * @param value from 1.
     * @return this.
     */
    public Context shardCount(final int value) {
      shardCount = value;
      return this;
    }

    int shardCount() {
      return shardCount;
    }

    /**
     * Seed of the placement, the same on all nodes.
     *
     * @param value any text.
     * @return this.
     */
    public Context seed(final String value) {
      seed = value;
      return this;
    }

    /**
     * Incarnation of this start of this node, and so of its shards.
     *
     * @param value positive, above every earlier one of this node id.
     * @return this.
     */
    public Context incarnation(final long value) {
      incarnation = value;
      return this;
    }

    long incarnation() {
      return incarnation;
    }

    /**
     * Slots of each shard's ring.
     *
     * @param value a power of two.
     * @return this.
     */
    public Context ringSlots(final int value) {
      ringSlots = value;
      return this;
    }

    int ringSlots() {
      return ringSlots;
    }

    /**
     * Most unresolved writes between one ingress and one shard; the same on all nodes.
     *
     * @param value a power of two from 64.
     * @return this.
     */
    public Context laneWindow(final int value) {
      laneWindow = value;
      return this;
    }

    int laneWindow() {
      return laneWindow;
    }

    /**
     * Most requests under way in one ingress.
     *
     * @param value a power of two up to {@link Ingress#MAX_PENDING_SLOTS}.
     * @return this.
     */
    public Context pendingSlots(final int value) {
      pendingSlots = value;
      return this;
    }

    /**
     * Most requests under way in one ingress.
     *
     * @return the number.
     */
    public int pendingSlots() {
      return pendingSlots;
    }

    /**
     * Time from the claim of a request to its end at the latest.
     *
     * @param value nanoseconds.
     * @return this.
     */
    public Context requestTimeoutNs(final long value) {
      requestTimeoutNs = value;
      return this;
    }

    long requestTimeoutNs() {
      return requestTimeoutNs;
    }

    /**
     * Longest time a request waits to be handed over.
     *
     * @param value nanoseconds.
     * @return this.
     */
    public Context queueLimitNs(final long value) {
      queueLimitNs = value;
      return this;
    }

    long queueLimitNs() {
      return queueLimitNs;
    }

    /**
     * Time after which a command that was not answered is sent again.
     *
     * @return nanoseconds, a fifth of the request timeout within 10 to 250 ms.
     */
    public long attemptNs() {
      return Math.max(
          TimeUnit.MILLISECONDS.toNanos(10),
          Math.min(TimeUnit.MILLISECONDS.toNanos(250), requestTimeoutNs / 5));
    }

    /**
     * One wake-up for each event loop that takes requests; none for a node without a front end.
     *
     * @param value by loop.
     * @return this.
     */
    public Context ingressWakeups(final Wakeup... value) {
      ingressWakeups = value.clone();
      return this;
    }

    Wakeup[] ingressWakeups() {
      return ingressWakeups;
    }

    /**
     * The threads that step the shard agents.
     *
     * @param loops by agent: index of the event loop whose thread steps it, or {@link #NO_LOOP}. An
     *     agent of a loop must be stepped after that loop's ingress: it also sees to what the loop
     *     has handed to the agents of other loops, which are not woken for it.
     * @param wakeups by agent.
     * @return this.
     */
    public Context shardAgents(final int[] loops, final Wakeup[] wakeups) {
      agentLoops = loops.clone();
      agentWakeups = wakeups.clone();
      return this;
    }

    Wakeup[] agentWakeups() {
      return agentWakeups;
    }

    int[] agentLoops() {
      return agentLoops;
    }

    int agentOfLoop(final int loop) {
      if (loop != NO_LOOP) {
        for (int agent = 0; agent < agentLoops.length; agent++) {
          if (agentLoops[agent] == loop) {
            return agent;
          }
        }
      }
      return -1;
    }

    /**
     * The event loop whose thread receives frames from other nodes. Its shard agent must be stepped
     * after the receiver.
     *
     * @param value index of the loop, or {@link #NO_LOOP}.
     * @return this.
     */
    public Context homeLoop(final int value) {
      homeLoop = value;
      return this;
    }

    int homeLoop() {
      return homeLoop;
    }

    /**
     * Makes the services of the shards.
     *
     * @param value the factory.
     * @return this.
     */
    public Context serviceFactory(final ShardServiceFactory value) {
      serviceFactory = value;
      return this;
    }

    ShardServiceFactory serviceFactory() {
      return serviceFactory;
    }

    /**
     * Is told of exceptions thrown by services.
     *
     * @param value the handler.
     * @return this.
     */
    public Context faultHandler(final ServiceFaultHandler value) {
      faultHandler = value;
      return this;
    }

    ServiceFaultHandler faultHandler() {
      return faultHandler;
    }

    /**
     * The way to the other nodes.
     *
     * @param value the link.
     * @return this.
     */
    public Context link(final NodeLink value) {
      link = value;
      return this;
    }

    NodeLink link() {
      return link;
    }

    /**
     * Measures how long batches take.
     *
     * @param value the clock, the one that also gives the agents their time.
     * @return this.
     */
    public Context clock(final NanoClock value) {
      clock = value;
      return this;
    }

    NanoClock clock() {
      return clock;
    }

    /**
     * After this time no copy of a request takes effect any more, wherever it was: it may have lain
     * unread for one timeout in front of its ingress, and be under way for another one.
     *
     * @return nanoseconds, counted from the moment at which a client sent it.
     */
    public long settledNs() {
      return 2 * requestTimeoutNs + SETTLED_BOUND_NS;
    }

    /**
     * How long an idempotency key is kept: a retry within the window, too, is then known to all of
     * its copies.
     *
     * @return nanoseconds from a key's first use.
     */
    public long keptKeyNs() {
      return idempotencyWindowNs + settledNs();
    }

    /**
     * How long, and how many, idempotency keys are remembered.
     *
     * @param windowNs within which retries are recognised, nanoseconds from a key's first use.
     * @param keys most keys of one shard.
     * @param limit on the keys of all shards of the process.
     * @return this.
     */
    public Context idempotency(final long windowNs, final int keys, final IdempotencyLimit limit) {
      idempotencyWindowNs = windowNs;
      idempotencyKeys = keys;
      idempotencyLimit = limit;
      return this;
    }

    /**
     * Source of the secret that hashes idempotency keys.
     *
     * @param value gives unpredictable numbers.
     * @return this.
     */
    public Context random(final LongSupplier value) {
      random = value;
      return this;
    }

    IdempotencyTable idempotencyTable() {
      return new IdempotencyTable(
          keptKeyNs(),
          idempotencyKeys,
          serviceFactory.maxReplyLength(),
          idempotencyLimit,
          random.getAsLong(),
          random.getAsLong());
    }

    RoutingTable routingTable() {
      return routingTable;
    }

    int nodeIndex() {
      return routingTable.nodeIds().indexOf(nodeId);
    }

    /**
     * Bound of every command message.
     *
     * @return bytes.
     */
    public int maxMessageLength() {
      return CommandProxy.encodedLength(Command.MAX_KEY_LENGTH, serviceFactory.maxCommandLength());
    }

    /**
     * Direct memory of one ring.
     *
     * @return bytes.
     */
    public long ringBytes() {
      return (long) ringSlots * MessageRing.slotLength(maxMessageLength());
    }

    /**
     * Direct memory of one ingress's reply queue: room for an answer to every pending slot, and as
     * many late ones.
     *
     * @return bytes.
     */
    public long replyQueueBytes() {
      return ReplyQueue.bytes(replyCount(), serviceFactory.maxReplyLength());
    }

    int replyCount() {
      return 2 * pendingSlots;
    }

    private static void requirePowerOfTwo(
        final String what, final int value, final int min, final int max) {
      require(
          value >= min && value <= max && BitUtil.isPowerOfTwo(value),
          what + " must be a power of two from " + min + " to " + max + ": " + value);
    }

    private static void requirePayload(final String what, final int maxLength) {
      require(
          maxLength >= 0 && maxLength <= Command.MAX_PAYLOAD_LENGTH,
          "the longest "
              + what
              + " must be from 0 to "
              + Command.MAX_PAYLOAD_LENGTH
              + " bytes: "
              + maxLength);
    }

    private static void require(final boolean condition, final String message) {
      if (!condition) {
        throw new IllegalArgumentException(message);
      }
    }
  }
}
