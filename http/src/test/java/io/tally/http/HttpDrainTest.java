package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is stopped, with a given clock: its clients lose no answer. */
@Timeout(60)
class HttpDrainTest {
  /** For how long the edge takes a client for one that may be about to ask again. */
  private static final long BETWEEN_REQUESTS_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final String PATH = "/counter/c/increment";

  private final CachedNanoClock clock = new CachedNanoClock();

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private TestServer launch() {
    return new TestServer(context -> {}, false, clock);
  }

  private static void drain(final TestServer server) {
    server.edge.startDrain();
    server.awaitLoop();
  }

  @Test
  void shouldAnswerAClientBetweenTwoRequestsOnceMore() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      assertEquals(200, client.exchange(RawClient.post(PATH, "")).status());
      server.pass(clock, BETWEEN_REQUESTS_NS - 1);
      drain(server);
      assertFalse(server.edge.isDrained());
      final Response last = client.exchange(RawClient.post(PATH, ""));
      assertEquals(200, last.status());
      assertEquals("close", last.header("Connection"));
      assertTrue(client.isClosed());
      client.endOutput();
      Await.until("drained", server.edge::isDrained);
      assertEquals(2, server.counters.value("c"));
    }
  }

  @Test
  void shouldMeasureThatTimeFromTheAnswer() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      server.counters.hold();
      client.send(RawClient.post(PATH, ""));
      server.awaitHeld(1);
      server.pass(clock, 2 * BETWEEN_REQUESTS_NS);
      server.onLoop(server.counters::releaseBackwards);
      assertEquals(200, client.read().status());
      drain(server);
      assertEquals("close", client.exchange(RawClient.post(PATH, "")).header("Connection"));
    }
  }

  @Test
  void shouldCloseWhatIsIdle() throws IOException {
    try (TestServer server = launch();
        RawClient used = server.connect();
        RawClient fresh = server.connect()) {
      assertEquals(200, used.exchange(RawClient.get("/livez")).status());
      Await.until("accepted", () -> server.edge.counters().connectionsAccepted() == 2);
      drain(server);
      assertEquals(2, server.edge.counters().connectionsOpen());
      server.pass(clock, BETWEEN_REQUESTS_NS);
      assertEquals(2, server.edge.counters().connectionsOpen(), "a request may be on its way");
      server.pass(clock, BETWEEN_REQUESTS_NS / 8);
      assertTrue(used.isClosed());
      assertTrue(fresh.isClosed());
      Await.until("drained", server.edge::isDrained);
    }
  }

  @Test
  void shouldNotResetAConnectionWhoseRequestsItLeavesUnread() throws IOException {
    try (TestServer server = new TestServer(context -> context.maxInFlight(2), false, clock);
        RawClient client = server.connect()) {
      server.counters.hold();
      client.send(RawClient.post(PATH, "").repeat(5_000));
      server.awaitHeld(2);
      server.edge.startDrain();
      server.awaitLoop();
      server.onLoop(server.counters::releaseBackwards);
      assertEquals(200, client.read().status());
      assertEquals("close", client.read().header("Connection"));
      assertEquals(-1, client.readByte(), "closed, not reset");
      assertEquals(2, server.counters.callCount());
      client.endOutput();
      Await.until("drained", server.edge::isDrained);
    }
  }
}
