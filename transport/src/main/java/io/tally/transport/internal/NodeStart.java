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
 * @param highestProtocol the highest version of the protocol between nodes that it speaks: the
 *     newest one, or an older one for a process that stands for an older build.
 */
public record NodeStart(
    String clusterName,
    String nodeId,
    long incarnation,
    List<ServiceVersion> services,
    int highestProtocol) {
  /** Most services of a node. */
  public static final int MAX_SERVICES = 16;

  /**
   * A start of a process of this build.
   *
   * @param clusterName prefix of all subjects.
   * @param nodeId of the node.
   * @param incarnation of the node.
   * @param services that the node hosts.
   */
  public NodeStart(
      final String clusterName,
      final String nodeId,
      final long incarnation,
      final List<ServiceVersion> services) {
    this(clusterName, nodeId, incarnation, services, ProtocolRange.OWN.highest());
  }

  /** Checks what can be checked without the cluster's settings. */
  public NodeStart {
    if (!Subjects.isPrefix(clusterName)) {
      throw new IllegalArgumentException("a cluster name is a NATS subject without wildcards");
    }
    if (incarnation <= 0) {
      throw new IllegalArgumentException("an incarnation is positive");
    }
    if (highestProtocol < ProtocolRange.FIRST || highestProtocol > ProtocolRange.OWN.highest()) {
      throw new IllegalArgumentException("no such protocol is spoken here: " + highestProtocol);
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
