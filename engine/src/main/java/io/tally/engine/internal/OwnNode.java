package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import java.util.Arrays;
import java.util.function.IntToLongFunction;

/**
 * The node that an engine is of, and which lives it and its shards begin. Immutable.
 *
 * @param cluster what all nodes agree on.
 * @param nodeId one of the cluster's node ids.
 * @param incarnation of this start of the node: positive, above every earlier one of this node id.
 * @param shardIncarnations of the shards that the node owns: which life of its state each begins
 *     with. Positive, and above every earlier one of that shard, unless the state of that life is
 *     restored.
 * @param installing whether these shards stand still at first: state can be restored into them, and
 *     they apply nothing and answer busy until {@link ShardEngine#tryActivate()}. All services must
 *     have a {@link io.tally.engine.ShardService#snapshot()} then, or the engine is not made.
 */
public record OwnNode(
    ClusterSettings cluster,
    String nodeId,
    long incarnation,
    IntToLongFunction shardIncarnations,
    boolean installing) {
  /**
   * Checks the node.
   *
   * @throws IllegalArgumentException if it is not one of the cluster, or its incarnation is not
   *     positive.
   */
  public OwnNode {
    require(
        cluster.nodeIds().contains(nodeId),
        "node " + nodeId + " is not in the node list " + cluster.nodeIds());
    require(incarnation > 0, "an incarnation must be positive: " + incarnation);
  }

  /**
   * A node that restores nothing: its shards begin with its own incarnation, and are active at
   * once.
   *
   * @param cluster what all nodes agree on.
   * @param nodeId one of the cluster's node ids.
   * @param incarnation of this start of the node.
   * @return the node.
   * @throws IllegalArgumentException as the constructor.
   */
  public static OwnNode of(
      final ClusterSettings cluster, final String nodeId, final long incarnation) {
    return new OwnNode(cluster, nodeId, incarnation, shardId -> incarnation, false);
  }

  /** Its index in the sorted node list. */
  int index() {
    return cluster.nodeIds().indexOf(nodeId);
  }

  /** A directory learns the first lives of the shards that the node owns. */
  void tell(final ShardDirectory directory) {
    final int[] shards = directory.table().shardsOf(index());
    final long[] incarnations =
        Arrays.stream(shards).mapToLong(shardIncarnations::applyAsLong).toArray();
    require(directory.learn(shards, incarnations), "a shard had a higher incarnation before");
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
