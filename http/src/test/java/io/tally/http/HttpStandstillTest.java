package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.internal.StandstillDetector;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.HttpCounters;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that stands still stands for a stopped process: the tests of the launcher stop one. */
@Timeout(60)
class HttpStandstillTest {
  private static final long TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long TOO_LONG_NS = TIMEOUT_NS + 3 * StandstillDetector.TICK_NS;
  private static final String PATH = "/counter/c/increment";

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private static TestServer server() {
    final TestServer server =
        new TestServer(context -> context.requestTimeoutNs(() -> TIMEOUT_NS).maxInFlight(2));
    // The first request of all may load classes for longer than that.
    Await.until("it answers in time", () -> isServed(server, RawClient.get("/counter/c")));
    return server;
  }

  private static void letTimePass() {
    final long startNs = System.nanoTime();
    Await.until("time passed", () -> System.nanoTime() - startNs > TOO_LONG_NS);
  }

  private static void standStill(final TestServer server, final TestServer.Happening meanwhile)
      throws IOException {
    server.standStill(
        () -> {
          meanwhile.happen();
          letTimePass();
        });
  }

  private static void assertRefused(final RawClient client) throws IOException {
    final Response response = client.read();
    assertEquals(503, response.status(), response::body);
    assertTrue(response.body().contains("/problems/busy"), response::body);
    assertTrue(response.body().contains("\"outcome\":\"not_applied\""), response::body);
    assertEquals("close", response.header("Connection"));
    assertTrue(client.isClosed());
  }

  @Test
  void shouldRefuseWhatWaitedWhileItStoodStill() throws IOException {
    try (TestServer server = server();
        RawClient used = server.connect();
        RawClient halfway = server.connect();
        RawClient inBody = server.connect();
        RawClient gone = server.connect()) {
      assertEquals(200, used.exchange(RawClient.get("/counter/c")).status());
      halfway.send("POST " + PATH + " HTTP/1.1\r\nHo");
      inBody.send("POST " + PATH + " HTTP/1.1\r\nHost: t\r\nContent-Length: 12\r\n\r\n{\"amount");
      assertEquals(200, gone.exchange(RawClient.get("/counter/c")).status());
      final RawClient[] late = new RawClient[40];
      standStill(
          server,
          () -> {
            used.send(RawClient.post(PATH, "").repeat(5));
            halfway.send("st: t\r\n\r\n");
            inBody.send("\":1}");
            gone.send(RawClient.post(PATH, "")).endOutput();
            for (int i = 0; i < late.length; i++) {
              late[i] = server.connect().send(RawClient.post(PATH, ""));
            }
          });
      assertRefused(used);
      assertRefused(halfway);
      assertRefused(inBody);
      assertRefused(gone);
      for (final RawClient client : late) {
        assertRefused(client);
        client.close();
      }
      assertEquals(0, server.counters.value("c"));
      Await.until("as before", () -> counts(server));
    }
  }

  private static boolean counts(final TestServer server) {
    return isServed(server, RawClient.post(PATH, ""));
  }

  private static boolean isServed(final TestServer server, final String request) {
    try (RawClient client = server.connect()) {
      return client.exchange(request).status() == 200;
    } catch (final IOException closed) {
      return false;
    }
  }

  @Test
  void shouldGoOnWithConnectionsOnWhichNothingWaited() throws IOException {
    try (TestServer server = server();
        RawClient idle = server.connect();
        RawClient unused = server.connect()) {
      assertEquals(200, idle.exchange(RawClient.post(PATH, "")).status());
      standStill(server, () -> {});
      Await.until("as before", () -> counts(server));
      assertEquals(200, idle.exchange(RawClient.post(PATH, "")).status());
      letTimePass();
      assertEquals(200, idle.exchange(RawClient.post(PATH, "")).status());
      assertEquals(200, unused.exchange(RawClient.post(PATH, "")).status());
    }
  }

  @Test
  void shouldRefuseWhatItLeftUnreadForTooLong() throws IOException {
    try (TestServer server = server();
        RawClient client = server.connect()) {
      server.counters.hold();
      client.send(RawClient.post(PATH, "").repeat(2));
      server.awaitHeld(2);
      client.send(RawClient.post(PATH, "").repeat(20));
      Await.until("it is told", () -> server.edge.counters().connectionsPaused(0) == 1);
      letTimePass();
      server.onLoop(server.counters::releaseBackwards);
      assertEquals(200, client.read().status());
      assertEquals(200, client.read().status());
      assertRefused(client);
      assertEquals(2, server.counters.value("c"));
      Await.until("it is forgotten", () -> server.edge.counters().connectionsPaused(0) == 0);
      final HttpCounters counters = server.http.counters();
      assertEquals(
          List.of("busy", "client-memory", "connections", "reply-memory", "streams", "waited"),
          counters.busyReasons());
      for (int reason = 0; reason < counters.busyReasons().size(); reason++) {
        final boolean waited = counters.busyReasons().get(reason).equals("waited");
        assertEquals(waited, counters.busy(reason) > 0);
      }
    }
  }

  @Test
  void shouldRefuseWhatItDecodedNotForTooLong() throws IOException {
    try (TestServer server = server();
        RawClient client = server.connect()) {
      server.counters.hold();
      client.send(RawClient.post(PATH, "").repeat(22));
      server.awaitHeld(2);
      letTimePass();
      server.onLoop(server.counters::releaseBackwards);
      assertEquals(200, client.read().status());
      assertEquals(200, client.read().status());
      assertRefused(client);
      assertEquals(2, server.counters.value("c"));
    }
  }

  @Test
  void shouldTakeWhatComesWhenAnAnswerTookLong() throws IOException {
    try (TestServer server = server();
        RawClient client = server.connect()) {
      server.counters.hold();
      client.send(RawClient.post(PATH, ""));
      server.awaitHeld(1);
      letTimePass();
      server.onLoop(server.counters::releaseBackwards);
      assertEquals(200, client.read().status());
      assertEquals(200, client.exchange(RawClient.post(PATH, "")).status());
    }
  }
}
