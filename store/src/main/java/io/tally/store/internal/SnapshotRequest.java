package io.tally.store.internal;

import io.tally.engine.SnapshotSink;
import io.tally.engine.internal.SnapshotCompletion;

/** Has the snapshot of a shard written, as {@code ShardEngine.snapshot} does. */
@FunctionalInterface
public interface SnapshotRequest {
  /**
   * Asks for a snapshot of a shard. Returns at once.
   *
   * @param shardId of the shard.
   * @param sink takes the records; belongs to the thread that steps the shard until the end.
   * @param completion is told of the end.
   * @return false if the shard's agent writes another one; to be asked again.
   */
  boolean snapshot(int shardId, SnapshotSink sink, SnapshotCompletion completion);
}
