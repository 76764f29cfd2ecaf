package io.tally.launcher;

import io.prometheus.client.CollectorRegistry;
import io.tally.edge.EdgeSettings;
import io.tally.edge.internal.EventLoops;
import io.tally.engine.Ingress;
import io.tally.engine.WatchExecutor;
import io.tally.engine.internal.ShardEngine;
import io.tally.http.Endpoint;
import io.tally.http.HttpSettings;
import io.tally.http.ItemList;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.MetricsServer;
import io.tally.http.internal.NodeView;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The API of a process: the endpoints of all its services, over the ingresses of one engine. */
final class Api {
  private Api() {}

  /** Binds the port; requests are answered when the node says so. */
  static HttpServer launch(
      final EventLoops loops,
      final NodeConfig config,
      final ClientLimit limit,
      final ShardEngine frontEnd,
      final WatchExecutor watches,
      final NodeView node,
      final String metricsUrl,
      final AcceptFailureLog acceptFailures) {
    final List<Ingress> ingresses =
        IntStream.range(0, frontEnd.ingressCount()).<Ingress>mapToObj(frontEnd::ingress).toList();
    final int pendingSlots = ingresses.stream().mapToInt(Ingress::capacity).min().orElseThrow();
    final EdgeSettings edge = config.http().edge();
    final HttpSettings settings =
        config
            .http()
            .with(
                edge.withClients(
                    limit.maxConnections(),
                    limit.maxBytes(),
                    Math.min(edge.maxRequests(), admittedRequests(pendingSlots)),
                    edge.maxInFlight()));
    return HttpServers.get()
        .launch(
            settings,
            loops,
            node,
            loop -> endpoints(config.services(), ingresses.get(loop), watches),
            help(config.services(), metricsUrl),
            acceptFailures);
  }

  static MetricsServer launchMetrics(
      final EventLoops loops,
      final NodeConfig config,
      final CollectorRegistry registry,
      final AcceptFailureLog acceptFailures) {
    return HttpServers.get()
        .launchMetrics(loops, config.http().host(), config.metricsPort(), registry, acceptFailures);
  }

  /**
   * The number of requests beside which one more still finds a pending slot for each item. Where
   * there are few slots, a request of many items may find too few, and is refused.
   */
  private static int admittedRequests(final int pendingSlots) {
    return Math.max(pendingSlots / 2, pendingSlots - ItemList.MAX_ITEMS + 1);
  }

  private static List<Endpoint> endpoints(
      final List<HostedService> services, final Ingress ingress, final WatchExecutor watches) {
    return services.stream()
        .flatMap(service -> service.http().apply(ingress, watches).stream())
        .toList();
  }

  private static String help(final List<HostedService> services, final String metricsUrl) {
    return services.stream().map(HostedService::help).collect(Collectors.joining("\n"))
        + "\nMetrics\n  "
        + metricsUrl
        + "/metrics\n";
  }
}
