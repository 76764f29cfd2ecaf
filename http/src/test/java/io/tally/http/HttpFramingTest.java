package io.tally.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpFramingTest {
  private static final String PATH = "/counter/c/increment";
  private static final String POST = "POST /counter/c/increment HTTP/1.1\r\n";
  private static final String CHUNKED = POST + "Host: t\r\nTransfer-Encoding: chunked\r\n\r\n";

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

  private static String value(final long value) {
    return "{\"counter_id\":\"c\",\"value\":" + value + "}\n";
  }

  private void expectRefusal(final String request, final int status, final String slug)
      throws IOException {
    final Response response = client.exchange(request);
    assertEquals(status, response.status(), response.body());
    assertEquals("application/problem+json", response.header("Content-Type"));
    assertTrue(response.body().contains("\"/problems/" + slug + "\""), response.body());
    assertEquals("close", response.header("Connection"));
    assertTrue(client.isClosed());
    assertEquals(0, server.counters.callCount());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /counter/c%/increment",
        "POST %/counter/c/increment",
        "POST /counter/c/increment%",
        "POST /counter/c/increment?%",
        "POST http://t/counter/c/increment%x",
        "POST http://t%/counter/c/increment",
        "POST *%",
        "GET /counter/c%",
        "GET /%",
        "GET /cluster%",
        "GET /livez%x",
        "GET /readyz?verbose%",
        "GET /problems/%overflow",
        "GET /nothing%",
      })
  void shouldRefuseWhatNoTargetHas(final String line) throws IOException {
    final List<String> wrongly = new ArrayList<>();
    for (int c = 0; c <= 0x7F; c++) {
      if (c < ' ' && c != '\n' || c == '#' || c == 0x7F) {
        try (RawClient other = server.connect()) {
          final String target = line.replace('%', (char) c);
          final Response response = other.exchange(target + " HTTP/1.1\r\nHost: t\r\n\r\n");
          if (response.status() != 400 || !other.isClosed()) {
            wrongly.add(Integer.toHexString(c) + ": " + response.status());
          }
        }
      }
    }
    assertEquals(List.of(), wrongly);
    assertEquals(0, server.counters.callCount());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Encoding: identity",
        "content-encoding: IDENTITY",
        "Content-Encoding: identity, Identity",
        "Content-Encoding: identity\r\nContent-Encoding: identity",
        "Content-Encoding: ",
      })
  void shouldTakeBodiesThatAreSaidToBeAsTheyAre(final String header) throws IOException {
    client.send(RawClient.post(PATH, header + "\r\n", "{\"amount\":5}"));
    assertEquals(value(5), client.read().body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Encoding: gzip",
        "Content-Encoding: identity, gzip",
        "Content-Encoding: identity\r\nContent-Encoding: br",
        "Content-Encoding: identity;q=1",
      })
  void shouldNameTheCodingThatItTakes(final String header) throws IOException {
    final Response response = client.exchange(RawClient.post(PATH, header + "\r\n", "{}"));
    assertEquals(415, response.status());
    assertEquals("identity", response.header("Accept-Encoding"));
    assertTrue(client.isClosed());
    assertEquals(0, server.counters.callCount());
  }

  @Test
  void shouldCountChunkedBodies() throws IOException {
    client.send(CHUNKED + "4;ext=1\r\n{\"am\r\n9\r\nount\":42}\r\n0\r\nTrailer-Field: x\r\n\r\n");
    assertEquals(value(42), client.read().body());
    client.send(CHUNKED + "0\r\n\r\n");
    assertEquals(value(43), client.read().body());
  }

  @Test
  void shouldTakeRequestsByteByByte() throws IOException {
    final String requests =
        RawClient.post(PATH, "{\"amount\":5}")
            + CHUNKED
            + "4\r\n{\"am\r\n8\r\nount\":2}\r\n0\r\n\r\n"
            + RawClient.get("/counter/c");
    for (final byte next : requests.getBytes(UTF_8)) {
      client.send(new byte[] {next});
    }
    assertEquals(value(5), client.read().body());
    assertEquals(value(7), client.read().body());
    assertEquals(value(7), client.read().body());
  }

  @Test
  void shouldTakeTheBodyAfterTheHead() throws IOException {
    client.send(POST + "Host: t\r\nContent-Length: 12\r\n\r\n");
    assertEquals(0, server.counters.callCount());
    client.send("{\"amount\"");
    assertEquals(value(3), client.exchange(":3}").body());
  }

  @Test
  void shouldContinueWhereAClientAsks() throws IOException {
    client.send(POST + "Host: t\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n");
    assertEquals("HTTP/1.1 100 Continue", client.line());
    assertEquals("", client.line());
    assertEquals(value(3), client.exchange("{\"amount\":3}").body());
  }

  @Test
  void shouldContinueOnlyAfterEarlierResponses() throws IOException {
    server.counters.hold();
    client.send(
        RawClient.post(PATH, "")
            + POST
            + "Host: t\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n");
    server.awaitHeld(1);
    server.onLoop(server.counters::releaseBackwards);
    assertEquals(value(1), client.read().body());
    assertEquals("HTTP/1.1 100 Continue", client.line());
    assertEquals("", client.line());
    assertEquals(value(4), client.exchange("{\"amount\":3}").body());
  }

  @Test
  void shouldNotContinueWhereTheBodyIsThereAlready() throws IOException {
    client.send(
        RawClient.post(PATH, "Expect: 100-continue\r\n", "{\"amount\":3}")
            + RawClient.get("/counter/c"));
    String line = client.line();
    if (line.equals("HTTP/1.1 100 Continue")) {
      // Allowed, since the head was complete before the body was looked at.
      client.line();
      line = client.line();
    }
    assertEquals("HTTP/1.1 200 OK", line);
  }

  @Test
  void shouldRefuseOtherExpectations() throws IOException {
    expectRefusal(
        POST + "Host: t\r\nExpect: more\r\nContent-Length: 2\r\n\r\n{}", 417, "expectation-failed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2\r\nContent-Length: 2\r\n",
        "Content-Length: 2, 3\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: -2\r\n",
        "Content-Length: 2x\r\n",
        "Content-Length: 0x2\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: \r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Content-Length : 2\r\n",
        "X: a\r\n b\r\n",
        "X: a\r\n\tb\r\n",
        " X: a\r\n",
        "X: a\nY: b\r\n",
        "X: a\0b\r\n",
        "X\0: a\r\n",
        ": a\r\n",
        "no-colon\r\n",
        "Host: other\r\n",
      })
  void shouldRefuseWhatTwoReadersMightFrameDifferently(final String headers) throws IOException {
    expectRefusal(POST + "Host: t\r\n" + headers + "\r\n{}", 400, "bad-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /counter/c/increment HTTP/1.1\r\n\r\n",
        "POST /counter/c/increment HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        "POST /counter/c/increment HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /counter/c HTTP/1.1\r\nHost: t\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n",
        "POST  /counter/c/increment\r\n\r\n",
        "POST /counter/c d/increment HTTP/1.1\r\nHost: t\r\n\r\n",
        "PO\0ST /counter/c/increment HTTP/1.1\r\nHost: t\r\n\r\n",
        "POST /counter/c/increment HTTP/x\r\nHost: t\r\n\r\n",
        "POST /counter/c/increment HTTP/1.1\nHost: t\n\n",
        "\0\1\2\3\4\5\6\7\r\n\r\n",
        "nonsense\r\n\r\n",
      })
  void shouldRefuseBadRequests(final String request) throws IOException {
    expectRefusal(request, 400, "bad-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zz\r\n{}\r\n0\r\n\r\n", "-1\r\n", "2\r\n{}xx0\r\n\r\n", "7fffffffff\r\n", "\r\n"})
  void shouldRefuseBadChunks(final String chunks) throws IOException {
    expectRefusal(CHUNKED + chunks, 400, "bad-request");
  }

  @ParameterizedTest
  @CsvSource({"HTTP/2.0", "HTTP/0.9", "HTTP/3.0"})
  void shouldRefuseOtherVersions(final String version) throws IOException {
    expectRefusal("GET / " + version + "\r\nHost: t\r\n\r\n", 505, "unsupported-version");
  }

  @Test
  void shouldRefuseContentEncodings() throws IOException {
    expectRefusal(
        POST + "Host: t\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        415,
        "unsupported-encoding");
  }

  @Test
  void shouldBoundTheBody() throws IOException {
    final String blank = " ".repeat(65_536 - 12);
    assertEquals(value(5), client.exchange(RawClient.post(PATH, blank + "{\"amount\":5}")).body());
    final RawClient other = server.connect();
    other.send(POST + "Host: t\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
    final Response response = other.read();
    assertEquals(413, response.status());
    assertTrue(response.body().contains("too-large"));
    assertTrue(response.body().contains("not_applied"));
    other.close();
    assertEquals(1, server.counters.callCount());
  }

  @Test
  void shouldLetAClientReadTheRefusalOfALongBody() throws IOException {
    final byte[] body = new byte[512 * 1024];
    client.send(POST + "Host: t\r\nContent-Length: " + body.length + "\r\n\r\n");
    client.send(body);
    assertEquals(413, client.read().status());
    client.endOutput();
    assertTrue(client.isClosed());
  }

  @Test
  void shouldBoundChunkedBodies() throws IOException {
    client.send(CHUNKED);
    final String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
    client.send(chunk.repeat(4));
    assertEquals(413, client.exchange("1\r\n{\r\n").status());
    assertTrue(client.isClosed());
  }

  @Test
  void shouldBoundTheRequestLine() throws IOException {
    expectRefusal("GET /" + "x".repeat(4_096) + " HTTP/1.1\r\nHost: t\r\n\r\n", 414, "too-large");
  }

  @Test
  void shouldBoundTheHeaders() throws IOException {
    expectRefusal(POST + "Host: t\r\nX: " + "x".repeat(8_192) + "\r\n\r\n", 431, "too-large");
  }

  @Test
  void shouldBoundTheNumberOfHeaders() throws IOException {
    expectRefusal(POST + "Host: t\r\n" + "X: y\r\n".repeat(100) + "\r\n", 431, "too-large");
  }

  @Test
  void shouldNotReadOnAfterARefusal() throws IOException {
    final Response response =
        client.exchange(
            POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}" + RawClient.post(PATH, ""));
    assertEquals(400, response.status());
    assertTrue(client.isClosed());
    assertEquals(0, server.counters.callCount());
  }

  @Test
  void shouldNotCountARequestCutShort() throws IOException {
    client.send(POST + "Host: t\r\nContent-Length: 12\r\n\r\n{\"amount\"");
    client.endOutput();
    assertTrue(client.isClosed());
    final RawClient other = server.connect();
    other.send(POST + "Host: t\r\nContent-Length: 12\r\n\r\n{\"amount\"");
    other.reset();
    final RawClient third = server.connect();
    third.send(CHUNKED + "2\r\n{}\r\n");
    third.endOutput();
    assertTrue(third.isClosed());
    third.close();
    Await.until("connections closed", () -> server.edge.counters().connectionsOpen() == 0);
    assertEquals(0, server.counters.callCount());
  }

  @Test
  void shouldAnswerAClientThatHasEndedItsOutput() throws IOException {
    server.counters.hold();
    client.send(RawClient.post(PATH, "") + RawClient.post(PATH, ""));
    client.endOutput();
    server.awaitHeld(2);
    server.onLoop(server.counters::releaseBackwards);
    assertEquals(value(2), client.read().body());
    assertEquals(value(2), client.read().body());
    assertTrue(client.isClosed());
  }

  @Test
  void shouldIgnoreTheBodyOfARead() throws IOException {
    client.send("GET /counter/c HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nxxxxx");
    assertEquals(value(0), client.read().body());
    client.send("GET /counter/c HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("3\r\nabc\r\n");
    assertEquals(value(0), client.exchange("0\r\n\r\n").body());
    assertFalse(server.http.counters().responses(200) < 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b", "a/b", "a,b", "a, b", "\u00ff", "user@a", "a:b", "a:80:80", "a:80x", "a%", "a%4",
        "a%4g", "[", "[]", "[::1", "[::1]x", "[::1]:x", "::1", "\"a\"", "a?b", "a#b", "<a>", "a\\b"
      })
  void shouldRefuseAHostThatIsNone(final String host) throws IOException {
    client.send((POST + "Host: " + host + "\r\n\r\n").getBytes(ISO_8859_1));
    final Response response = client.read();
    assertEquals(400, response.status(), response::body);
    assertTrue(client.isClosed());
    try (RawClient old = server.connect()) {
      old.send(("GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n").getBytes(ISO_8859_1));
      assertEquals(400, old.read().status());
    }
    assertEquals(0, server.counters.callCount());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "a:",
        "a:80",
        "A-1._~",
        "127.0.0.1:8181",
        "[::1]",
        "[::1]:8181",
        "a%41b",
        "xn--bcher-kva.example"
      })
  void shouldTakeAHostWithItsPort(final String host) throws IOException {
    for (int i = 1; i <= 2; i++) {
      assertEquals(value(i), client.exchange(POST + "Host: " + host + "\r\n\r\n").body(), host);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Expect: 100-continue\r\nExpect: more",
        "Expect: more\r\nExpect: 100-continue",
        "Expect: 100-continue, more",
        "Expect: 100-continue,",
      })
  void shouldRefuseAnExpectationBesideTheOneThatItMeets(final String headers) throws IOException {
    expectRefusal(
        POST + "Host: t\r\n" + headers + "\r\nContent-Length: 2\r\n\r\n{}",
        417,
        "expectation-failed");
  }

  @Test
  void shouldMeetAnExpectationThatIsSaidTwice() throws IOException {
    client.send(
        POST
            + "Host: t\r\nExpect: 100-continue\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
    assertEquals(100, client.read(true).status());
    assertEquals(value(1), client.exchange("{}").body());
  }
}
