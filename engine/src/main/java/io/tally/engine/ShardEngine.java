package io.tally.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
    final int ownNode = context.nodeIndex();
    final int shardCount = routes.shardCount();
    rings = new MessageRing[shardCount];
    final int[] agentByShard = new int[shardCount];
    final Shard[] shardById = new Shard[shardCount];
    ingresses = new Ingress[threads.ingressWakeups.length];
    agents = new ShardAgent[threads.agentWakeups.length];

    final List<List<Integer>> shardsByAgent = new ArrayList<>();
    for (int agent = 0; agent < agents.length; agent++) {
      shardsByAgent.add(new ArrayList<>());
    }
    int owned = 0;
    for (int shard = 0; shard < shardCount; shard++) {
      if (routes.nodeIndex(shard) == ownNode) {
        rings[shard] =
            new MessageRing(
                context.settings.ringSlots(), EngineSettings.maxMessageLength(context.services));
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
              new CommandProxy(routes.nodeKey(ownNode), context.incarnation, loop),
              threads.ingressWakeups[loop]);
    }
    for (int agent = 0; agent < agents.length; agent++) {
      agents[agent] = agent(context, agent, shardsByAgent.get(agent), shardById, handedOver[agent]);
    }
    final EngineStats stats = new EngineStats(context.services.messageTypes());
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

  private ShardAgent agent(
      final EngineContext context,
      final int index,
      final List<Integer> shardIds,
      final Shard[] shardById,
      final boolean[] handedOver) {
    final ShardServiceFactory factory = context.services;
    final EngineStats stats = new EngineStats(factory.messageTypes());
    final MessageRing[] ownRings = new MessageRing[shardIds.size()];
    final Shard[] shards = new Shard[shardIds.size()];
    for (int i = 0; i < shards.length; i++) {
      final int shardId = shardIds.get(i);
      ownRings[i] = rings[shardId];
      shards[i] =
          new Shard(
              shardId,
              context.incarnation,
              routes.epoch(shardId),
              factory,
              context.cluster.laneWindow(),
              context.idempotencyTable(),
              stats,
              context.faultHandler);
      shardById[shardId] = shards[i];
    }
    return new ShardAgent(
        index,
        context.threads.agentLoops[index],
        context.threads.agentWakeups[index],
        agents,
        handedOver,
        "shards-" + context.nodeId + "-" + index,
        ownRings,
        shards,
        shardById,
        publisher(context, context.threads.agentLoops[index], stats),
        stats,
        context.clock);
  }
}
