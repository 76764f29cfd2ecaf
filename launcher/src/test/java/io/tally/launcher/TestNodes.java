package io.tally.launcher;

import io.tally.counter.CounterDefinition;
import io.tally.counter.http.CounterEndpoints;
import io.tally.engine.ClusterSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/** Nodes on free ports that host the counters, and a client of them. */
final class TestNodes {
  static final HostedService COUNTERS =
      new HostedService(
          memory -> CounterDefinition.within(memory, 1_000L),
          CounterEndpoints::of,
          CounterEndpoints.HELP,
          CounterEndpoints.EXAMPLES);

  static final List<String> THREE_IDS = List.of("a", "b", "c");

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private TestNodes() {}

  static NodeConfig alone() {
    return NodeConfig.alone(COUNTERS).withPorts(0, 0);
  }

  /** All in one process. */
  static NodeConfig three() {
    return alone()
        .withCluster(ClusterSettings.of(THREE_IDS), THREE_IDS, CarrierSettings.IN_PROCESS);
  }

  static HttpResponse<String> send(final String method, final String url)
      throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }
}
