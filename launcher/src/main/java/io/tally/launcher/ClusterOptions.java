package io.tally.launcher;

import io.tally.engine.ClusterSettings;
import java.util.List;
import picocli.CommandLine.Option;

/** The options on which all nodes of a cluster have to agree, beside its nodes. */
final class ClusterOptions {
  @Option(
      names = "--shards",
      paramLabel = "N",
      defaultValue = "" + ClusterSettings.DEFAULT_SHARD_COUNT,
      description =
          "Shards of the cluster, 1 to "
              + ClusterSettings.MAX_SHARD_COUNT
              + "; the same on all nodes (default: ${DEFAULT-VALUE}).")
  int shards;

  @Option(
      names = "--seed",
      paramLabel = "TEXT",
      defaultValue = ClusterSettings.DEFAULT_SEED,
      description =
          "Seed of the placement of shards; the same on all nodes (default: ${DEFAULT-VALUE}).")
  String seed;

  @Option(
      names = "--lane-window",
      paramLabel = "N",
      defaultValue = "" + ClusterSettings.DEFAULT_LANE_WINDOW,
      description =
          "Most unanswered writes between an event loop and a shard, a power of two; the same on all nodes"
              + " (default: ${DEFAULT-VALUE}).")
  int laneWindow;

  @Option(
      names = "--max-loops",
      paramLabel = "N",
      defaultValue = "" + ClusterSettings.DEFAULT_MAX_LOOPS,
      description =
          "Most event loops of any node, 1 to "
              + ClusterSettings.MAX_LOOPS
              + "; the same on all nodes (default: ${DEFAULT-VALUE}).")
  int maxLoops;

  /** What is wrong with the values, or null. */
  String fault() {
    if (!ClusterSettings.isShardCount(shards)) {
      return "--shards must be 1 to " + ClusterSettings.MAX_SHARD_COUNT;
    }
    if (!ClusterSettings.isLaneWindow(laneWindow)) {
      return "--lane-window must be a power of two, "
          + ClusterSettings.MIN_LANE_WINDOW
          + " to "
          + ClusterSettings.MAX_LANE_WINDOW;
    }
    return ClusterSettings.isLoopCount(maxLoops)
        ? null
        : "--max-loops must be 1 to " + ClusterSettings.MAX_LOOPS;
  }

  /** The settings of a cluster of these nodes. */
  ClusterSettings settings(final List<String> nodeIds) {
    return new ClusterSettings(nodeIds, shards, seed, laneWindow, maxLoops);
  }
}
