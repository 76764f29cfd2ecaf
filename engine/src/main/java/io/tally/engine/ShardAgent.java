package io.tally.engine;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/** Polls the rings of some of a node's shards: the one consumer of each of them. */
final class ShardAgent implements SteppedAgent, ShardRing.Handler {
  private static final int BATCH_LIMIT = 256;
  private static final int EXPIRE_LIMIT = 256;
  private static final long SWEEP_NS = 100_000_000;

  private final String roleName;
  private final ShardRing[] rings;
  private final Shard[] shards;
  private final Shard[] shardById;
  private final ReplyPublisher replies;
  private final CommandAdapter adapter = new CommandAdapter();
  private final EngineStats stats;
  private final NanoClock clock;
  private final long[] batchCounts;
  private long nowNs;
  private long nextSweepNs;
  private boolean hasKeys;
  private boolean hasMore;

  /** Rings and shards pair up by index. */
  ShardAgent(
      final String roleName,
      final ShardRing[] rings,
      final Shard[] shards,
      final Shard[] shardById,
      final ReplyPublisher replies,
      final EngineStats stats,
      final NanoClock clock) {
    this.roleName = roleName;
    this.rings = rings;
    this.shards = shards;
    this.shardById = shardById;
    this.replies = replies;
    this.stats = stats;
    this.clock = clock;
    nextSweepNs = clock.nanoTime();
    batchCounts = new long[stats.messageTypes().size() + 1];
  }

  @Override
  public int doWork(final long nowNs) {
    this.nowNs = nowNs;
    final long startNs = clock.nanoTime();
    int workCount = 0;
    hasMore = false;
    try {
      for (final ShardRing ring : rings) {
        final int polled = ring.poll(this, BATCH_LIMIT, ShardRing.NO_BOUND);
        hasMore |= polled == BATCH_LIMIT;
        workCount += polled;
      }
    } finally {
      // Also where something threw: who was answered before has to be woken.
      replies.flush();
    }
    if (workCount > 0) {
      recordBatch(clock.nanoTime() - startNs, workCount);
    }
    if (nowNs - nextSweepNs >= 0) {
      sweep();
    }
    return workCount;
  }

  @Override
  public long nextStepNs() {
    if (hasMore) {
      return nowNs;
    }
    return hasKeys ? nextSweepNs : NEVER;
  }

  @Override
  public void onCommand(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    final Command command = adapter.decode(buffer, offset, length);
    if (command == null) {
      stats.increment(EngineCounter.MALFORMED);
      return;
    }
    command.deadlineNs = deadlineNs;
    hasKeys |= command.keyLength > 0;
    final int templateId = command.templateId;
    final Shard shard = shardById[command.shardId];
    final long appliedBefore = shard.appliedCount();
    shard.onCommand(nowNs, command, replies);
    // Copies that were answered from their lane are no further messages.
    if (templateId < batchCounts.length && shard.appliedCount() != appliedBefore) {
      batchCounts[templateId]++;
    }
  }

  @Override
  public String roleName() {
    return roleName;
  }

  EngineStats stats() {
    return stats;
  }

  Shard[] shards() {
    return shards;
  }

  ShardRing[] rings() {
    return rings;
  }

  private void sweep() {
    nextSweepNs = nowNs + SWEEP_NS;
    hasKeys = false;
    for (final Shard shard : shards) {
      shard.expireKeys(nowNs, EXPIRE_LIMIT);
      hasKeys |= shard.keyCount() > 0;
    }
  }

  private void recordBatch(final long durationNs, final int workCount) {
    final long meanNs = durationNs / workCount;
    for (int templateId = 1; templateId < batchCounts.length; templateId++) {
      if (batchCounts[templateId] > 0) {
        stats.record(templateId, meanNs, batchCounts[templateId]);
        batchCounts[templateId] = 0;
      }
    }
  }
}
