package io.tally.http.internal;

import io.prometheus.client.CollectorRegistry;
import io.tally.edge.internal.EventLoops;
import io.tally.http.Endpoint;
import io.tally.http.HttpSettings;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Launches servers over HTTP. They stand beside the rows that they serve, which they know from
 * inside, and where nothing is public that is no API: so they are given to this class, and the
 * launcher asks it.
 */
public abstract class HttpServers {
  private static volatile HttpServers servers;

  /** For the one that is given. */
  protected HttpServers() {}

  /**
   * What launches servers.
   *
   * @return the one that was given.
   */
  public static HttpServers get() {
    if (servers == null) {
      // Given as this class is initialized.
      HttpSettings.DEFAULTS.port();
    }
    return servers;
  }

  /**
   * Says who launches servers, once.
   *
   * @param toLaunch stands beside the rows.
   */
  public static void give(final HttpServers toLaunch) {
    servers = toLaunch;
  }

  /**
   * Heap that both ports together keep of earlier requests on each event loop, whatever has become
   * of the connections: beside what {@link io.tally.edge.EdgeSettings#maxClientBytes()} counts.
   *
   * @return bytes, at most.
   */
  public abstract long maxKeptBytes();

  /**
   * Binds the port of the API and begins to serve.
   *
   * @param settings where it listens, and how it treats its clients.
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
  public abstract HttpServer launch(
      HttpSettings settings,
      EventLoops eventLoops,
      NodeView node,
      IntFunction<List<Endpoint>> endpoints,
      String help,
      Consumer<IOException> acceptFailureHandler);

  /**
   * Binds the port for operators and begins to serve.
   *
   * @param eventLoops serve the connections; not closed with the server.
   * @param host name or address to listen on.
   * @param port 0 to 65,535; 0 takes any free port.
   * @param registry what to render; its collectors are called on the rendering thread.
   * @param acceptFailureHandler is told when connections cannot be accepted, once a second at most;
   *     called on an event loop, must not block or throw.
   * @return the running server.
   * @throws IllegalStateException if the port is taken or cannot be bound; the message is one clear
   *     line.
   */
  public abstract MetricsServer launchMetrics(
      EventLoops eventLoops,
      String host,
      int port,
      CollectorRegistry registry,
      Consumer<IOException> acceptFailureHandler);
}
