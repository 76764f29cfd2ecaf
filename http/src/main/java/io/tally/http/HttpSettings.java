package io.tally.http;

import io.prometheus.client.CollectorRegistry;
import io.tally.edge.EdgeSettings;
import io.tally.edge.internal.EventLoops;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.MetricsServer;
import io.tally.http.internal.NodeView;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.agrona.concurrent.SystemEpochClock;

/**
 * Where an HTTP server listens, and how it treats its clients.
 *
 * @param host name or address to listen on.
 * @param port 0 to 65,535; 0 takes any free port.
 * @param maxBodyBytes longest body of a request.
 * @param edge what clients may hold, and for how long.
 */
public record HttpSettings(String host, int port, int maxBodyBytes, EdgeSettings edge) {
  /** Address where none is given. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** Port where none is given. */
  public static final int DEFAULT_PORT = 8181;

  /** Port 8181 of 127.0.0.1, and bodies of 64 KiB. */
  public static final HttpSettings DEFAULTS =
      new HttpSettings(DEFAULT_HOST, DEFAULT_PORT, 65_536, EdgeSettings.DEFAULTS);

  /**
   * Checks the longest body.
   *
   * @throws IllegalArgumentException if it is not positive.
   */
  public HttpSettings {
    if (maxBodyBytes <= 0) {
      throw new IllegalArgumentException("maxBodyBytes must be positive: " + maxBodyBytes);
    }
  }

  /**
   * The same at another address.
   *
   * @param newHost name or address to listen on.
   * @param newPort 0 to 65,535; 0 takes any free port.
   * @return new settings.
   */
  public HttpSettings at(final String newHost, final int newPort) {
    return new HttpSettings(newHost, newPort, maxBodyBytes, edge);
  }

  /**
   * The same with other clients in mind.
   *
   * @param newEdge what they may hold, and for how long.
   * @return new settings.
   */
  public HttpSettings with(final EdgeSettings newEdge) {
    return new HttpSettings(host, port, maxBodyBytes, newEdge);
  }

  /**
   * Binds the port and begins to serve. For the launcher: what it takes and gives is no API.
   *
   * @param eventLoops serve the connections; not closed with the server.
   * @param node what the pages about the node say.
   * @param endpoints makes the endpoints of the services on each event loop, by its index; called
   *     once for each. The rows of all loops are the same, except for what they call.
   * @param help what the help page says below the list of endpoints; {@code URL} in it stands for
   *     the server's own.
   * @param acceptFailureHandler is told when connections cannot be accepted, once a second at most;
   *     called on an event loop, must not block or throw.
   * @return the running server.
   * @throws IllegalArgumentException if the event loops were not launched for so many connections,
   *     or the rows do not fit together.
   * @throws IllegalStateException if the port is taken or cannot be bound; the message is one clear
   *     line.
   */
  public HttpServer launch(
      final EventLoops eventLoops,
      final NodeView node,
      final IntFunction<List<Endpoint>> endpoints,
      final String help,
      final Consumer<IOException> acceptFailureHandler) {
    return EndpointServer.launch(
        eventLoops, this, node, endpoints, help, acceptFailureHandler, SystemEpochClock.INSTANCE);
  }

  /**
   * Binds the port for operators and begins to serve. For the launcher, as {@link #launch}.
   *
   * @param eventLoops serve the connections; not closed by this server.
   * @param host name or address to listen on.
   * @param port 0 to 65,535; 0 takes any free port.
   * @param registry what to render; its collectors are called on the rendering thread.
   * @param acceptFailureHandler is told when connections cannot be accepted, once a second at most;
   *     called on an event loop, must not block or throw.
   * @return the running server.
   * @throws IllegalStateException if the port is taken or cannot be bound; the message is one clear
   *     line.
   */
  public static MetricsServer launchMetrics(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final CollectorRegistry registry,
      final Consumer<IOException> acceptFailureHandler) {
    return ScrapeServer.launch(eventLoops, host, port, registry, acceptFailureHandler);
  }
}
