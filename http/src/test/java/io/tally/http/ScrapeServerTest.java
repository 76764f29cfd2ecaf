package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.EventLoops;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.MetricsServer;
import io.tally.http.internal.ProbeResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ScrapeServerTest {
  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final List<IOException> failures = Collections.synchronizedList(new ArrayList<>());
  private final CollectorRegistry registry = new CollectorRegistry();
  private EventLoops loops;
  private MetricsServer server;
  private RawClient client;

  @BeforeEach
  void launch() throws IOException {
    loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, errors::add);
    server = HttpServers.get().launchMetrics(loops, "127.0.0.1", 0, registry, failures::add);
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

  private Response scrape(final String headers) throws IOException {
    return client.exchange("GET /metrics HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n");
  }

  private static String unzipped(final Response response) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(response.content()))) {
      return new String(in.readAllBytes(), UTF_8);
    }
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                       | text",
        "Accept: */*                                              | text",
        "Accept: text/plain                                       | text",
        "Accept: TEXT/Plain; Version=0.0.4; Charset=UTF-8         | text",
        "Accept: application/openmetrics-text                     | openmetrics",
        "Accept: Application/OpenMetrics-Text; version=1.0.0      | openmetrics",
        "Accept: application/openmetrics-text; version=\"1.0.0\"   | openmetrics",
        "Accept: application/*                                    | openmetrics",
        "Accept: text/*;q=0.5, application/openmetrics-text;q=0.4 | text",
        "Accept: text/plain;q=0.4, application/openmetrics-text;q=0.5 | openmetrics",
        "Accept: text/plain;q=0.2%Accept: application/openmetrics-text;q=0.3 | openmetrics",
        "accept: text/plain;q=0%ACCEPT: */*                       | openmetrics",
        "Accept: application/openmetrics-text;q=0, */*;q=0.1      | text",
        "Accept: text/plain; version=0.0.4;q=0.2, */*;q=0.8       | openmetrics",
        "Accept: text/plain; charset=iso-8859-1, */*;q=0.1        | text",
        "Accept: application/openmetrics-text;version=0.0.1,text/plain;q=0.1 | text",
        "Accept: application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
            + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2 | openmetrics",
        "Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2 | openmetrics",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | text",
        "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2 | text",
        "Accept: application/openmetrics-text;q=2, text/plain;q=0.1 | text",
        "Accept: x=\",application/openmetrics-text\", text/plain  | text",
        "Accept: ,,                                               | text",
      })
  void shouldServeTheFormatThatTheClientPrefers(final String headers, final String format)
      throws IOException {
    final String lines = headers.isEmpty() ? "" : headers.strip().replace("%", "\r\n") + "\r\n";
    final Response response = scrape(lines);
    assertEquals(200, response.status(), response::body);
    final boolean openMetrics = format.equals("openmetrics");
    assertEquals(
        openMetrics
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8",
        response.header("Content-Type"));
    assertEquals(openMetrics, response.body().endsWith("# EOF\n"));
    assertEquals("Accept, Accept-Encoding", response.header("Vary"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: application/json",
        "Accept: text/plain;q=0",
        "Accept: */*;q=0.000",
        "Accept-Encoding: identity;q=0",
        "Accept-Encoding: br, *;q=0",
      })
  void shouldSayThatNothingIsAcceptable(final String header) throws IOException {
    final Response response = scrape(header + "\r\n");
    assertEquals(406, response.status());
    assertTrue(response.body().contains("/problems/not-acceptable"), response::body);
    assertEquals(200, client.exchange(RawClient.get("/problems/not-acceptable")).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept-Encoding: gzip",
        "accept-encoding: GZIP;q=0.5",
        "Accept-Encoding: x-gzip",
        "Accept-Encoding: *",
        "Accept-Encoding: br\r\nAccept-Encoding: gzip;q=0.001",
        "Accept-Encoding: identity;q=0.5, gzip;q=0.6",
        "Accept-Encoding: gzip, identity;q=0",
      })
  void shouldCompressForThoseWhoPreferIt(final String headers) throws IOException {
    final Response response = scrape(headers + "\r\n");
    assertEquals("gzip", response.header("Content-Encoding"));
    assertTrue(unzipped(response).contains("\ntally_test_total 3.0\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept-Encoding: ",
        "Accept-Encoding: gzip;q=0",
        "Accept-Encoding: identity",
        "Accept-Encoding: gzip;q=0.5, identity",
        "Accept-Encoding: *;q=0, identity",
        "Accept-Encoding: br",
        "Accept-Encoding: gzipped",
      })
  void shouldNotCompressForOthers(final String headers) throws IOException {
    final Response response = scrape(headers + "\r\n");
    assertEquals(200, response.status());
    assertNull(response.header("Content-Encoding"));
    assertTrue(response.body().contains("\ntally_test_total 3.0\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "name[]=tally_other_total, false, true, false",
    "name%5B%5D=tally_other, false, true, false",
    "name[]=tally_test&name[]=tally_times_bucket, true, false, true",
    "name[]=, false, false, false",
    "name[]=tally, false, false, false",
    "other=x, true, true, true",
  })
  void shouldServeTheMetricsThatAreNamed(
      final String query, final boolean test, final boolean other, final boolean times)
      throws IOException {
    Counter.build("tally_other", "Another.").register(registry).inc();
    Histogram.build("tally_times", "Times.").register(registry).observe(1);
    final Response response = client.exchange(RawClient.get("/metrics?" + query));
    assertEquals(200, response.status());
    assertEquals(test, response.body().contains("tally_test_total 3.0"));
    assertEquals(other, response.body().contains("tally_other_total 1.0"));
    assertEquals(times, response.body().contains("tally_times_count 1.0"));
  }

  @Test
  void shouldRefuseAQueryThatCannotBeDecoded() throws IOException {
    assertEquals(400, client.exchange(RawClient.get("/metrics?name[]=%zz")).status());
    assertEquals(200, client.exchange(RawClient.get("/metrics")).status());
  }

  @Test
  void shouldReadRequestsByTheRulesOfTheApi() throws IOException {
    assertEquals(200, client.exchange(RawClient.get("http://t:1/metrics")).status());
    for (final String malformed :
        List.of(
            "GET /metrics HTTP/1.1\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            "GET /metrics HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n")) {
      try (RawClient other = new RawClient(server.port())) {
        assertEquals(400, other.exchange(malformed).status());
        assertTrue(other.isClosed());
      }
    }
    assertEquals(404, client.exchange(RawClient.get("/counter/a")).status());
    assertEquals(404, client.exchange(RawClient.post("/counter/a/increment", "")).status());
    assertEquals(404, client.exchange(RawClient.get("/cluster")).status());
  }

  @Test
  void shouldAnswerTheProbesThoughAScrapeIsUnderWay() throws Exception {
    assertEquals(200, client.exchange(RawClient.get("/livez")).status());
    assertEquals(503, client.exchange(RawClient.get("/readyz")).status());
    final CountDownLatch release = new CountDownLatch(1);
    registry.register(new Describing(new Waiting(release)));
    try (RawClient scraper = new RawClient(server.port())) {
      scraper.send(RawClient.get("/metrics"));
      server.probes(
          () -> new ProbeResult(true, "{\"ready\":true}"),
          () -> new ProbeResult(false, "{\"live\":false}"));
      assertEquals(503, client.exchange(RawClient.get("/livez")).status());
      assertEquals("{\"ready\":true}\n", client.exchange(RawClient.get("/readyz")).body());
      release.countDown();
      assertEquals(200, scraper.read().status());
    }
  }

  @Test
  void shouldRefuseConnectionsBeyondItsOwn() throws IOException {
    final List<RawClient> clients = new ArrayList<>();
    try {
      assertEquals(200, client.exchange(RawClient.get("/livez")).status());
      // The last eighth of 64 is kept for other addresses.
      for (int i = 1; i < 56; i++) {
        clients.add(new RawClient(server.port()));
        assertEquals(200, clients.get(i - 1).exchange(RawClient.get("/livez")).status());
      }
      try (RawClient surplus = new RawClient(server.port())) {
        assertEquals(503, surplus.read().status());
        assertTrue(surplus.isClosed());
      }
      assertEquals(200, client.exchange(RawClient.get("/metrics")).status());
    } finally {
      for (final RawClient other : clients) {
        other.close();
      }
    }
  }

  private static final class Waiting extends Collector {
    private final CountDownLatch release;

    private Waiting(final CountDownLatch release) {
      this.release = release;
    }

    @Override
    public List<MetricFamilySamples> collect() {
      try {
        assertTrue(release.await(30, TimeUnit.SECONDS));
      } catch (final InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      return List.of();
    }
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
            () ->
                HttpServers.get()
                    .launchMetrics(loops, "127.0.0.1", server.port(), registry, failures::add));
    assertEquals("port " + server.port() + " on 127.0.0.1 is already in use", taken.getMessage());
  }

  @Test
  void shouldKeepNoMoreForItsClientsHoweverManyLoopsThereAre() {
    final long mib = 1 << 20;
    assertEquals(4 * mib, MetricsServer.maxClientBytes(1, 1_024 * mib));
    assertEquals(4 * mib, MetricsServer.maxClientBytes(8, 1_024 * mib));
    assertEquals(2 * mib, MetricsServer.maxClientBytes(2, 128 * mib));
    assertEquals(8 * mib, MetricsServer.maxClientBytes(16, 1_024 * mib));
  }
}
