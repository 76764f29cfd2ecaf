package io.tally.engine.internal;

import io.tally.engine.StableHash;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which node owns each shard, since which epoch, and which life of the shard's state that is: its
 * incarnation. Immutable; a {@link ShardDirectory} holds the one that is valid now. Nodes are
 * addressed by their index in the sorted node list; on the wire they have stable keys.
 */
public final class RoutingTable {
  /** The highest epoch: commands carry it in 32 bits. */
  public static final long MAX_EPOCH = (1L << Integer.SIZE) - 1;

  private final List<String> nodeIds;
  private final long[] nodeKeys;
  private final int[] nodeByShard;
  private final long[] epochByShard;
  private final long[] incarnationByShard;
  private final long[] highestByShard;

  /**
   * Creates a table that knows no incarnations.
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
    incarnationByShard = new long[nodeByShard.length];
    highestByShard = incarnationByShard;
  }

  private RoutingTable(
      final RoutingTable other, final long[] incarnationByShard, final long[] highestByShard) {
    nodeIds = other.nodeIds;
    nodeKeys = other.nodeKeys;
    nodeByShard = other.nodeByShard;
    epochByShard = other.epochByShard;
    this.incarnationByShard = incarnationByShard;
    this.highestByShard = highestByShard;
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
   * This life of a shard's state.
   *
   * @param shardId of the shard.
   * @return its incarnation; 0 while its owner has not told it.
   */
  public long incarnation(final int shardId) {
    return incarnationByShard[shardId];
  }

  /**
   * The latest life of any shard of a node that was ever known, whatever is known now.
   *
   * @param nodeIndex of the node.
   * @return the highest incarnation; 0 if none was known.
   */
  public long highestIncarnation(final int nodeIndex) {
    long highest = 0;
    for (int shard = 0; shard < nodeByShard.length; shard++) {
      if (nodeByShard[shard] == nodeIndex) {
        highest = Math.max(highest, highestByShard[shard]);
      }
    }
    return highest;
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
   * The shards that a node owns.
   *
   * @param nodeIndex of the node.
   * @return their ids, ascending.
   */
  public int[] shardsOf(final int nodeIndex) {
    return IntStream.range(0, nodeByShard.length)
        .filter(shard -> nodeByShard[shard] == nodeIndex)
        .toArray();
  }

  /**
   * Number of shards that a node owns.
   *
   * @param nodeIndex of the node.
   * @return the number.
   */
  public int shardsOwned(final int nodeIndex) {
    return shardsOf(nodeIndex).length;
  }

  /**
   * A table with these incarnations; this one itself if it has them already, null if one of them is
   * older than one that was known of its shard.
   */
  RoutingTable with(final int[] shardIds, final long[] incarnations) {
    final long[] known = incarnationByShard.clone();
    final long[] highest = highestByShard.clone();
    for (int i = 0; i < shardIds.length; i++) {
      if (incarnations[i] < highest[shardIds[i]]) {
        return null;
      }
      known[shardIds[i]] = incarnations[i];
      highest[shardIds[i]] = incarnations[i];
    }
    return Arrays.equals(known, incarnationByShard) ? this : new RoutingTable(this, known, highest);
  }

  /** A table without the incarnations of a node's shards; what was the highest stays known. */
  RoutingTable without(final int nodeIndex) {
    final long[] known = incarnationByShard.clone();
    for (final int shard : shardsOf(nodeIndex)) {
      known[shard] = 0;
    }
    return Arrays.equals(known, incarnationByShard)
        ? this
        : new RoutingTable(this, known, highestByShard);
  }
}
