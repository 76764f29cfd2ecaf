package io.tally.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that make a process with little memory keep as much as they can. */
@Tag("default-jdk")
@Timeout(120)
class ClientMemoryIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Flood flood = new Flood();
  private TallyJar node;
  private int port;
  private HttpConnection old;
  private long count;

  @BeforeEach
  void launch() throws IOException {
    // A busy machine must not make a request of the one modest client a late one.
    node =
        TallyJar.with()
            .jvm("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
            .start("--node-count=1", "--request-timeout=20s");
    port = node.awaitReady().httpPort();
    old = new HttpConnection(port, SOON);
    count();
  }

  @AfterEach
  void end() throws IOException {
    try {
      count();
      assertEquals(200, Http.get(node.metricsPort(), "/livez").statusCode());
      assertEquals(List.of(), node.child().errors());
      assertTrue(node.child().isAlive());
    } finally {
      flood.close();
      old.close();
      node.close();
    }
  }

  /** One increment on the connection that was there first. */
  private void count() throws IOException {
    final Answer answer = old.call(HttpConnection.increment("modest"));
    assertEquals(200, answer.status(), answer::toString);
    assertEquals(++count, answer.value());
  }

  private long metric(final String name) {
    return node.metrics().value(name);
  }

  @Test
  void shouldSurviveBodiesThatDoNotEnd() throws IOException {
    final String head =
        "POST /counter/c/increment HTTP/1.1\r\nHost: t\r\nContent-Length: 65000\r\n\r\n";
    for (int i = 0; i < 10; i++) {
      flood.open(port, "127.0.0.1", 200, (head + " ".repeat(64_000)).getBytes(US_ASCII));
      count();
      final long most = metric("tally_http_client_bytes_limit");
      final long kept = metric("tally_http_client_bytes{loop=\"0\"}");
      assertTrue(kept >= 0 && kept <= most, () -> kept + " of " + most);
    }
    assertTrue(metric("tally_http_connections_given_up_total") > 0);
    node.awaitSaid(" limit=http_client_bytes ");
  }

  @Test
  void shouldSurviveHeadsThatDoNotEnd() throws IOException {
    final String head = "GET / HTTP/1.1\r\nHost: t\r\n" + "a:\r\n".repeat(2_000);
    for (int i = 0; i < 10; i++) {
      flood.open(port, "127.0.0.1", 200, head.getBytes(US_ASCII));
      count();
    }
    assertTrue(metric("tally_http_connections_given_up_total") > 0);
  }

  @Test
  void shouldSurviveTrailersThatDoNotEnd() throws IOException {
    final String head =
        "POST /counter/c/increment HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    for (int i = 0; i < 10; i++) {
      flood.open(port, "127.0.0.1", 200, (head + "a:\r\n".repeat(2_000)).getBytes(US_ASCII));
      count();
    }
  }

  @Test
  void shouldSurviveClientsThatDoNotRead() throws IOException {
    final byte[] requests = "GET / HTTP/1.1\r\nHost: t\r\n\r\n".repeat(4_000).getBytes(US_ASCII);
    flood.open(port, "127.0.0.1", 400, requests);
    for (int i = 0; i < 40; i++) {
      flood.send(requests);
      count();
    }
    assertTrue(metric("tally_http_connections_given_up_total") > 0);
  }

  @Test
  void shouldSurviveMoreRequestsThanItTakes() throws IOException {
    final byte[] requests =
        ("GET /counter/" + "x".repeat(256) + " HTTP/1.1\r\nHost: t\r\n\r\n")
            .repeat(2_000)
            .getBytes(US_ASCII);
    flood.open(port, "127.0.0.1", 400, requests);
    for (int i = 0; i < 20; i++) {
      flood.send(requests);
      count();
    }
  }

  static List<String> allAtOnce() {
    return List.of(
        "GET / HTTP/1.1\r\nHost: t\r\n\r\n".repeat(80),
        "GET / HTTP/1.1\r\nHost: t\r\n\r\n".repeat(80) + "GET / HTTP/1.1\r\nHost: t",
        "GET / HTTP/1.1\r\nHost: t\r\na: " + "b".repeat(8_000) + "\r\n",
        "GET / HTTP/1.1\r\nHost: t\r\n" + ("a: " + "b".repeat(70) + "\r\n").repeat(90),
        "POST /counter/c/increment HTTP/1.1\r\nHost: t\r\nContent-Length: 65000\r\n\r\n"
            + " ".repeat(14_000));
  }

  @ParameterizedTest
  @MethodSource("allAtOnce")
  void shouldSurviveAllItsConnectionsAtOnce(final String bytes) throws IOException {
    final int max = Integer.parseInt(node.logged("limits", "max_connections"));
    final int many = max - max / 6;
    flood.open(port, "127.0.0.1", many, new byte[0]);
    Await.until("all are there", SOON, () -> metric("tally_http_connections") >= many);
    // So that it finds them all ready in one turn.
    node.child().signal("STOP");
    flood.send(bytes.getBytes(US_ASCII));
    node.child().signal("CONT");
    count();
    Await.until(
        "some are given up", SOON, () -> metric("tally_http_connections_given_up_total") > 0);
  }

  @Test
  void shouldKeepPlacesForAddressesThatHoldFew() throws IOException {
    final int max = Integer.parseInt(node.logged("limits", "max_connections"));
    flood.open(port, "127.0.0.1", max + 100, new byte[0]);
    Await.until(
        "its share is taken", SOON, () -> metric("tally_http_connections_refused_total") > 0);
    try (Flood other = new Flood()) {
      final long refused = metric("tally_http_connections_refused_total");
      other.open(port, "127.0.0.2", 8, new byte[0]);
      count();
      assertEquals(200, Http.get(node.metricsPort(), "/readyz").statusCode());
      assertTrue(metric("tally_http_connections_refused_total") >= refused);
      Await.until(
          "another address is admitted",
          SOON,
          () -> metric("tally_http_connections") > max - max / 8);
    }
  }
}
