package io.tally.transport;

/**
 * One start of a node: what it says of itself.
 *
 * @param clusterName prefix of all subjects: a NATS subject without wildcards.
 * @param nodeId of the node, one of its cluster.
 * @param incarnation of the node, positive and above any earlier one.
 * @param loopCount number of the node's event loops, which its hellos name.
 */
public record NodeStart(String clusterName, String nodeId, long incarnation, int loopCount) {
  /** Checks what can be checked without the cluster's settings. */
  public NodeStart {
    if (!Subjects.isPrefix(clusterName)) {
      throw new IllegalArgumentException("a cluster name is a NATS subject without wildcards");
    }
    if (incarnation <= 0) {
      throw new IllegalArgumentException("an incarnation is positive");
    }
  }
}
