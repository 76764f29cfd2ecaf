package io.tally.transport.internal;

import java.util.Comparator;
import java.util.List;

/**
 * One start of a node: what it says of itself.
 *
 * @param clusterName prefix of all subjects: a NATS subject without wildcards.
 * @param nodeId of the node, one of its cluster.
 * @param incarnation of the node, positive and above any earlier one.
 * @param services that the node hosts, at most {@link #MAX_SERVICES}, with distinct schema ids;
 *     kept in their order.
 */
public record NodeStart(
    String clusterName, String nodeId, long incarnation, List<ServiceVersion> services) {
  /** Most services of a node. */
  public static final int MAX_SERVICES = 16;

  /** Checks what can be checked without the cluster's settings. */
  public NodeStart {
    if (!Subjects.isPrefix(clusterName)) {
      throw new IllegalArgumentException("a cluster name is a NATS subject without wildcards");
    }
    if (incarnation <= 0) {
      throw new IllegalArgumentException("an incarnation is positive");
    }
    services = services.stream().sorted(Comparator.comparingInt(ServiceVersion::schemaId)).toList();
    if (services.size() > MAX_SERVICES
        || services.stream().mapToInt(ServiceVersion::schemaId).distinct().count()
            < services.size()) {
      throw new IllegalArgumentException(
          "a node has at most " + MAX_SERVICES + " services, with distinct schema ids");
    }
  }
}
