package io.tally.engine;

import java.util.List;

/**
 * Which node owns each shard, and since which epoch. Immutable, and the same as long as the process
 * lives. Nodes are addressed by their index in the sorted node list; on the wire they have stable
 * keys.
 */
public final class RoutingTable {
  /** The highest epoch: commands carry it in 32 bits. */
  public static final long MAX_EPOCH = (1L << Integer.SIZE) - 1;

  private final List<String> nodeIds;
  private final long[] nodeKeys;
  private final int[] nodeByShard;
  private final long[] epochByShard;

  /**
   * Creates a table.
   *
   * @param nodeIds sorted, distinct.
   * @param nodeByShard index of the owner of each shard.
   * @param epochByShard epoch of each shard, 0 to {@link #MAX_EPOCH}.
   * @throws IllegalArgumentException if an epoch is out of its range.
   */
  public RoutingTable(
      final List<String> nodeIds, final int[] nodeByShard, final long[] epochByShard) {
    this.nodeIds = List.copyOf(nodeIds);
    this.nodeByShard = nodeByShard.clone();
    this.epochByShard = epochByShard.clone();
    for (final long epoch : epochByShard) {
      if (epoch < 0 || epoch > MAX_EPOCH) {
        throw new IllegalArgumentException("epoch out of range: " + epoch);
      }
    }
    nodeKeys = nodeIds.stream().mapToLong(StableHash::hash).toArray();
  }

  /**
   * Number of shards.
   *
   * @return the number.
   */
  public int shardCount() {
    return nodeByShard.length;
  }

  /**
   * The sorted node ids.
   *
   * @return unmodifiable list.
   */
  public List<String> nodeIds() {
    return nodeIds;
  }

  /**
   * The owner of a shard.
   *
   * @param shardId of the shard.
   * @return index in {@link #nodeIds()}.
   */
  public int nodeIndex(final int shardId) {
    return nodeByShard[shardId];
  }

  /**
   * The epoch of a shard's ownership.
   *
   * @param shardId of the shard.
   * @return the epoch; it rises with every change of the owner.
   */
  public long epoch(final int shardId) {
    return epochByShard[shardId];
  }

  /**
   * The stable key of a node.
   *
   * @param nodeIndex in {@link #nodeIds()}.
   * @return hash of its id.
   */
  public long nodeKey(final int nodeIndex) {
    return nodeKeys[nodeIndex];
  }

  /**
   * Finds a node by its stable key.
   *
   * @param nodeKey as it came over the wire.
   * @return index in {@link #nodeIds()}, or -1 if no node has that key.
   */
  public int nodeIndexOfKey(final long nodeKey) {
    for (int i = 0; i < nodeKeys.length; i++) {
      if (nodeKeys[i] == nodeKey) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Number of shards that a node owns.
   *
   * @param nodeIndex of the node.
   * @return the number.
   */
  public int shardsOwned(final int nodeIndex) {
    int count = 0;
    for (final int owner : nodeByShard) {
      if (owner == nodeIndex) {
        count++;
      }
    }
    return count;
  }
}
