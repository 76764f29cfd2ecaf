package io.tally.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.agrona.BitUtil;

/**
 * The settings on which all nodes of a cluster have to agree: from them each node computes who owns
 * which shard, and by their fingerprint a node recognises others that have different settings.
 * Immutable.
 *
 * @param nodeIds ids of all nodes, kept sorted: at most {@link #MAX_NODE_COUNT}, distinct, each
 *     valid by {@link #isNodeId}.
 * @param shardCount number of shards, 1 to {@link #MAX_SHARD_COUNT}.
 * @param seed of the placement; any text.
 * @param laneWindow most unresolved writes between one ingress and one shard, a power of two from
 *     {@link #MIN_LANE_WINDOW} to {@link #MAX_LANE_WINDOW}.
 * @param maxLoops most event loops of any node that take requests, 1 to {@link #MAX_LOOPS}. A shard
 *     keeps replies for each of them, so commands of further ones are refused.
 */
public record ClusterSettings(
    List<String> nodeIds, int shardCount, String seed, int laneWindow, int maxLoops) {
  /** Most nodes of a cluster. */
  public static final int MAX_NODE_COUNT = 1024;

  /** Longest id of a node. */
  public static final int MAX_NODE_ID_LENGTH = 64;

  /** Most shards of a cluster. */
  public static final int MAX_SHARD_COUNT = 4096;

  /** The smallest lane window. */
  public static final int MIN_LANE_WINDOW = 64;

  /** The largest lane window. */
  public static final int MAX_LANE_WINDOW = 1 << 20;

  /** Most event loops of a node that messages can tell apart. */
  public static final int MAX_LOOPS = 256;

  /** Number of shards where none is given. */
  public static final int DEFAULT_SHARD_COUNT = 64;

  /**
   * Seed where none is given. Its text means nothing here; it is kept as it is, because all shards
   * of the clusters that were started without a seed would move if it changed.
   */
  public static final String DEFAULT_SEED = "counter-cluster";

  /** Lane window where none is given. */
  public static final int DEFAULT_LANE_WINDOW = 4096;

  /** Event loops where no bound is given. */
  public static final int DEFAULT_MAX_LOOPS = 64;

  /** What {@link #isNodeId} takes, in words. */
  public static final String NODE_ID_FORM = "1 to " + MAX_NODE_ID_LENGTH + " of A-Z a-z 0-9 _ -";

  private static final Pattern NODE_ID =
      Pattern.compile("[A-Za-z0-9_-]{1," + MAX_NODE_ID_LENGTH + "}");

  /**
   * Checks the settings and sorts the node ids.
   *
   * @throws IllegalArgumentException if a value is out of its range, or two node ids are equal or
   *     have equal hashes.
   */
  public ClusterSettings {
    nodeIds = nodeIds.stream().sorted().toList();
    requireNodeIds(nodeIds);
    require(
        isShardCount(shardCount),
        "the number of shards must be 1 to " + MAX_SHARD_COUNT + ": " + shardCount);
    require(seed != null, "seed must be set");
    require(
        isLaneWindow(laneWindow),
        "the lane window must be a power of two from "
            + MIN_LANE_WINDOW
            + " to "
            + MAX_LANE_WINDOW
            + ": "
            + laneWindow);
    require(isLoopCount(maxLoops), "the most loops must be 1 to " + MAX_LOOPS + ": " + maxLoops);
  }

  /**
   * Settings with the default bound of event loops.
   *
   * @param nodeIds ids of all nodes, in any order.
   * @param shardCount number of shards.
   * @param seed of the placement.
   * @param laneWindow most unresolved writes between one ingress and one shard.
   * @throws IllegalArgumentException as the other constructor.
   */
  public ClusterSettings(
      final List<String> nodeIds, final int shardCount, final String seed, final int laneWindow) {
    this(nodeIds, shardCount, seed, laneWindow, DEFAULT_MAX_LOOPS);
  }

  /**
   * The settings of a cluster of which nothing is known but its nodes.
   *
   * @param nodeIds ids of all nodes, in any order.
   * @return the settings, with the defaults for the rest.
   * @throws IllegalArgumentException as the constructor.
   */
  public static ClusterSettings of(final List<String> nodeIds) {
    return new ClusterSettings(nodeIds, DEFAULT_SHARD_COUNT, DEFAULT_SEED, DEFAULT_LANE_WINDOW);
  }

  /**
   * These settings with another number of shards.
   *
   * @param value number of shards.
   * @return the new settings.
   * @throws IllegalArgumentException as the constructor.
   */
  public ClusterSettings withShardCount(final int value) {
    return new ClusterSettings(nodeIds, value, seed, laneWindow, maxLoops);
  }

  /**
   * These settings with another bound of event loops.
   *
   * @param value most event loops of any node.
   * @return the new settings.
   * @throws IllegalArgumentException as the constructor.
   */
  public ClusterSettings withMaxLoops(final int value) {
    return new ClusterSettings(nodeIds, shardCount, seed, laneWindow, value);
  }

  /**
   * Whether a text can be the id of a node.
   *
   * @param text to check.
   * @return true for {@value #NODE_ID_FORM}.
   */
  public static boolean isNodeId(final String text) {
    return NODE_ID.matcher(text).matches();
  }

  /**
   * Whether a cluster can have this number of shards.
   *
   * @param value to check.
   * @return true for 1 to {@link #MAX_SHARD_COUNT}.
   */
  public static boolean isShardCount(final int value) {
    return value >= 1 && value <= MAX_SHARD_COUNT;
  }

  /**
   * Whether a node can have this number of event loops in some cluster.
   *
   * @param value to check.
   * @return true for 1 to {@link #MAX_LOOPS}.
   */
  public static boolean isLoopCount(final int value) {
    return value >= 1 && value <= MAX_LOOPS;
  }

  /**
   * Whether a lane window can have this size.
   *
   * @param value to check.
   * @return true for a power of two from {@link #MIN_LANE_WINDOW} to {@link #MAX_LANE_WINDOW}.
   */
  public static boolean isLaneWindow(final int value) {
    return value >= MIN_LANE_WINDOW && value <= MAX_LANE_WINDOW && BitUtil.isPowerOfTwo(value);
  }

  /**
   * A hash of everything on which the processes of a cluster have to agree.
   *
   * @param schemaIds of the services that each node hosts, in any order. Of their versions nothing
   *     depends here: nodes of two versions work together.
   * @return the hash; other settings, other services and another {@link StableHash#VERSION} give
   *     another one.
   */
  public long fingerprint(final int... schemaIds) {
    // The seed is the one free text and stands last, so that no two configurations give the same
    // string. The default of loops is left out: earlier builds know of no other.
    return StableHash.hash(
        "nodes="
            + String.join(",", nodeIds)
            + " services="
            + Arrays.stream(schemaIds)
                .sorted()
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","))
            + " shards="
            + shardCount
            + " hash="
            + StableHash.VERSION
            + " lanes="
            + laneWindow
            + (maxLoops == DEFAULT_MAX_LOOPS ? "" : " loops=" + maxLoops)
            + " seed="
            + seed);
  }

  private static void requireNodeIds(final List<String> nodeIds) {
    require(
        !nodeIds.isEmpty() && nodeIds.size() <= MAX_NODE_COUNT,
        "the number of nodes must be 1 to " + MAX_NODE_COUNT + ": " + nodeIds.size());
    final Set<String> ids = new HashSet<>();
    final Set<Long> keys = new HashSet<>();
    for (final String nodeId : nodeIds) {
      require(isNodeId(nodeId), "a node id is " + NODE_ID_FORM + ": " + nodeId);
      require(ids.add(nodeId), "node id given twice: " + nodeId);
      require(keys.add(StableHash.hash(nodeId)), "node id has the hash of another one: " + nodeId);
    }
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
