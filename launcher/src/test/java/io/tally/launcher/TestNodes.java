package io.tally.launcher;

import io.tally.counter.CounterDefinition;
import io.tally.counter.http.CounterEndpoints;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Nodes on free ports that host the counters, and a client of them. */
final class TestNodes {
  static final HostedService COUNTERS =
      new HostedService(
          memory -> CounterDefinition.within(memory, 1_000L),
          CounterEndpoints::of,
          CounterEndpoints.HELP,
          CounterEndpoints.EXAMPLES);

  static final List<String> THREE_IDS = List.of("a", "b", "c");

  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

  // The client reads this property once, when it is loaded. So no other class may make one.
  static {
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "connection");
  }

  static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private TestNodes() {}

  static NodeConfig alone() {
    return alone(COUNTERS);
  }

  /** Its deadlines are such that a busy machine does not let them pass. */
  static NodeConfig alone(final HostedService... services) {
    return NodeConfig.alone(services)
        .withPorts(0, 0)
        .withEngine(EngineSettings.DEFAULT.withRequestTimes(PATIENCE_NS, PATIENCE_NS));
  }

  /** All in one process. */
  static NodeConfig three() {
    return alone()
        .withCluster(ClusterSettings.of(THREE_IDS), THREE_IDS, CarrierSettings.IN_PROCESS);
  }

  static HttpResponse<String> send(final String method, final String url)
      throws IOException, InterruptedException {
    return CLIENT.send(
        request(url).method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());
  }

  /**
   * For a connection of its own. The client of JDK 17 may close a connection that it keeps while
   * the next request is under way there (JDK-8357639).
   */
  static HttpRequest.Builder request(final String url) {
    return HttpRequest.newBuilder(URI.create(url)).header("Connection", "close");
  }
}
