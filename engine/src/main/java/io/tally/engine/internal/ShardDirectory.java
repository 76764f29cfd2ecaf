package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * Who owns each shard, and which life of its state that is: one table, replaced as a whole by one
 * reference. The engine tells of the shards of this node, the link of those of other nodes. Of a
 * shard an older life never takes the place of a newer one, in whatever order they are told.
 * Thread-safe; a table is cheap to get and costly to replace.
 */
public final class ShardDirectory {
  private static final AtomicReferenceFieldUpdater<ShardDirectory, RoutingTable> TABLE =
      AtomicReferenceFieldUpdater.newUpdater(ShardDirectory.class, RoutingTable.class, "table");

  private volatile RoutingTable table;

  /**
   * Creates a directory that knows no incarnations yet.
   *
   * @param placement of the cluster.
   */
  public ShardDirectory(final RoutingTable placement) {
    table = placement;
  }

  /**
   * Creates a directory of a cluster that has just begun.
   *
   * @param cluster whose shards are placed on its nodes.
   */
  public ShardDirectory(final ClusterSettings cluster) {
    this(Placement.place(cluster));
  }

  /**
   * What is known now. To be asked for once for each command, so that what follows from it fits
   * together.
   *
   * @return the table.
   */
  public RoutingTable table() {
    return table;
  }

  /**
   * Takes the incarnations of shards, all or none.
   *
   * @param shardIds of the shards, each once.
   * @param incarnations of these shards, positive; not kept.
   * @return false if one of them is older than one that was known of its shard: nothing changed.
   */
  public boolean learn(final int[] shardIds, final long[] incarnations) {
    while (true) {
      final RoutingTable current = table;
      final RoutingTable next = current.with(shardIds, incarnations);
      if (next == null || next == current || TABLE.compareAndSet(this, current, next)) {
        return next != null;
      }
    }
  }

  /**
   * Forgets the incarnations of a node's shards: another process has taken its place, and has not
   * told its own. What was the highest of each shard is remembered.
   *
   * @param nodeIndex of the node.
   */
  public void forget(final int nodeIndex) {
    while (true) {
      final RoutingTable current = table;
      final RoutingTable next = current.without(nodeIndex);
      if (next == current || TABLE.compareAndSet(this, current, next)) {
        return;
      }
    }
  }
}
