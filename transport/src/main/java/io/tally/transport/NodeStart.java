package io.tally.transport;

/**
 * One start of a node: what it says of itself.
 *
 * @param clusterName prefix of all subjects: a NATS subject without wildcards.
 * @param nodeId of the node, one of its cluster.
 * @param incarnation of the node, positive and above any earlier one.
 */
public record NodeStart(String clusterName, String nodeId, long incarnation) {
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
