package io.tally.engine.internal;

import io.tally.engine.SnapshotSink;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The lives of one poller's shards: all of them begin, and stand still, together, and one may be
 * put in the place of another. Any thread may ask for that. It is done inside the poller's gate,
 * between two batches.
 */
final class ShardLives {
  private final ShardPoller poller;
  private final Shard[] shards;
  private final Shard[] shardById;
  private final ShardSnapshots snapshots;

  /** The state of all shards. Written inside the gate, or before anybody is; read by any thread. */
  private volatile ShardState state = ShardState.ACTIVE;

  ShardLives(
      final ShardPoller poller,
      final Shard[] shards,
      final Shard[] shardById,
      final ShardSnapshots snapshots) {
    this.poller = poller;
    this.shards = shards;
    this.shardById = shardById;
    this.snapshots = snapshots;
  }

  /** Has all shards stand still until they are active. Called before anybody steps the poller. */
  void install() {
    state = ShardState.INSTALLING;
    for (final Shard shard : shards) {
      requireSnapshots(shard);
      shard.standStill(state);
    }
  }

  /** A shard that is being installed. Asked for before anybody steps the poller. */
  Shard installedShard(final int shardId) {
    if (state != ShardState.INSTALLING) {
      throw new IllegalStateException("shard " + shardId + " does not stand still");
    }
    return shardById[shardId];
  }

  /** As {@link ShardEngine#tryActivate}. */
  boolean tryActivate() {
    return state != ShardState.INSTALLING || poller.tryInside(nowNs -> activate());
  }

  private void activate() {
    for (final Shard shard : shards) {
      shard.activate();
    }
    state = ShardState.ACTIVE;
    poller.chores().expectAll();
  }

  /** As {@link ShardEngine#tryFreeze}. */
  boolean tryFreeze() {
    return state == ShardState.FROZEN || poller.tryInside(this::freeze);
  }

  private void freeze(final long nowNs) {
    if (state == ShardState.INSTALLING) {
      throw new IllegalStateException("shards that are being installed cannot be frozen");
    }
    for (final Shard shard : shards) {
      shard.freeze(nowNs);
    }
    state = ShardState.FROZEN;
  }

  /**
   * Puts another shard in the place of the one with its id, whose life ends.
   *
   * @param successor makes it, inside the gate; if it throws, the shard stays.
   * @return false if another thread is inside the gate: nothing changed.
   */
  boolean tryReplace(final Supplier<Shard> successor) {
    return poller.tryInside(nowNs -> replace(successor.get()));
  }

  /** Does what {@link #tryReplace} does, when the caller is inside the gate. */
  void replace(final Shard installed) {
    final Shard old = shardById[installed.shardId()];
    shardById[installed.shardId()] = installed;
    shards[Arrays.asList(shards).indexOf(old)] = installed;
    if (state != ShardState.ACTIVE) {
      installed.standStill(state);
    }
    poller.chores().expectAll();
    snapshots.giveUp();
    old.close();
  }

  /** As {@link ShardEngine#snapshot}. */
  boolean snapshot(
      final int shardId, final SnapshotSink sink, final SnapshotCompletion completion) {
    requireSnapshots(shardById[shardId]);
    if (state == ShardState.INSTALLING) {
      throw new IllegalStateException("shard " + shardId + " is being installed");
    }
    final boolean isTaken = snapshots.ask(shardId, sink, completion);
    if (isTaken) {
      poller.wake();
    }
    return isTaken;
  }

  private static void requireSnapshots(final Shard shard) {
    if (!ShardSnapshot.isPossible(shard)) {
      throw new IllegalArgumentException(
          "a service has no snapshots, so the state of shard "
              + shard.shardId()
              + " cannot be kept");
    }
  }
}
