package io.tally.http;

import io.tally.edge.EdgePort;
import io.tally.edge.EventLoops;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;

/**
 * Serves services over HTTP/1.1, with pages about the node. Each connection lives on one event
 * loop, and calls that loop's endpoints.
 *
 * <p>Launched and closed by one thread; its accessors may be called by any.
 */
public final class HttpServer implements AutoCloseable {
  private final HttpPort port;

  private HttpServer(final HttpPort port) {
    this.port = port;
  }

  /**
   * Binds the port and begins to serve.
   *
   * @param eventLoops serve the connections; not closed with the server.
   * @param settings where it listens, and how it treats its clients.
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
  public static HttpServer launch(
      final EventLoops eventLoops,
      final HttpSettings settings,
      final NodeView node,
      final IntFunction<List<Endpoint>> endpoints,
      final String help,
      final Consumer<IOException> acceptFailureHandler) {
    return launch(
        eventLoops,
        settings,
        node,
        endpoints,
        help,
        acceptFailureHandler,
        SystemEpochClock.INSTANCE);
  }

  static HttpServer launch(
      final EventLoops eventLoops,
      final HttpSettings settings,
      final NodeView node,
      final IntFunction<List<Endpoint>> endpoints,
      final String help,
      final Consumer<IOException> acceptFailureHandler,
      final EpochClock clock) {
    final List<List<Endpoint>> rows = new ArrayList<>();
    for (int loop = 0; loop < eventLoops.loopCount(); loop++) {
      rows.add(new ArrayList<>(endpoints.apply(loop)));
    }
    final HttpPort port = new HttpPort(eventLoops, settings);
    try {
      final HtmlDocument document = document(rows.get(0));
      final OpenApiDocument openApi = new OpenApiDocument();
      for (final List<Endpoint> ofLoop : rows) {
        ofLoop.removeIf(row -> row.document != null);
        ofLoop.add(new ClusterEndpoint(node.cluster(), port::counters).row());
        ofLoop.addAll(pages(node));
        ofLoop.add(openApi.row());
      }
      final Page helpPage = HelpPage.of(rows.get(0), help.replace("URL", port.url()));
      final HomePage home = new HomePage(helpPage, document);
      rows.forEach(ofLoop -> ofLoop.add(home.row()));
      openApi.describe(
          rows.get(0), HttpPort.problemTypes(rows), help.lines().findFirst().orElse(""));
      port.accept(rows, node.serving(), node.requestTimeoutNs(), acceptFailureHandler, clock);
      return new HttpServer(port);
    } catch (final RuntimeException fault) {
      port.edge().close();
      throw fault;
    }
  }

  private static HtmlDocument document(final List<Endpoint> rows) {
    return rows.stream().map(row -> row.document).filter(Objects::nonNull).findFirst().orElse(null);
  }

  private static List<Endpoint> pages(final NodeView node) {
    return List.of(
        Endpoint.page(
                "/readyz",
                "200 when ready, else 503 and what is missing",
                () -> Page.probe(node.readiness().get()))
            .documented(probe("getReadiness", "Whether this node takes requests.")),
        Endpoint.page("/livez", "200 when alive, else 503", () -> Page.probe(node.liveness().get()))
            .documented(probe("getLiveness", "Whether this process works.")));
  }

  private static Documentation probe(final String operationId, final String description) {
    final String json = "application/json";
    final String any = "{\"type\":\"object\"}";
    return Documentation.of(operationId, description)
        .answer(200, json, any, "Yes.")
        .answer(503, json, any, "No, and what is missing.");
  }

  /**
   * The port, with its connections.
   *
   * @return what stops accepting, drains, and tells of connections.
   */
  public EdgePort edge() {
    return port.edge();
  }

  /**
   * Where the server is reached.
   *
   * @return URL with the address bound, without a slash at its end; localhost for one that listens
   *     on 127.0.0.1 or on all addresses.
   */
  public String url() {
    return port.url();
  }

  /**
   * What the server has answered.
   *
   * @return counters for any thread.
   */
  public HttpCounters counters() {
    return port.counters();
  }

  /** Stops accepting and closes all connections, answered or not. Idempotent. */
  @Override
  public void close() {
    port.edge().close();
  }
}
