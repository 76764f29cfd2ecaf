package io.tally.store.internal;

/** When a snapshot was written. */
public enum SnapshotKind {
  /** While the shards went on: it is older than their last state. */
  SERVING,

  /** After all shards were frozen for good: it is their last state. */
  STOPPED
}
