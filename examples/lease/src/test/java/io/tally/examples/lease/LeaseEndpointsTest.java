package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.http.ApiDocument;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import io.tally.launcher.HostedService;
import io.tally.launcher.TallyNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Leases over HTTP, on a whole node. */
@Timeout(60)
class LeaseEndpointsTest {
  private static final long MAX_TTL_MS = 1_000;
  private static final String ACQUIRE = "/lease/a/acquire";
  private static final String TTL = "{\"ttl_ms\":1000}";

  private static final Pattern WAIT_MS = Pattern.compile(",\"ttl_ms\":0,\"wait_ms\":(\\d+),");

  private TallyNode node;
  private RawClient client;
  private ApiDocument document;

  @BeforeEach
  void launch() throws Exception {
    final HostedService leases =
        new HostedService(
            memory -> Leases.definition(MAX_TTL_MS),
            (ingress, watches) -> LeaseEndpoints.of(MAX_TTL_MS, ingress, watches),
            "Leases\n",
            "");
    node = TallyNode.launch(LeaseNodes.alone(leases));
    client = connect();
    document = ApiDocument.read(client);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    node.close();
  }

  private RawClient connect() throws IOException {
    return new RawClient(URI.create(node.url()).getPort());
  }

  private Response post(final String path, final String body, final String headers)
      throws IOException {
    final Response response = client.exchange(RawClient.request("POST", path, headers, body));
    document.check("POST", path, body, response);
    return response;
  }

  /** Waits until the node has been there for longer than any lease; returns the token. */
  private String awaitGrant() throws IOException {
    Response response = post(ACQUIRE, TTL, "");
    while (response.status() == 503) {
      assertTrue(response.body().contains("\"type\":\"/problems/leases-unknown\""));
      final Matcher wait = WAIT_MS.matcher(response.body());
      assertTrue(wait.find(), response::body);
      final long seconds = (Long.parseLong(wait.group(1)) + 999) / 1_000;
      assertEquals(Long.toString(seconds), response.header("Retry-After"));
      response = post(ACQUIRE, TTL, "");
    }
    final String head = "{\"lease_id\":\"a\",\"ttl_ms\":1000,\"token\":\"";
    assertTrue(response.body().startsWith(head), response::body);
    return response.body().substring(head.length(), response.body().indexOf("\"}"));
  }

  @Test
  void shouldDocumentWhatItAnswers() throws IOException {
    document.checkRules();
    document.checkEndpoints(client);
    final Response unknown = client.exchange(RawClient.get("/lease/a"));
    assertTrue(unknown.body().startsWith("{\"lease_id\":\"a\",\"ttl_ms\":0"), unknown::body);
    document.check("GET", "/lease/a", "", unknown);
  }

  @Test
  void shouldExplainItsProblemsInSentences() throws IOException {
    assertEquals(
        "Lease held\n\nHeld for ttl_ms, unless renewed or released.\n",
        client.exchange(RawClient.get("/problems/lease-held")).body());
    assertEquals(
        "Invalid ttl_ms\n\nIt is to be given: 1 to 1000 milliseconds.\n",
        client.exchange(RawClient.get("/problems/invalid-lease-ttl")).body());
  }

  @Test
  void shouldRefuseWhatIsNoRequestForALease() throws IOException {
    final String tag = "If-Match: \"1-1\"\r\n";
    for (final String body :
        List.of("", "{}", "{\"ttl_ms\":null}", "{\"ttl_ms\":0}", "{\"ttl_ms\":1001}")) {
      assertEquals(400, post(ACQUIRE, body, "").status(), body);
      assertEquals(400, post("/lease/a/renew", body, tag).status(), body);
    }
    assertEquals(428, post("/lease/a/renew", TTL, "").status());
    assertEquals(428, post("/lease/a/release", "", "If-None-Match: \"1-1\"\r\n").status());
    assertEquals(428, post("/lease/a/release", "", "If-Match: *\r\n").status());
    assertEquals(412, post("/lease/a/release", "", tag).status());
    assertEquals(412, post("/lease/a/renew", TTL, "If-Match: \"none-of-ours\"\r\n").status());
    assertEquals(400, post("/lease/./release", "", tag).status());
  }

  @Test
  void shouldAnswerTheSameAgainUnderAKey() throws IOException {
    final String token = awaitGrant();
    final String key = "Idempotency-Key: k\r\nIf-Match: \"" + token + "\"\r\n";
    final Response renewed = post("/lease/a/renew", TTL, key);
    final Response again = post("/lease/a/renew", TTL, key);
    assertEquals("true", again.header("Idempotency-Replayed"));
    assertEquals(renewed.body(), again.body());
    assertEquals(422, post("/lease/a/renew", "{\"ttl_ms\":999}", key).status());
  }

  @Test
  void shouldTellWatchersOfHoldersAndOfTheEnd() throws IOException {
    try (RawClient watcher = connect()) {
      watcher.send("GET /lease/a HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n\r\n");
      for (String line = watcher.line(); !line.isEmpty(); line = watcher.line()) {
        assertTrue(line.contains(": ") || line.startsWith("HTTP/1.1 200"), line);
      }
      assertTrue(nextData(watcher).startsWith("{\"lease_id\":\"a\",\"ttl_ms\":0"));
      final String token = awaitGrant();
      final List<String> told = new ArrayList<>();
      for (String data = nextData(watcher);
          !data.endsWith(",\"token\":\"" + token + "\"}");
          data = nextData(watcher)) {
        told.add(data);
        assertTrue(told.size() < 1_000, told::toString);
      }
      assertEquals("{\"lease_id\":\"a\",\"ttl_ms\":0}", nextData(watcher));
    }
  }

  private static String nextData(final RawClient watcher) throws IOException {
    String line = watcher.textLine();
    while (!line.startsWith("data: ")) {
      line = watcher.textLine();
    }
    return line.substring("data: ".length());
  }
}
