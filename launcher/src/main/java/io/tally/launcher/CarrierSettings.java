package io.tally.launcher;

import io.tally.engine.ClusterSettings;
import io.tally.transport.NatsAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * How the nodes of a cluster talk.
 *
 * @param cluster name of the cluster, the prefix of its NATS subjects; valid like a node id.
 * @param transport what to use.
 * @param servers NATS servers, with the credentials to use; empty if one is to be started, or none
 *     is needed.
 * @param shownServers the servers as they were named, without secrets.
 * @param serverBinary of the nats-server to start where one is needed; null for the one on PATH.
 */
public record CarrierSettings(
    String cluster,
    Transport transport,
    List<NatsAddress> servers,
    String shownServers,
    Path serverBinary) {
  /** Name of the cluster where none is given. */
  public static final String DEFAULT_CLUSTER = "counter";

  /** The settings of a cluster whose nodes are all in this process. */
  public static final CarrierSettings IN_PROCESS =
      new CarrierSettings(DEFAULT_CLUSTER, Transport.INPROCESS, List.of(), "", null);

  /** How frames get from node to node. */
  public enum Transport {
    /** The servers given, else a nats-server that is started, else the process itself. */
    AUTO,

    /** The process itself. */
    INPROCESS,

    /** The servers given, else a nats-server that is started. */
    NATS
  }

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is not valid.
   */
  public CarrierSettings {
    if (!ClusterSettings.isNodeId(cluster)) {
      throw new IllegalArgumentException("not a name of a cluster: " + cluster);
    }
    servers = List.copyOf(servers);
  }

  /**
   * Over NATS.
   *
   * @param cluster name of the cluster.
   * @param servers at least one.
   * @return the settings.
   */
  public static CarrierSettings nats(final String cluster, final List<NatsAddress> servers) {
    final String shown = String.join(",", servers.stream().map(NatsAddress::url).toList());
    return new CarrierSettings(cluster, Transport.NATS, servers, shown, null);
  }
}
