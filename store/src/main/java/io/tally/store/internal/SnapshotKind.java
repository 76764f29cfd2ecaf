package io.tally.store.internal;

/** When a snapshot was written. */
public enum SnapshotKind {
  /** It was written while the shards went on, and is older than their last state. */
  SERVING,

  /** It was written after all shards were frozen for good, and is their last state. */
  STOPPED
}
