package io.tally.launcher;

import io.tally.engine.ClusterSettings;
import io.tally.transport.NatsAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

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
  /**
   * Name of the cluster where none is given. It means nothing; it is kept as it is, because nodes
   * of another name would not find those that were started without one.
   */
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
   * Checks the settings.
   *
   * @throws IllegalArgumentException if the name is not valid.
   */
  public CarrierSettings {
    if (!ClusterSettings.isNodeId(cluster)) {
      throw new IllegalArgumentException(
          "a cluster's name is " + ClusterSettings.NODE_ID_FORM + ": " + cluster);
    }
    Objects.requireNonNull(transport);
    Objects.requireNonNull(shownServers);
    servers = List.copyOf(servers);
  }

  /**
   * Over NATS.
   *
   * @param cluster name of the cluster.
   * @param servers at least one.
   * @return the settings.
   * @throws IllegalArgumentException if the name is not valid, or no server is given.
   */
  public static CarrierSettings nats(final String cluster, final List<NatsAddress> servers) {
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("no NATS server is given");
    }
    final String shown = String.join(",", servers.stream().map(NatsAddress::url).toList());
    return new CarrierSettings(cluster, Transport.NATS, servers, shown, null);
  }
}
