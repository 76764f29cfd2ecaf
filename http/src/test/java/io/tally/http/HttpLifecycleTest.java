package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.EdgeSettings;
import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.NodeView;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpLifecycleTest {
  private static final long SHORT_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String PATH = "/counter/c/increment";

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  @Test
  void shouldEndASlowHead() throws IOException {
    try (TestServer server = new TestServer(context -> context.headDeadlineNs(SHORT_NS));
        RawClient client = server.connect()) {
      assertEquals(200, client.exchange(RawClient.get("/livez")).status());
      final Response response = client.exchange("GET /counter/c HTTP/1.1\r\nHo");
      assertEquals(408, response.status());
      assertTrue(response.body().contains("request-timeout"));
      assertEquals("close", response.header("Connection"));
      assertTrue(client.isClosed());
    }
  }

  @Test
  void shouldNotTakeEmptyLinesBehindABodyForASlowHead() throws IOException {
    final CachedNanoClock clock = new CachedNanoClock();
    try (TestServer server =
            new TestServer(context -> context.headDeadlineNs(SHORT_NS), false, clock);
        RawClient client = server.connect()) {
      final String request = RawClient.post(PATH, "{}");
      assertEquals(200, client.exchange(request + "\r\n\r\n").status());
      assertEquals(200, client.exchange("\r\n" + request + "\r").status());
      client.send("\n");
      for (int i = 0; i < 20; i++) {
        server.pass(clock, SHORT_NS);
      }
      assertEquals(200, client.exchange(request).status());
      client.send("\r\nP");
      Await.until("refused", () -> isRefusedLater(server, clock));
      assertEquals(408, client.read().status());
    }
  }

  private static boolean isRefusedLater(final TestServer server, final CachedNanoClock clock) {
    server.pass(clock, SHORT_NS);
    return server.edge.counters().connectionsOpen() == 0
        || server.http.counters().responses(408) > 0;
  }

  @Test
  void shouldEndAHeadThatDripsIn() throws IOException {
    try (TestServer server = new TestServer(context -> context.headDeadlineNs(SHORT_NS));
        RawClient client = server.connect()) {
      client.send("GET /counter/c HTTP/1.1\r\n");
      final CompletableFuture<Integer> status =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.read().status();
                } catch (final IOException ex) {
                  return -1;
                }
              });
      Await.until(
          "refusal",
          () -> {
            drip(client);
            return status.isDone();
          });
      assertEquals(408, status.join());
    }
  }

  private static void drip(final RawClient client) {
    try {
      client.send("x");
    } catch (final IOException ex) {
      assertFalse(ex.getMessage().isEmpty());
    }
  }

  @Test
  void shouldEndASlowBody() throws IOException {
    try (TestServer server = new TestServer(context -> context.bodyDeadlineNs(SHORT_NS));
        RawClient client = server.connect()) {
      final Response response =
          client.exchange(
              "POST " + PATH + " HTTP/1.1\r\nHost: t\r\nContent-Length: 12\r\n\r\n{\"amount");
      assertEquals(408, response.status());
      assertTrue(response.body().contains("\"outcome\":\"not_applied\""));
      assertTrue(client.isClosed());
      assertEquals(0, server.counters.callCount());
    }
  }

  @Test
  void shouldEndIdleConnections() throws IOException {
    try (TestServer server = new TestServer(context -> context.idleTimeoutNs(SHORT_NS));
        RawClient fresh = server.connect();
        RawClient used = server.connect()) {
      assertEquals(200, used.exchange(RawClient.get("/livez")).status());
      assertTrue(fresh.isClosed());
      assertTrue(used.isClosed());
    }
  }

  @Test
  void shouldNotCallAConnectionIdleThatWaits() throws IOException {
    try (TestServer server = new TestServer(context -> context.idleTimeoutNs(SHORT_NS));
        RawClient client = server.connect();
        RawClient idle = server.connect()) {
      server.counters.hold();
      client.send(RawClient.post(PATH, ""));
      server.awaitHeld(1);
      assertTrue(idle.isClosed());
      server.onLoop(server.counters::releaseBackwards);
      assertEquals(200, client.read().status());
    }
  }

  @Test
  void shouldAnswerWhatComesJustWhenItDrains() throws IOException {
    try (TestServer server = new TestServer();
        RawClient client = server.connect()) {
      assertEquals(200, client.exchange(RawClient.get("/livez")).status());
      server.standStill(
          () -> {
            client.send(RawClient.post(PATH, ""));
            server.edge.startDrain();
          });
      final Response response = client.read();
      assertEquals(200, response.status());
      assertEquals("close", response.header("Connection"));
      assertTrue(client.isClosed());
    }
  }

  @Test
  void shouldEndEachConnectionWithItsNextAnswerWhenItGoesAway() throws IOException {
    try (TestServer server = new TestServer();
        RawClient idle = server.connect()) {
      assertEquals(200, idle.exchange(RawClient.get("/livez")).status());
      server.edge.goAway();
      Await.until("answers close", () -> isClosedAfterAnAnswer(server));
      final Response response = idle.exchange(RawClient.post(PATH, ""));
      assertEquals(200, response.status());
      assertEquals("close", response.header("Connection"));
      assertTrue(idle.isClosed());
    }
  }

  private static boolean isClosedAfterAnAnswer(final TestServer server) {
    try (RawClient client = server.connect()) {
      final Response response = client.exchange(RawClient.post(PATH, ""));
      return response.status() == 200 && "close".equals(response.header("Connection"));
    } catch (final IOException ex) {
      return false;
    }
  }

  @Test
  void shouldEndAConnectionWhosePeerDoesNotRead() throws IOException {
    try (TestServer server = new TestServer(context -> context.writeStallNs(SHORT_NS));
        RawClient client = server.connect()) {
      final String get = RawClient.get("/counter/" + "%22".repeat(256));
      final CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  client.send(get.repeat(50_000));
                } catch (final IOException ex) {
                  assertFalse(ex.getMessage().isEmpty());
                }
              });
      Await.until("accepted", () -> server.edge.counters().connectionsAccepted() == 1);
      Await.until("closed", () -> server.edge.counters().connectionsOpen() == 0);
      Await.until("sender ended", sending::isDone);
      assertTrue(server.counters.callCount() < 50_000);
    }
  }

  @Test
  void shouldRefuseConnectionsBeyondTheLimit() throws IOException {
    try (TestServer server = new TestServer(context -> context.maxConnections(2));
        RawClient first = server.connect();
        RawClient second = server.connect()) {
      assertEquals(200, first.exchange(RawClient.get("/livez")).status());
      assertEquals(200, second.exchange(RawClient.get("/livez")).status());
      try (RawClient third = server.connect()) {
        final Response response = third.read();
        assertEquals(503, response.status());
        assertEquals("1", response.header("Retry-After"));
        assertEquals("close", response.header("Connection"));
        assertTrue(third.isClosed());
      }
      Await.until("counted", () -> server.edge.counters().connectionsRefused() == 1);
      first.endOutput();
      Await.until("closed", () -> server.edge.counters().connectionsOpen() == 1);
      Await.until("admitted again", () -> isAdmitted(server));
    }
  }

  private static boolean isAdmitted(final TestServer server) {
    try (RawClient client = server.connect()) {
      return client.exchange(RawClient.get("/livez")).status() == 200;
    } catch (final IOException ex) {
      return false;
    }
  }

  @Test
  void shouldStopAcceptingAndGoOnWithWhatIsOpen() throws IOException {
    try (TestServer server = new TestServer();
        RawClient client = server.connect()) {
      assertEquals(200, client.exchange(RawClient.get("/livez")).status());
      server.edge.stopAccepting();
      server.edge.stopAccepting();
      assertThrows(ConnectException.class, server::connect);
      assertEquals(200, client.exchange(RawClient.post(PATH, "")).status());
    }
  }

  @Test
  void shouldDrain() throws IOException {
    try (TestServer server = new TestServer();
        RawClient idle = server.connect();
        RawClient busy = server.connect();
        RawClient halfway = server.connect()) {
      assertEquals(200, idle.exchange(RawClient.get("/livez")).status());
      server.counters.hold();
      busy.send(RawClient.post(PATH, "").repeat(3));
      server.awaitHeld(3);
      halfway.send("POST " + PATH + " HTTP/1.1\r\nHo");
      Await.until("accepted", () -> server.edge.counters().connectionsAccepted() == 3);
      // A turn of the loop after its bytes were sent: they have been read.
      busy.send(RawClient.post(PATH, ""));
      server.awaitHeld(4);
      server.edge.stopAccepting();
      assertFalse(server.edge.drain(TimeUnit.MILLISECONDS.toNanos(1)));
      assertTrue(idle.isClosed());
      server.onLoop(server.counters::releaseBackwards);
      for (int i = 1; i <= 4; i++) {
        final Response response = busy.read();
        assertEquals(200, response.status());
        assertEquals(i == 4 ? "close" : null, response.header("Connection"));
      }
      assertTrue(busy.isClosed());
      final Response last = halfway.exchange("st: t\r\n\r\n");
      assertEquals(200, last.status());
      assertEquals("close", last.header("Connection"));
      assertTrue(server.edge.drain(TimeUnit.SECONDS.toNanos(10)));
    }
  }

  @Test
  void shouldCloseWithRequestsInFlight() throws IOException {
    try (TestServer server = new TestServer();
        RawClient client = server.connect()) {
      server.counters.hold();
      client.send(RawClient.post(PATH, ""));
      server.awaitHeld(1);
      server.http.close();
      server.http.close();
      assertTrue(client.isClosed());
      assertEquals(0, server.edge.counters().connectionsOpen());
    }
  }

  @Test
  void shouldRefuseAnIncompleteViewOfTheNodeAndSenselessSettings() {
    final ProbeResult up = new ProbeResult(true, "{}");
    assertThrows(
        NullPointerException.class,
        () -> new NodeView(null, () -> up, () -> "{}", () -> true, () -> 1));
    assertThrows(
        NullPointerException.class,
        () -> new NodeView(() -> up, null, () -> "{}", () -> true, () -> 1));
    assertThrows(
        NullPointerException.class,
        () -> new NodeView(() -> up, () -> up, null, () -> true, () -> 1));
    assertThrows(
        NullPointerException.class,
        () -> new NodeView(() -> up, () -> up, () -> "{}", null, () -> 1));
    assertThrows(
        NullPointerException.class,
        () -> new NodeView(() -> up, () -> up, () -> "{}", () -> true, null));
    assertThrows(
        IllegalArgumentException.class, () -> new TestServer(settings -> settings.maxInFlight(0)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TestServer(settings -> settings.idleTimeoutNs(0)));
    assertThrows(
        IllegalArgumentException.class, () -> new TestServer(settings -> settings.port(65_536)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HttpSettings("127.0.0.1", 0, 0, EdgeSettings.DEFAULTS));
    for (final int port : new int[] {-1, 65_536}) {
      assertThrows(
          IllegalArgumentException.class, () -> HttpSettings.DEFAULTS.at("127.0.0.1", port));
    }
    assertThrows(IllegalArgumentException.class, () -> HttpSettings.DEFAULTS.at(" ", 0));
    assertThrows(NullPointerException.class, () -> HttpSettings.DEFAULTS.with(null));
  }
}
