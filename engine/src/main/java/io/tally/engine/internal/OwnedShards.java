package io.tally.engine.internal;

import io.tally.engine.IdHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.agrona.concurrent.NanoClock;

/**
 * The owner's side of a node's engine: the shards that the node owns, the pollers that have their
 * commands applied, and the lives of the shards. Any thread may ask, unless a method says
 * otherwise.
 */
final class OwnedShards {
  private final ShardDirectory directory;
  private final NodeLink link;
  private final OwnedRings rings;
  private final long timeBaseNs;
  private final WatchLimit watchLimit;
  private final ShardParts[] parts;
  private final ShardPoller[] pollers;

  /** The directory knows the incarnations of these shards; ingresses take the replies. */
  OwnedShards(
      final EngineContext context,
      final IdHash idHash,
      final OwnedRings rings,
      final IngressAgent[] ingresses) {
    timeBaseNs = context.sources().timeBaseNs();
    this.rings = rings;
    link = context.link();
    directory = link.directory();
    watchLimit = new WatchLimit(context.settings().watches());
    final int agentCount = context.threads().agentWakeups.length;
    parts = new ShardParts[agentCount];
    pollers = new ShardPoller[agentCount];
    for (int agent = 0; agent < agentCount; agent++) {
      parts[agent] = new ShardParts(context, watchLimit, idHash);
      pollers[agent] = poller(context, agent, ingresses);
    }
  }

  private ShardPoller poller(
      final EngineContext context, final int agent, final IngressAgent[] ingresses) {
    final int loop = context.threads().agentLoops[agent];
    final NanoClock clock = context.sources().clock();
    final EngineStats stats = parts[agent].stats;
    final Shard[] shards =
        rings
            .shardsOf(agent)
            .mapToObj(shard -> create(shard, directory.table().incarnation(shard), timeBaseNs))
            .toArray(Shard[]::new);
    final ShardPoller poller =
        new ShardPoller(
            loop,
            context.threads().agentWakeups[agent],
            shards,
            parts[agent].alarm,
            ReplyPublisher.of(context, loop, ingresses, stats),
            stats,
            clock,
            context.services().lengths().shortReply(),
            new ShardSnapshots(clock, stats, context.faults()));
    if (context.node().installing()) {
      poller.lives().install();
    }
    return poller;
  }

  /** Makes a shard that is owned here, with nothing in it. */
  Shard create(final int shardId, final long incarnation, final long baseNs) {
    final ShardParts shared = parts[rings.agentByShard[shardId]];
    return new Shard(shardId, incarnation, baseNs, rings.byShard[shardId], shared);
  }

  /** The poller of each shard agent. */
  ShardPoller[] pollers() {
    return pollers;
  }

  /** The poller of a shard that is owned here. */
  ShardPoller poller(final int shardId) {
    if (shardId < 0 || shardId >= rings.byShard.length || rings.byShard[shardId] == null) {
      throw new IllegalArgumentException("shard " + shardId + " is not owned here");
    }
    return pollers[rings.agentByShard[shardId]];
  }

  /** The lives of such a shard, and of those that share its poller. */
  ShardLives lives(final int shardId) {
    return poller(shardId).lives();
  }

  /** As {@link ShardEngine#tryRenew}. */
  boolean tryRenew(final int shardId, final long incarnation) {
    return lives(shardId).tryReplace(() -> nextLife(shardId, incarnation));
  }

  /** Makes it inside the gate: one at a time, and what is handed to the new life finds it there. */
  private Shard nextLife(final int shardId, final long incarnation) {
    if (incarnation <= directory.table().incarnation(shardId)) {
      throw new IllegalArgumentException(
          "shard " + shardId + " cannot become incarnation " + incarnation);
    }
    final Shard next = create(shardId, incarnation, timeBaseNs);
    if (!directory.learn(new int[] {shardId}, new long[] {incarnation})) {
      next.close();
      throw new IllegalArgumentException("shard " + shardId + " had a higher incarnation before");
    }
    link.onShardsChanged();
    return next;
  }

  /** Tries something with the lives of all shards; false if it did not succeed with some. */
  boolean tryAll(final Predicate<ShardLives> attempt) {
    boolean all = true;
    for (final ShardPoller poller : pollers) {
      all &= attempt.test(poller.lives());
    }
    return all;
  }

  /** Live counters of the pollers. */
  List<EngineStats> stats() {
    final List<EngineStats> all = new ArrayList<>();
    for (final ShardPoller poller : pollers) {
      all.add(poller.stats());
    }
    return all;
  }

  /** As {@link ShardEngine#registrationCount}. */
  int registrationCount() {
    return watchLimit.taken();
  }

  int activeCount() {
    return Arrays.stream(pollers).mapToInt(ShardPoller::activeCount).sum();
  }

  /** As {@link ShardEngine#ringDepth}. */
  long ringDepth(final int shardId) {
    final MessageRing ring = rings.byShard[shardId];
    return ring == null ? -1 : ring.depth();
  }

  /** As {@link ShardEngine#ringConsumed}. */
  long ringConsumed(final int shardId) {
    final MessageRing ring = rings.byShard[shardId];
    return ring == null ? -1 : ring.consumedCount();
  }

  Stream<Shard> shards() {
    return Arrays.stream(pollers).flatMap(poller -> Arrays.stream(poller.shards()));
  }

  Stream<ServiceSlot> services() {
    return shards().flatMap(Shard::services);
  }

  /** When nobody steps the pollers any more. */
  void close() {
    Arrays.stream(pollers).forEach(ShardPoller::close);
    services().forEach(slot -> slot.service.close());
  }
}
