package io.tally.http;

import io.tally.edge.internal.EdgePort;
import io.tally.edge.internal.EventLoops;
import io.tally.http.internal.HttpCounters;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.NodeView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.agrona.concurrent.EpochClock;

/** Serves the endpoints of services, with pages about the node. */
final class EndpointServer implements HttpServer {
  private final HttpPort port;

  private EndpointServer(final HttpPort port) {
    this.port = port;
  }

  /** Launches a server, as {@link HttpServers#launch} has it, with a clock of the world. */
  static EndpointServer launch(
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
      return new EndpointServer(port);
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

  @Override
  public EdgePort edge() {
    return port.edge();
  }

  @Override
  public String url() {
    return port.url();
  }

  @Override
  public HttpCounters counters() {
    return port.counters();
  }

  @Override
  public void close() {
    port.edge().close();
  }
}
