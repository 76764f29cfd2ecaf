package io.tally.testkit;

import java.util.List;

/**
 * All shards of a node, as one process has saved them.
 *
 * @param shards that it owned.
 * @param incarnation of the process.
 * @param ledgerVersion that it knew.
 * @param savedNs when the first snapshot began.
 * @param epochMs what the wall clock of the process showed then.
 */
record SavedNode(
    List<SavedShard> shards, long incarnation, int ledgerVersion, long savedNs, long epochMs) {
  /** Whether it has this life of a shard. */
  boolean holds(final int shardId, final long shardIncarnation) {
    return shards.stream()
        .anyMatch(shard -> shard.shardId() == shardId && shard.incarnation() == shardIncarnation);
  }

  SavedShard shard(final int shardId) {
    return shards.stream().filter(shard -> shard.shardId() == shardId).findFirst().orElseThrow();
  }

  /** The incarnation above which all are that are made after a start from it. */
  long highestIncarnation() {
    return Math.max(
        incarnation, shards.stream().mapToLong(SavedShard::incarnation).max().orElse(0));
  }
}
