package io.tally.engine.internal;

import io.tally.engine.IdHash;
import io.tally.engine.SnapshotSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One node's share of the engine: the rings, shards and agents of the shards it owns, and an {@link
 * io.tally.engine.Ingress} for each event loop that takes requests. It starts no thread: whoever
 * builds it has each {@link #shardAgent(int)} and {@link #ingress(int)} stepped until the engine is
 * no longer needed, and closes it then.
 */
public final class ShardEngine implements AutoCloseable {
  /**
   * How many times as long a snapshot may take while its shard applies commands as it takes where
   * the shard stands still: slices are written a part of the time only, so that commands hardly
   * notice.
   */
  public static final int SERVING_SNAPSHOT_FACTOR = ShardSnapshots.PAUSE_FACTOR + 1;

  private final ShardDirectory directory;
  private final OwnedShards owned;
  private final ShardAgent[] agents;
  private final IngressAgent[] ingresses;
  private final InboundAdapter inbound;
  private final WatchAgent watcher;

  /**
   * Builds a node's engine and takes the memory of its rings and slots. Nothing of it runs until
   * its agents are stepped.
   *
   * @param context of the node.
   * @throws IllegalArgumentException if the directory knows a higher incarnation of one of its
   *     shards, or shards are to be installed whose services have no snapshots.
   */
  public ShardEngine(final EngineContext context) {
    final EngineThreads threads = context.threads();
    final IdHash idHash = new IdHash(context.sources().random());
    directory = context.link().directory();
    final int agentCount = threads.agentWakeups.length;
    final OwnedRings rings = new OwnedRings(context);
    context.node().tell(directory);
    // Whatever refers to others is made after them: ingresses know rings, pollers know ingresses,
    // agents know pollers.
    final boolean[][] handedOver = new boolean[agentCount][agentCount];
    ingresses = new IngressAgent[threads.ingressWakeups.length];
    for (int loop = 0; loop < ingresses.length; loop++) {
      ingresses[loop] =
          new IngressAgent(loop, context, CommandRouter.of(context, rings, handedOver, loop));
    }
    owned = new OwnedShards(context, idHash, rings, ingresses);
    agents = new ShardAgent[agentCount];
    for (int agent = 0; agent < agentCount; agent++) {
      agents[agent] =
          new ShardAgent(agent, threads.agentLoops[agent], owned.pollers(), handedOver[agent]);
    }
    final EngineStats stats = new EngineStats(context.services().messageNames());
    final CommandRouter router = CommandRouter.of(context, rings, handedOver, threads.homeLoop);
    watcher = WatchAgent.of(context, idHash, router, ingresses);
    inbound =
        new InboundAdapter(
            context,
            new RingBypass(
                threads.homeLoop, context.sources().clock(), owned.pollers(), rings.agentByShard),
            router,
            ReplyPublisher.of(context, threads.homeLoop, ingresses, stats),
            ingresses,
            stats);
  }

  /**
   * The ingress of an event loop.
   *
   * @param loop index from 0.
   * @return the ingress.
   */
  public IngressAgent ingress(final int loop) {
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
   * What this node watches. To be stepped by the home loop, before the shard agent of that loop.
   *
   * @return the watcher, or null if the home loop takes no requests.
   */
  public WatchAgent watcher() {
    return watcher;
  }

  /**
   * Registrations of watches that all shards owned here keep.
   *
   * @return the number, at most {@link io.tally.engine.EngineSettings#watches()}.
   */
  public int registrationCount() {
    return owned.registrationCount();
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
   * Who owns each shard, and in which incarnation, as far as this node knows now.
   *
   * @return the table of this moment.
   */
  public RoutingTable routingTable() {
    return directory.table();
  }

  /**
   * Ends the life of a shard that is owned here, with all its state, and begins a new one with
   * nothing in it. Writes that were sent to the old one and are not answered end as unknown. Any
   * thread.
   *
   * @param shardId of the shard.
   * @param incarnation of the new life, above every earlier one of this shard.
   * @return false if a thread is just applying commands: nothing changed, to be tried again.
   * @throws IllegalArgumentException if the shard is not owned here, or its incarnation is as high.
   */
  public boolean tryRenew(final int shardId, final long incarnation) {
    return owned.tryRenew(shardId, incarnation);
  }

  /**
   * Begins to restore the state of a shard that is owned here and stands still, because the engine
   * was made as {@link OwnNode#installing}. To be called, and used, before anybody steps the
   * shard's agent; by one thread for each shard, several shards at once if need be.
   *
   * @param shardId of the shard, to which nothing was restored yet.
   * @return takes the records.
   * @throws IllegalArgumentException if the shard is not owned here.
   * @throws IllegalStateException if it does not stand still.
   */
  public ShardRestore restore(final int shardId) {
    return new ShardRestore(owned.lives(shardId).installedShard(shardId));
  }

  /**
   * Has all shards that are being installed go on. Any thread, again and again until it says true;
   * from then on it does nothing.
   *
   * @return false if other threads are just stepping some shards: these are still to be activated.
   * @throws IllegalStateException if a restore was begun and not finished.
   */
  public boolean tryActivate() {
    return owned.tryAll(ShardLives::tryActivate);
  }

  /**
   * Has all shards stand still for good, each with its state as it is at one instant: they apply
   * nothing more and no timer fires. What they have recorded they answer again; any other copy is
   * answered busy. Any thread, again and again until it says true; from then on it does nothing.
   *
   * @return false if other threads are just stepping some shards: these are still to be frozen.
   * @throws IllegalStateException if the shards are being installed.
   */
  public boolean tryFreeze() {
    return owned.tryAll(ShardLives::tryFreeze);
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
    return Arrays.stream(ingresses).map(IngressAgent::stats).toList();
  }

  /**
   * What the owner's side counts: commands applied or refused.
   *
   * @return live counters of the shard agents, then of the inbound adapter.
   */
  public List<EngineStats> ownerStats() {
    final List<EngineStats> all = owned.stats();
    all.add(inbound.stats());
    return all;
  }

  /**
   * Commands that are being applied at this moment: at most one for each shard agent.
   *
   * @return the number.
   */
  public int activeCount() {
    return owned.activeCount();
  }

  /**
   * Requests under way in all ingresses.
   *
   * @return the number, as of a moment ago.
   */
  public int pendingCount() {
    return Arrays.stream(ingresses).mapToInt(IngressAgent::shownPendingCount).sum();
  }

  /**
   * Slots taken in the ring of a shard: one by each short command that waits, several by a long
   * one.
   *
   * @param shardId of the shard.
   * @return the number, or -1 if the shard is not owned here.
   */
  public long ringDepth(final int shardId) {
    return owned.ringDepth(shardId);
  }

  /**
   * Slots of a shard's ring that were consumed since the start: one by each short command, several
   * by a long one. What it grows by is the load of the shard.
   *
   * @param shardId of the shard.
   * @return the number, or -1 if the shard is not owned here.
   */
  public long ringConsumed(final int shardId) {
    return owned.ringConsumed(shardId);
  }

  /**
   * Entities with state in all shards owned here, of all services.
   *
   * @return the number.
   */
  public long entityCount() {
    return owned.services().mapToLong(slot -> slot.service.entityCount()).sum();
  }

  /**
   * Entities of one service with state in all shards owned here.
   *
   * @param schemaId of the service.
   * @return the number; 0 if the service is not hosted.
   */
  public long entityCount(final int schemaId) {
    return owned
        .services()
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

  /**
   * Has a snapshot of a shard written: of its state at one instant, soon after this call, in slices
   * between which the shard goes on. Any thread.
   *
   * @param shardId of a shard that is owned here.
   * @param sink takes the records; belongs to the thread that steps the shard until the end.
   * @param completion is told of the end.
   * @return false if another one is asked for or under way that the same agent has to write; the
   *     completion is told nothing.
   * @throws IllegalArgumentException if the shard is not owned here, or one of the services has no
   *     {@link io.tally.engine.ShardService#snapshot()}.
   * @throws IllegalStateException if the shard is being installed.
   */
  public boolean snapshot(
      final int shardId, final SnapshotSink sink, final SnapshotCompletion completion) {
    return owned.lives(shardId).snapshot(shardId, sink, completion);
  }

  /**
   * Ends the lives of the services, and gives snapshots up. To be called once, when nobody steps
   * the agents any more.
   */
  @Override
  public void close() {
    owned.close();
  }

  OwnedShards owned() {
    return owned;
  }

  Stream<Shard> ownedShards() {
    return owned.shards();
  }
}
