package io.tally.store.internal;

import java.util.List;

/** What the file of that name says: with it a snapshot is there, without it there is none. */
record Manifest(
    SnapshotKind kind,
    long generation,
    long incarnation,
    long highestIncarnation,
    long epochMs,
    long identityInode,
    int hashVersion,
    StoredNode node,
    List<StoredShard> shards) {

  boolean isStopped() {
    return kind == SnapshotKind.STOPPED;
  }
}
