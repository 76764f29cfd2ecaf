package io.tally.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One node's share of the engine: the rings, shards and agents of the shards it owns, and an {@link
 * Ingress} for each event loop that takes requests. It starts no thread: its builder has each
 * {@link #shardAgent(int)} and {@link #ingress(int)} stepped until it is no longer needed, and
 * closes it then.
 */
public final class ShardEngine implements AutoCloseable {
  private final RoutingTable routes;
  private final MessageRing[] rings;
  private final ShardPoller[] pollers;
  private final ShardAgent[] agents;
  private final Ingress[] ingresses;
  private final InboundAdapter inbound;

  /**
   * Builds a node's engine and takes the memory of its rings and slots. Nothing of it runs until
   * its agents are stepped.
   *
   * @param context of the node.
   * @throws IllegalArgumentException if something is missing in the context.
   */
  public ShardEngine(final EngineContext context) {
    context.check();
    final EngineThreads threads = context.threads;
    routes = context.cluster.placement();
    final int agentCount = threads.agentWakeups.length;
    final int[] agentByShard = assignShards(context.nodeIndex(), agentCount);
    rings = rings(context, agentByShard);

    // Whatever refers to others is made after them: ingresses know rings, pollers know ingresses,
    // agents know pollers.
    final boolean[][] handedOver = new boolean[agentCount][agentCount];
    ingresses = new Ingress[threads.ingressWakeups.length];
    for (int loop = 0; loop < ingresses.length; loop++) {
      ingresses[loop] =
          new Ingress(loop, context, routes, router(context, agentByShard, handedOver, loop));
    }
    pollers = new ShardPoller[agentCount];
    final long timeBaseNs = context.timeBaseNs();
    for (int agent = 0; agent < agentCount; agent++) {
      pollers[agent] = poller(context, timeBaseNs, agent, agentByShard);
    }
    agents = new ShardAgent[agentCount];
    for (int agent = 0; agent < agentCount; agent++) {
      agents[agent] =
          new ShardAgent(
              agent,
              threads.agentLoops[agent],
              pollers,
              handedOver[agent],
              "shards-" + context.nodeId + "-" + agent);
    }
    final EngineStats stats = context.stats();
    inbound =
        new InboundAdapter(
            context,
            routes,
            router(context, agentByShard, handedOver, threads.homeLoop),
            publisher(context, threads.homeLoop, stats),
            ingresses,
            stats);
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
   * @param index from 0, as the wake-ups in the context's {@link EngineThreads}.
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
   * @return the handler for the node's link; it belongs to the node's home thread.
   */
  public InboundHandler inbound() {
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
    for (final ShardPoller poller : pollers) {
      all.add(poller.stats());
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
    return Arrays.stream(pollers).mapToInt(ShardPoller::activeCount).sum();
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
   * Slots taken in the ring of a shard: one by each short command that waits, several by a long
   * one.
   *
   * @param shardId of the shard.
   * @return the number, or -1 if the shard is not owned here.
   */
  public long ringDepth(final int shardId) {
    return rings[shardId] == null ? -1 : rings[shardId].depth();
  }

  /**
   * Entities with state in all shards owned here, of all services.
   *
   * @return the number.
   */
  public long entityCount() {
    return ownedShards()
        .flatMap(Shard::services)
        .mapToLong(slot -> slot.service.entityCount())
        .sum();
  }

  /**
   * Entities of one service with state in all shards owned here.
   *
   * @param schemaId of the service.
   * @return the number; 0 if the service is not hosted.
   */
  public long entityCount(final int schemaId) {
    return ownedShards()
        .flatMap(Shard::services)
        .filter(slot -> slot.messages.schemaId == schemaId)
        .mapToLong(slot -> slot.service.entityCount())
        .sum();
  }

  /**
   * Idempotency keys remembered in all shards owned here.
   *
   * @return the number.
   */
  public long idempotencyKeyCount() {
    return ownedShards().mapToLong(Shard::keyCount).sum();
  }

  /**
   * Idempotency keys of the shard owned here that remembers most.
   *
   * @return the number, at most the limit of each shard.
   */
  public long fullestIdempotencyKeyCount() {
    return ownedShards().mapToLong(Shard::keyCount).max().orElse(0);
  }

  /** Ends the lives of the services. To be called once, when nobody steps the agents any more. */
  @Override
  public void close() {
    ownedShards().flatMap(Shard::services).forEach(slot -> slot.service.close());
  }

  Stream<Shard> ownedShards() {
    return Arrays.stream(pollers).flatMap(poller -> Arrays.stream(poller.shards()));
  }

  /**
   * Which agent each shard that is owned here belongs to, in turn; -1 for those owned elsewhere.
   */
  private int[] assignShards(final int ownNode, final int agentCount) {
    final int[] agentByShard = new int[routes.shardCount()];
    int owned = 0;
    for (int shard = 0; shard < agentByShard.length; shard++) {
      agentByShard[shard] = routes.nodeIndex(shard) == ownNode ? owned++ % agentCount : -1;
    }
    return agentByShard;
  }

  private static MessageRing[] rings(final EngineContext context, final int[] agentByShard) {
    final MessageRing[] rings = new MessageRing[agentByShard.length];
    final MessageLengths lengths = context.lengths;
    for (int shard = 0; shard < rings.length; shard++) {
      if (agentByShard[shard] >= 0) {
        rings[shard] =
            new MessageRing(
                context.settings.ringSlots(), lengths.shortMessage(), lengths.maxMessage());
      }
    }
    return rings;
  }

  private ShardPoller poller(
      final EngineContext context,
      final long timeBaseNs,
      final int agent,
      final int[] agentByShard) {
    final EngineThreads threads = context.threads;
    final EngineStats stats = context.stats();
    final TimerAlarm alarm = new TimerAlarm();
    final List<Shard> shards = new ArrayList<>();
    final MessageLengths lengths = context.lengths;
    final UnsafeBuffer scratch = new UnsafeBuffer(new byte[lengths.maxReply()]);
    for (int shard = 0; shard < agentByShard.length; shard++) {
      if (agentByShard[shard] == agent) {
        shards.add(
            new Shard(
                shard,
                routes.epoch(shard),
                timeBaseNs,
                rings[shard],
                alarm,
                context,
                scratch,
                stats));
      }
    }
    return new ShardPoller(
        threads.agentLoops[agent],
        threads.agentWakeups[agent],
        shards.toArray(new Shard[0]),
        alarm,
        publisher(context, threads.agentLoops[agent], stats),
        stats,
        context.clock,
        lengths.shortReply());
  }

  private CommandRouter router(
      final EngineContext context,
      final int[] agentByShard,
      final boolean[][] handedOver,
      final int loop) {
    final int ownAgent = context.threads.agentOfLoop(loop);
    return new CommandRouter(
        routes,
        context.incarnation,
        rings,
        agentByShard,
        context.threads.agentWakeups,
        ownAgent < 0 ? null : handedOver[ownAgent],
        context.link);
  }

  private ReplyPublisher publisher(
      final EngineContext context, final int loop, final EngineStats stats) {
    return new ReplyPublisher(
        routes, context.nodeIndex(), context.incarnation, loop, ingresses, context.link, stats);
  }
}
