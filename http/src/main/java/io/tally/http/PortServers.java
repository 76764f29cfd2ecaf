package io.tally.http;

import io.prometheus.client.CollectorRegistry;
import io.tally.edge.internal.EventLoops;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.MetricsServer;
import io.tally.http.internal.NodeView;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.agrona.concurrent.SystemEpochClock;

/** Launches the servers of this package, which is all that the launcher sees of them. */
final class PortServers extends HttpServers {
  @Override
  public long maxKeptBytes() {
    // Each port has the caches, and only the API has requests of many items.
    return 2 * (HeadCache.MAX_BYTES + BodyCache.MAX_BYTES) + HttpProtocol.MAX_SPARE_BYTES;
  }

  @Override
  public HttpServer launch(
      final HttpSettings settings,
      final EventLoops eventLoops,
      final NodeView node,
      final IntFunction<List<Endpoint>> endpoints,
      final String help,
      final Consumer<IOException> acceptFailureHandler) {
    return EndpointServer.launch(
        eventLoops,
        settings,
        node,
        endpoints,
        help,
        acceptFailureHandler,
        SystemEpochClock.INSTANCE);
  }

  @Override
  public MetricsServer launchMetrics(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final CollectorRegistry registry,
      final Consumer<IOException> acceptFailureHandler) {
    return ScrapeServer.launch(eventLoops, host, port, registry, acceptFailureHandler);
  }
}
