package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsServerTest {
  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final CollectorRegistry registry = new CollectorRegistry();
  private EventLoops loops;
  private MetricsServer server;
  private RawClient client;

  @BeforeEach
  void launch() throws IOException {
    loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, errors::add);
    server = MetricsServer.launch(loops, "127.0.0.1", 0, registry);
    client = new RawClient(server.port());
    Counter.build("tally_test", "A test.").register(registry).inc(3);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    server.close();
    loops.close();
    CountingLeakDetector.assertNoLeak();
  }

  @Test
  void shouldServePrometheusText() throws IOException {
    final Response response = client.exchange(RawClient.get("/metrics"));
    assertEquals(200, response.status());
    assertEquals("text/plain; version=0.0.4; charset=utf-8", response.header("Content-Type"));
    assertTrue(response.body().contains("\ntally_test_total 3.0\n"));
  }

  @Test
  void shouldServeOpenMetricsToThoseWhoAccept() throws IOException {
    final String accept = "Accept: application/openmetrics-text; version=1.0.0\r\n";
    final Response response =
        client.exchange("GET /metrics?x HTTP/1.1\r\nHost: t\r\n" + accept + "\r\n");
    assertTrue(response.header("Content-Type").startsWith("application/openmetrics-text"));
    assertTrue(response.body().endsWith("# EOF\n"));
  }

  @Test
  void shouldAnswerOtherRequests() throws IOException {
    assertTrue(client.exchange(RawClient.get("/")).body().contains("/metrics"));
    assertEquals(404, client.exchange(RawClient.get("/other")).status());
    final Response post = client.exchange(RawClient.post("/metrics", "x"));
    assertEquals(405, post.status());
    assertEquals("GET, HEAD", post.header("Allow"));
    client.send("HEAD /metrics HTTP/1.1\r\nHost: t\r\n\r\n");
    assertTrue(Integer.parseInt(client.read(true).header("Content-Length")) > 0);
    assertEquals(200, client.exchange(RawClient.get("/")).status());
  }

  @Test
  void shouldAnswerPipelinedScrapesInOrder() throws IOException {
    client.send(RawClient.get("/metrics") + RawClient.get("/other") + RawClient.get("/metrics"));
    assertEquals(200, client.read().status());
    assertEquals(404, client.read().status());
    assertEquals(200, client.read().status());
  }

  @Test
  void shouldSurviveACollectorThatThrows() throws IOException {
    final IllegalStateException fault = new IllegalStateException("injected");
    final Collector broken =
        new Collector() {
          @Override
          public List<MetricFamilySamples> collect() {
            throw fault;
          }

          @Override
          public <T extends Collector> T register(final CollectorRegistry registry) {
            return super.register(registry);
          }
        };
    final Collector describing = new Describing(broken);
    registry.register(describing);
    assertEquals(500, client.exchange(RawClient.get("/metrics")).status());
    assertEquals(List.of(fault), errors);
    registry.unregister(describing);
    assertEquals(200, client.exchange(RawClient.get("/metrics")).status());
  }

  /** Keeps a broken collector from being asked when it is registered. */
  private static final class Describing extends Collector implements Collector.Describable {
    private final Collector delegate;

    private Describing(final Collector delegate) {
      this.delegate = delegate;
    }

    @Override
    public List<MetricFamilySamples> collect() {
      return delegate.collect();
    }

    @Override
    public List<MetricFamilySamples> describe() {
      return List.of();
    }
  }

  @Test
  void shouldSayThatAPortIsTaken() {
    final IllegalStateException taken =
        assertThrows(
            IllegalStateException.class,
            () -> MetricsServer.launch(loops, "127.0.0.1", server.port(), registry));
    assertEquals("port " + server.port() + " on 127.0.0.1 is already in use", taken.getMessage());
  }
}
