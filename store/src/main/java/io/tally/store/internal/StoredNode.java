package io.tally.store.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.internal.Placement;
import java.util.List;

/**
 * Whose state a folder holds: a snapshot is loaded only by the node that wrote it, in the same
 * cluster with the same placement, and where all its services are hosted in at least its versions.
 * Immutable.
 *
 * @param nodeId of the node, one of those in the settings.
 * @param cluster name of the cluster.
 * @param settings of the cluster.
 * @param services that the node hosts, in any order.
 */
public record StoredNode(
    String nodeId, String cluster, ClusterSettings settings, List<StoredService> services) {
  /**
   * Keeps a copy of the list.
   *
   * @throws IllegalArgumentException if the settings have no such node.
   */
  public StoredNode {
    services = List.copyOf(services);
    if (!settings.nodeIds().contains(nodeId)) {
      throw new IllegalArgumentException("no node of the cluster: " + nodeId);
    }
  }

  /** Ids of the shards that the node owns, rising. */
  int[] shardIds() {
    return Placement.place(settings).shardsOf(settings.nodeIds().indexOf(nodeId));
  }
}
