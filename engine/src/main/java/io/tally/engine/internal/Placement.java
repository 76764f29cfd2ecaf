package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.StableHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Places shards on nodes by balanced rendezvous hashing. Every pair of a shard and a node has a
 * score, and pairs are joined by falling score as long as the shard is free and the node has room.
 * Every node has room for its even share; where shards are left over, the nodes that ask first for
 * one more get one. So each node owns the even share or one more, and when a node joins or leaves,
 * most of the other shards stay where they are: their scores are the same as before.
 */
public final class Placement {
  // Equal scores are hardly to be met, but the table must be the same in every process.
  private static final Comparator<Bid> BY_FALLING_SCORE =
      ((Comparator<Bid>) (a, b) -> Long.compareUnsigned(b.score, a.score))
          .thenComparingInt(Bid::shardId)
          .thenComparingInt(Bid::nodeIndex);

  private record Bid(long score, int shardId, int nodeIndex) {}

  private Placement() {}

  /**
   * Places all shards on the nodes. The table depends on the node ids, the number of shards and the
   * seed alone, so that every node computes the same one.
   *
   * @param cluster whose shards and nodes they are.
   * @return a new table, with each shard at epoch 1.
   */
  public static RoutingTable place(final ClusterSettings cluster) {
    final List<String> nodeIds = cluster.nodeIds();
    final int shardCount = cluster.shardCount();
    final int[] nodeByShard =
        assign(bids(nodeIds, shardCount, cluster.seed()), shardCount, nodeIds.size());
    final long[] epochByShard = new long[shardCount];
    Arrays.fill(epochByShard, 1);
    return new RoutingTable(nodeIds, nodeByShard, epochByShard);
  }

  private static int[] assign(final List<Bid> bids, final int shardCount, final int nodeCount) {
    final int share = shardCount / nodeCount;
    int leftOver = shardCount % nodeCount;
    final int[] owned = new int[nodeCount];
    final int[] nodeByShard = new int[shardCount];
    Arrays.fill(nodeByShard, -1);
    for (final Bid bid : bids) {
      if (nodeByShard[bid.shardId] >= 0) {
        continue;
      }
      final int count = owned[bid.nodeIndex];
      if (count > share || (count == share && leftOver == 0)) {
        continue;
      }
      if (count == share) {
        leftOver--;
      }
      owned[bid.nodeIndex]++;
      nodeByShard[bid.shardId] = bid.nodeIndex;
    }
    return nodeByShard;
  }

  private static List<Bid> bids(
      final List<String> nodeIds, final int shardCount, final String seed) {
    final List<Bid> bids = new ArrayList<>(shardCount * nodeIds.size());
    for (int nodeIndex = 0; nodeIndex < nodeIds.size(); nodeIndex++) {
      final ByteBuffer key = scoreKey(seed, nodeIds.get(nodeIndex));
      for (int shardId = 0; shardId < shardCount; shardId++) {
        key.putInt(0, shardId);
        final long score = StableHash.hash(key.array(), 0, key.capacity());
        bids.add(new Bid(score, shardId, nodeIndex));
      }
    }
    bids.sort(BY_FALLING_SCORE);
    return bids;
  }

  // Room for the shard id, then the length of the seed, so that no two triples give equal bytes.
  private static ByteBuffer scoreKey(final String seed, final String nodeId) {
    final byte[] seedBytes = seed.getBytes(StandardCharsets.UTF_8);
    final byte[] nodeBytes = nodeId.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(2 * Integer.BYTES + seedBytes.length + nodeBytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0)
        .putInt(seedBytes.length)
        .put(seedBytes)
        .put(nodeBytes);
  }
}
