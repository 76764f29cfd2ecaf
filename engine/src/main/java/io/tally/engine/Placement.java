package io.tally.engine;

import java.util.Arrays;
import java.util.List;

/** Places shards on nodes. */
final class Placement {
  private Placement() {}

  static RoutingTable place(final List<String> nodeIds, final int shardCount, final String seed) {
    final int[] nodes = new int[shardCount];
    for (int i = 0; i < shardCount; i++) {
      nodes[i] = i % nodeIds.size();
    }
    final long[] epochs = new long[shardCount];
    Arrays.fill(epochs, 1);
    return new RoutingTable(nodeIds, nodes, epochs);
  }
}
