package io.tally.engine.internal;

/** Is told how a snapshot has ended. */
@FunctionalInterface
public interface SnapshotCompletion {
  /**
   * Called once, by the thread that steps the shard, or the one that closes the engine; must not
   * throw.
   *
   * @param shardId of the shard.
   * @param isWhole whether all has been written; false if it was given up, because the sink was
   *     full, a service threw, or the engine was closed.
   */
  void onEnd(int shardId, boolean isWhole);
}
