package io.tally.engine.internal;

/**
 * What a {@link ShardPoller} does beside commands and timers, when it is time: it forgets keys and
 * long replies of its shards that nobody needs any more, and writes slices of snapshots. Belongs to
 * whoever is inside the poller's gate.
 */
final class ShardChores {
  private static final long SWEEP_NS = 100_000_000;

  /** Keys and replies that one sweep of all shards together forgets at most; the rest is soon. */
  private static final int EXPIRE_LIMIT = 1_024;

  private static final long BACKLOG_SWEEP_NS = 1_000_000;

  private final Shard[] shards;
  private final Shard[] shardById;
  private final ShardSnapshots snapshots;
  private boolean hasKeys;
  private boolean hasLongReplies;
  private long nextSweepNs;

  /** When there is a sweep or a slice to be done. */
  private long nextNs;

  ShardChores(
      final Shard[] shards,
      final Shard[] shardById,
      final ShardSnapshots snapshots,
      final long nowNs) {
    this.shards = shards;
    this.shardById = shardById;
    this.snapshots = snapshots;
    nextSweepNs = nowNs;
    nextNs = nowNs;
  }

  /** Notes that there is something to be swept: what commands have brought, or a restored state. */
  void expect(final boolean keys, final boolean longReplies) {
    hasKeys |= keys;
    hasLongReplies |= longReplies;
  }

  /** A restored state may have brought anything. */
  void expectAll() {
    expect(true, true);
    nextNs = TimerAlarm.earlier(nextNs, nextSweepNs);
  }

  /** Does what is due. */
  void doWork(final long nowNs) {
    if (nowNs - nextNs < 0) {
      return;
    }
    if (nowNs - nextSweepNs >= 0) {
      sweep(nowNs);
    }
    nextNs = nextSweepNs;
    if (snapshots.isAskedFor()) {
      final long nextSliceNs = snapshots.write(shardById, nowNs);
      if (snapshots.isAskedFor()) {
        nextNs = TimerAlarm.earlier(nextSliceNs, nextSweepNs);
      }
    }
  }

  /** When something is due next, or {@link SteppedAgent#NEVER}. */
  long nextNs(final long nowNs) {
    final boolean isAskedFor = snapshots.isAskedFor();
    if (isAskedFor && !snapshots.isBegun()) {
      nextNs = nowNs;
    }
    return isAskedFor || hasKeys || hasLongReplies ? nextNs : SteppedAgent.NEVER;
  }

  private void sweep(final long nowNs) {
    hasKeys = false;
    hasLongReplies = false;
    int room = EXPIRE_LIMIT;
    for (final Shard shard : shards) {
      room -= shard.sweepKeys(nowNs, room);
      room -= shard.expireLongReplies(nowNs, room);
      hasKeys |= shard.keyCount() > 0;
      hasLongReplies |= shard.keepsLongReplies();
    }
    nextSweepNs = nowNs + (room > 0 ? SWEEP_NS : BACKLOG_SWEEP_NS);
  }
}
