package io.tally.transport.internal;

import io.tally.engine.internal.RoutingTable;
import io.tally.engine.internal.ShardDirectory;
import java.util.Arrays;

/**
 * What the peers are told of this node's shards: their incarnations, under a number that rises with
 * each change. Numbers begin above the node's incarnation, so that what a peer says of one never
 * fits another process of this node. Owned by the sender.
 */
final class ShardAnnouncement {
  private final ShardDirectory directory;
  private final int[] shardIds;
  private RoutingTable seen;
  private long[] incarnations = {};
  private final long nodeIncarnation;
  private long number;

  ShardAnnouncement(final ShardDirectory directory, final int ownNode, final long nodeIncarnation) {
    this.directory = directory;
    this.nodeIncarnation = nodeIncarnation;
    shardIds = directory.table().shardsOf(ownNode);
  }

  /** Looks at what the directory says now. */
  void update() {
    final RoutingTable table = directory.table();
    if (table == seen) {
      return;
    }
    seen = table;
    final long[] current = Arrays.stream(shardIds).mapToLong(table::incarnation).toArray();
    // Before the engine is made it knows none; then all at once.
    if (!Arrays.equals(current, incarnations) && Arrays.stream(current).allMatch(i -> i != 0)) {
      incarnations = current;
      number = Math.max(number, nodeIncarnation) + 1;
    }
  }

  /** 0 while there is nothing to tell. */
  long number() {
    return number;
  }

  int shardCount() {
    return shardIds.length;
  }

  int shardId(final int index) {
    return shardIds[index];
  }

  long incarnation(final int index) {
    return incarnations[index];
  }
}
