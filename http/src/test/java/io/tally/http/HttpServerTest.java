package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.Outcome;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpServerTest {
  private TestServer server;
  private RawClient client;

  @BeforeEach
  void launch() throws IOException {
    server = new TestServer();
    client = server.connect();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private Response increment(final String body) throws IOException {
    return client.exchange(RawClient.post("/counter/my-counter/increment", body));
  }

  @Test
  void shouldAnswerAnIncrementByteForByte() throws IOException {
    client.send(RawClient.post("/counter/my-counter/increment", ""));
    assertEquals("HTTP/1.1 200 OK", client.line());
    assertEquals("Content-Type: application/json", client.line());
    assertTrue(
        client.line().matches("Date: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT"));
    assertEquals("Tally-Incarnation: 7", client.line());
    assertEquals("Content-Length: 38", client.line());
    assertEquals("", client.line());
    assertEquals("{\"counter_id\":\"my-counter\",\"value\":1}", readBodyLine());
  }

  private String readBodyLine() throws IOException {
    final StringBuilder body = new StringBuilder();
    for (int i = 0; i < 38; i++) {
      body.append((char) client.readByte());
    }
    assertEquals('\n', body.charAt(37));
    return body.substring(0, 37);
  }

  @Test
  void shouldAddTheAmountGiven() throws IOException {
    assertEquals(value(5), increment("{\"amount\":5}").body());
    assertEquals(value(5), increment("{\"amount\":0}").body());
    assertEquals(value(-3), increment("{\"amount\":-8}").body());
    assertEquals(value(-2), increment("null").body());
    assertEquals(value(-1), increment("{}").body());
    assertEquals(value(0), increment("{\"amount\":null}").body());
    assertEquals(value(Long.MIN_VALUE), increment("{\"amount\":" + Long.MIN_VALUE + "}").body());
    assertEquals(value(-1), increment("{\"amount\":" + Long.MAX_VALUE + "}").body());
    assertEquals(
        value(Long.MAX_VALUE - 1), increment("{\"amount\":" + Long.MAX_VALUE + "}").body());
    assertEquals(9, server.counters.callCount());
  }

  private static String value(final long value) {
    return "{\"counter_id\":\"my-counter\",\"value\":" + value + "}\n";
  }

  @Test
  void shouldTakeAnyContentType() throws IOException {
    final String form = "Content-Type: application/x-www-form-urlencoded\r\n";
    final Response response =
        client.exchange(RawClient.post("/counter/my-counter/increment", form, "{\"amount\":5}"));
    assertEquals(value(5), response.body());
  }

  @Test
  void shouldReadACounter() throws IOException {
    final Response response = client.exchange(RawClient.get("/counter/my-counter"));
    assertEquals(200, response.status());
    assertEquals("application/json", response.header("Content-Type"));
    assertEquals(value(0), response.body());
    increment("");
    assertEquals(value(1), client.exchange(RawClient.get("/counter/my-counter")).body());
  }

  @Test
  void shouldAnswerHeadWithoutABody() throws IOException {
    client.send("HEAD /counter/my-counter HTTP/1.1\r\nHost: t\r\n\r\n");
    final Response response = client.read(true);
    assertEquals(200, response.status());
    assertEquals("38", response.header("Content-Length"));
    client.send("HEAD /nothing HTTP/1.1\r\nHost: t\r\n\r\n");
    assertEquals(404, client.read(true).status());
    client.send("HEAD / HTTP/1.1\r\nHost: t\r\n\r\n");
    assertEquals("text/plain", client.read(true).header("Content-Type"));
    assertEquals(value(0), client.exchange(RawClient.get("/counter/my-counter")).body());
  }

  @Test
  void shouldEscapeIdsAsLittleAsJsonAllows() throws IOException {
    assertEquals(
        "{\"counter_id\":\"a\\\"b\\\\c<d>&'/é😀\",\"value\":0}\n",
        client
            .exchange(RawClient.get("/counter/a%22b%5Cc%3Cd%3E%26'%2F%C3%A9%F0%9F%98%80"))
            .body());
    assertEquals(
        "{\"counter_id\":\"é\",\"value\":0}\n",
        client.exchange(RawClient.get("/counter/é")).body());
    final String quotes = "%22".repeat(256);
    assertEquals(
        "{\"counter_id\":\"" + "\\\"".repeat(256) + "\",\"value\":0}\n",
        client.exchange(RawClient.get("/counter/" + quotes)).body());
  }

  @Test
  void shouldKeepIdsApart() throws IOException {
    for (final String id :
        new String[] {"a", "A", "a%2Fb", "a%20", "a+b", "a%252Fb", "increment"}) {
      final Response response =
          client.exchange(RawClient.post("/counter/" + id + "/increment", ""));
      assertTrue(response.body().endsWith("\"value\":1}\n"), response.body());
    }
    assertEquals(1, server.counters.value("a/b"));
    assertEquals(1, server.counters.value("a%2Fb"));
    assertEquals(1, server.counters.value("a+b"));
  }

  @Test
  void shouldServeTheHelpPage() throws IOException {
    final Response response = client.exchange(RawClient.get("/?from=somewhere"));
    assertEquals(200, response.status());
    assertEquals("text/plain", response.header("Content-Type"));
    assertTrue(response.body().contains("POST /counter/{id}/increment"));
    assertTrue(response.body().contains("GET  /counter/{id}"));
    assertTrue(
        response
            .body()
            .contains(
                "curl -X POST http://localhost:"
                    + server.edge.port()
                    + "/counter/my-counter/increment"));
    assertTrue(response.body().contains("http://localhost:2121/metrics"));
  }

  @Test
  void shouldServeTheProbesAndTheCluster() throws IOException {
    assertEquals("{\"ready\":true}\n", client.exchange(RawClient.get("/readyz?verbose")).body());
    assertEquals("{\"live\":true}\n", client.exchange(RawClient.get("/livez")).body());
    final Response cluster = client.exchange(RawClient.get("/cluster"));
    assertEquals("{\"epoch\":1,\"nodes\":[]}\n", cluster.body());
    assertEquals("application/json", cluster.header("Content-Type"));
    server.readiness = new ProbeResult(false, "{\"ready\":false,\"missing\":[\"node-1\"]}");
    final Response notReady = client.exchange(RawClient.get("/readyz"));
    assertEquals(503, notReady.status());
    assertTrue(notReady.body().contains("node-1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/counter",
        "/counter/",
        "/favicon.ico",
        "/counter/a/b",
        "/counter/a/increment/",
        "/x"
      })
  void shouldAnswer404ElseWhere(final String path) throws IOException {
    for (final String method : new String[] {"GET", "POST", "DELETE", "OPTIONS"}) {
      final Response response =
          client.exchange(method + " " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
      assertEquals(404, response.status());
      assertEquals("application/problem+json", response.header("Content-Type"));
      assertTrue(response.body().startsWith("{\"type\":\"/problems/not-found\","));
    }
  }

  @Test
  void shouldTakeOptionsAloneForTheServerAsAWhole() throws IOException {
    assertEquals(204, client.exchange("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n").status());
    assertEquals(404, client.exchange("GET * HTTP/1.1\r\nHost: t\r\n\r\n").status());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /counter/a/increment, POST",
    "PUT, /counter/a/increment, POST",
    "POST, /counter/a, 'GET, HEAD'",
    "DELETE, /counter/a, 'GET, HEAD'",
    "POST, /, 'GET, HEAD'",
    "POST, /cluster, 'GET, HEAD'",
    "PATCH, /readyz, 'GET, HEAD'",
    "TRACE, /livez, 'GET, HEAD'",
  })
  void shouldNameTheMethodsOfAPath(final String method, final String path, final String allow)
      throws IOException {
    final Response response = client.exchange(method + " " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
    assertEquals(405, response.status());
    assertEquals(allow, response.header("Allow"));
    assertTrue(response.body().contains("\"/problems/method-not-allowed\""));
    final Response options = client.exchange("OPTIONS " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
    assertEquals(204, options.status());
    assertEquals(allow, options.header("Allow"));
    assertNull(options.header("Content-Length"));
    assertEquals(0, server.counters.callCount());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"amount\":1.5}|invalid-amount|invalid JSON: amount ",
        "{\"amount\":\"5\"}|invalid-amount|invalid JSON: amount ",
        "{\"amount\":9223372036854775808}|invalid-amount|invalid JSON: amount ",
        "{\"amount\":5} x|invalid-json|invalid JSON: ",
        "{\"amount\":5|invalid-json|invalid JSON: ",
        "{\"max\":5}|unknown-member|the only member known is amount",
        "amount=5|invalid-json|invalid JSON: ",
      })
  void shouldRefuseBadBodiesAndCountNothing(
      final String body, final String slug, final String detail) throws IOException {
    final Response response = increment(body);
    assertEquals(400, response.status());
    assertEquals("application/problem+json", response.header("Content-Type"));
    assertTrue(response.body().startsWith("{\"type\":\"/problems/" + slug + "\",\"title\":\""));
    assertTrue(response.body().contains("\"status\":400,\"detail\":\"" + detail));
    assertTrue(
        response
            .body()
            .endsWith("\",\"counter_id\":\"my-counter\",\"outcome\":\"not_applied\"}\n"));
    assertEquals(0, server.counters.callCount());
    assertEquals(value(1), increment("").body());
  }

  @ParameterizedTest
  @CsvSource({
    "//increment, 400, invalid-id",
    "/../increment, 400, invalid-id",
    "/%2e/increment, 400, invalid-id",
    "/%zz/increment, 400, invalid-id",
    "/%00/increment, 400, invalid-id",
    "/%C3/increment, 400, invalid-id",
    "/a/increment?amount=5, 400, unknown-parameter",
  })
  void shouldRefuseBadTargets(final String rest, final int status, final String slug)
      throws IOException {
    final Response response = client.exchange(RawClient.post("/counter" + rest, "{\"amount\":5}"));
    assertEquals(status, response.status());
    assertTrue(response.body().contains("/problems/" + slug + "\""), response.body());
    assertTrue(response.body().contains("\"outcome\":\"not_applied\""));
    assertEquals(0, server.counters.callCount());
    assertEquals(value(1), increment("").body());
  }

  @Test
  void shouldIgnoreTheParametersOfARead() throws IOException {
    final Response response = client.exchange(RawClient.get("/counter/a?format=text"));
    assertEquals(200, response.status());
    assertTrue(response.body().startsWith("{\"counter_id\":\"a\""), response.body());
  }

  @Test
  void shouldRefuseTooLongIds() throws IOException {
    final String longest = "a".repeat(256);
    assertEquals(200, client.exchange(RawClient.get("/counter/" + longest)).status());
    final Response response =
        client.exchange(RawClient.post("/counter/" + longest + "b/increment", ""));
    assertEquals(414, response.status());
    assertTrue(response.body().contains("too-large"));
  }

  @Test
  void shouldPassTheIdempotencyKeyOn() throws IOException {
    final String path = "/counter/my-counter/increment";
    assertEquals(
        200, client.exchange(RawClient.post(path, "Idempotency-Key: \"k-1\"\r\n", "")).status());
    assertEquals("k-1", server.counters.lastKey());
    server.counters.replayed(true);
    final Response replay = client.exchange(RawClient.post(path, "idempotency-key: k-1\r\n", ""));
    assertEquals("k-1", server.counters.lastKey());
    assertEquals("true", replay.header("Idempotency-Replayed"));
    server.counters.replayed(false);
    assertNull(increment("").header("Idempotency-Replayed"));
    assertEquals("", server.counters.lastKey());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Idempotency-Key: \r\n",
        "Idempotency-Key: a b\r\n",
        "Idempotency-Key: \"\"\r\n",
        "Idempotency-Key: a\r\nIdempotency-Key: a\r\n"
      })
  void shouldRefuseBadIdempotencyKeys(final String headers) throws IOException {
    final Response response =
        client.exchange(RawClient.post("/counter/my-counter/increment", headers, ""));
    assertEquals(400, response.status());
    assertTrue(response.body().contains("invalid-idempotency-key"));
    assertTrue(response.body().contains("not_applied"));
    assertEquals(0, server.counters.callCount());
  }

  @ParameterizedTest
  @CsvSource({
    "INTERNAL, 500, internal, unknown",
    "INVALID, 400, bad-request, not_applied",
    "KEY_MISMATCH, 422, idempotency-mismatch, not_applied",
    "KEY_LIMIT, 503, key-limit, not_applied",
    "REPLY_LIMIT, 503, busy, not_applied",
    "TOO_LONG, 413, too-large, not_applied",
    "BUSY, 503, busy, not_applied",
    "NO_OWNER, 503, no-owner, not_applied",
    "UNSUPPORTED, 503, unsupported, not_applied",
    "CLOSING, 503, draining, not_applied",
    "TIMEOUT, 504, timeout, unknown",
  })
  void shouldSayHowARequestFailed(
      final Outcome outcome, final int status, final String slug, final String applied)
      throws IOException {
    server.counters.outcome(outcome);
    final Response read = client.exchange(RawClient.get("/counter/my-counter"));
    checkFailure(read, outcome, status, slug);
    assertFalse(read.body().contains("outcome"));
    if (outcome == Outcome.CLOSING) {
      assertTrue(client.isClosed());
      client.close();
      client = server.connect();
    }
    final Response write = increment("");
    checkFailure(write, outcome, status, slug);
    assertTrue(write.body().endsWith(",\"outcome\":\"" + applied + "\"}\n"));
    assertEquals(2, server.http.counters().responses(status));
  }

  private static void checkFailure(
      final Response response, final Outcome outcome, final int status, final String slug) {
    assertEquals(status, response.status());
    assertEquals("application/problem+json", response.header("Content-Type"));
    assertTrue(response.body().startsWith("{\"type\":\"/problems/" + slug + "\",\"title\":\""));
    assertTrue(response.body().contains("\"status\":" + status + ",\"detail\":\""));
    assertTrue(response.body().contains(",\"counter_id\":\"my-counter\""));
    assertEquals(status == 503 ? "1" : null, response.header("Retry-After"));
    assertEquals(outcome == Outcome.CLOSING ? "close" : null, response.header("Connection"));
  }

  @Test
  void shouldSayThatAShardRefused() throws IOException {
    server.counters.status(ScriptedCounters.Status.OVERFLOW);
    final Response overflow = increment("");
    assertEquals(409, overflow.status());
    assertTrue(overflow.body().contains("/problems/overflow"));
    assertTrue(overflow.body().endsWith(",\"outcome\":\"not_applied\"}\n"));
    assertEquals("7", overflow.header("Tally-Incarnation"));
    server.counters.status(ScriptedCounters.Status.MEMORY_LIMIT);
    final Response limit = increment("");
    assertEquals(503, limit.status());
    assertNull(limit.header("Retry-After"), "only a restart makes room");
    assertTrue(limit.body().contains("/problems/memory-limit"));
    assertTrue(limit.body().endsWith(",\"outcome\":\"not_applied\"}\n"));
  }

  private Set<Refusal> refusals() {
    final Set<Refusal> all = new LinkedHashSet<>(Refusals.ALL);
    server.counters.rows().forEach(row -> all.addAll(row.refusals()));
    return all;
  }

  @Test
  void shouldExplainEveryProblem() throws IOException {
    final Set<ProblemType> types = new LinkedHashSet<>(ProblemTypes.ALL);
    refusals().forEach(refusal -> types.add(refusal.type()));
    assertEquals(ProblemTypes.ALL.size() + 4, types.size());
    for (final ProblemType type : types) {
      final Response response = client.exchange(RawClient.get("/problems/" + type.slug()));
      assertEquals(200, response.status());
      assertEquals(type.title() + "\n\n" + type.explanation() + "\n", response.body());
      assertTrue(server.http.counters().problemTypes().contains(type.slug()), type.slug());
    }
    assertEquals(types.size(), server.http.counters().problemTypes().size());
  }

  @Test
  void shouldCountEveryStatusThatItCanSend() {
    for (final Refusal refusal : refusals()) {
      assertTrue(
          Arrays.binarySearch(server.http.counters().statuses(), refusal.status()) >= 0,
          refusal.toString());
    }
    assertArrayEquals(
        new int[] {
          200, 204, 304, 400, 404, 405, 406, 408, 409, 413, 414, 415, 417, 422, 431, 500, 503, 504,
          505
        },
        server.http.counters().statuses());
  }

  @Test
  void shouldHonourConnectionClose() throws IOException {
    final Response response =
        client.exchange(
            RawClient.post("/counter/my-counter/increment", "Connection: close\r\n", ""));
    assertEquals("close", response.header("Connection"));
    assertEquals(value(1), response.body());
    assertTrue(client.isClosed());
  }

  @Test
  void shouldSpeakHttp10() throws IOException {
    final Response kept =
        client.exchange("GET /counter/my-counter HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assertEquals("keep-alive", kept.header("Connection"));
    final Response last = client.exchange("GET /counter/my-counter HTTP/1.0\r\n\r\n");
    assertEquals(value(0), last.body());
    assertEquals("close", last.header("Connection"));
    assertTrue(client.isClosed());
  }

  @Test
  void shouldAcceptTheAbsoluteForm() throws IOException {
    assertEquals(value(0), client.exchange(RawClient.get("http://t/counter/my-counter")).body());
    assertEquals(204, client.exchange("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n").status());
  }

  @Test
  void shouldSayThatAPortIsTaken() {
    final IllegalStateException taken =
        assertThrows(
            IllegalStateException.class,
            () -> new TestServer(context -> context.port(server.edge.port())));
    assertEquals(
        "port " + server.edge.port() + " on 127.0.0.1 is already in use", taken.getMessage());
  }

  @Test
  void shouldServeWithoutNativeIo() throws IOException {
    try (TestServer nio = new TestServer(context -> {}, true);
        RawClient nioClient = nio.connect()) {
      assertEquals(
          value(1), nioClient.exchange(RawClient.post("/counter/my-counter/increment", "")).body());
      nioClient.endOutput();
      assertTrue(nioClient.isClosed());
    }
  }

  @Test
  void shouldCountNothingBeforeItServes() throws IOException {
    final AtomicBoolean serving = new AtomicBoolean();
    try (TestServer own = new TestServer(context -> context.serving(serving::get));
        RawClient early = own.connect()) {
      final Response refused = early.exchange(RawClient.post("/counter/c/increment", ""));
      assertEquals(503, refused.status());
      assertTrue(refused.body().contains("/problems/starting"), refused.body());
      assertTrue(refused.body().contains("\"outcome\":\"not_applied\""), refused.body());
      assertEquals(503, early.exchange(RawClient.get("/counter/c")).status());
      assertEquals(200, early.exchange(RawClient.get("/livez")).status());
      assertEquals(0, own.counters.callCount());
      serving.set(true);
      assertEquals(200, early.exchange(RawClient.post("/counter/c/increment", "")).status());
    }
  }
}
