package io.tally.engine.internal;

import java.util.List;

/**
 * Replaces a shard of a simulated node by a fresh one that is restored from its snapshot. The
 * snapshot is written in slices, while copies of commands go on coming to the shard, which stands
 * still. Before, another one is written while the shard goes on, to be compared with what it was
 * when that one began.
 */
final class ShardMove {
  private final StockNode node;
  private final ShardPoller poller;
  private final Mutant mutant;
  private final Shard shard;
  private final List<String> stateAtBegin;
  private final int sliceRecords;
  private KeptRecords records = new KeptRecords();
  private ShardSnapshot snapshot;
  private boolean torn;
  private boolean last;

  ShardMove(final StockNode node, final int shardId, final int sliceRecords, final Mutant mutant) {
    this.node = node;
    this.mutant = mutant;
    this.sliceRecords = sliceRecords;
    poller = node.engine.owned().poller(shardId);
    shard =
        node.engine
            .ownedShards()
            .filter(owned -> owned.shardId() == shardId)
            .findFirst()
            .orElseThrow();
    begin();
    snapshot.write(Integer.MAX_VALUE);
    snapshot.end();
    stateAtBegin = records.state();
    begin();
  }

  /** Writes a slice; returns true when the shard is replaced. */
  boolean step() {
    if (!snapshot.write(sliceRecords)) {
      return false;
    }
    snapshot.end();
    if (last) {
      install();
      return true;
    }
    torn = !records.state().equals(stateAtBegin);
    if (mutant.standsStill()) {
      shard.standStill(ShardState.FROZEN);
    }
    last = true;
    begin();
    return false;
  }

  /** Whether the snapshot that was written while the shard went on is not of one instant. */
  boolean isTorn() {
    return torn;
  }

  private void begin() {
    records = new KeptRecords();
    snapshot = new ShardSnapshot(shard, records);
    snapshot.begin(node.clock.nanoTime());
  }

  private void install() {
    mutant.onSnapshot(records);
    // As in another process, which begins with the wall clock of then.
    final long timeBaseNs = StockNode.START_EPOCH_NS - node.clock.nanoTime();
    final Shard fresh =
        node.engine.owned().create(shard.shardId(), shard.incarnation(), timeBaseNs);
    final ShardRestore restore = new ShardRestore(fresh);
    records.restoreInto(restore);
    restore.activate();
    poller.lives().replace(fresh);
  }
}
