package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.EdgeCounters;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that ask for more than a loop may have under way, and one that asks for little. */
@Timeout(60)
class HttpShareTest {
  private static final String PATH = "/counter/c/increment";
  private static final int SLOTS = 64;

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private static TestServer server() {
    return new TestServer(context -> context.maxRequests(SLOTS));
  }

  @Test
  void shouldTakeARequestOfWhoHasNoneWhileOthersTakeAllTheyCan() throws IOException {
    try (TestServer server = server();
        RawClient first = server.connect();
        RawClient second = server.connect();
        RawClient modest = server.connect()) {
      server.counters.hold();
      first.send(RawClient.post(PATH, "").repeat(60));
      second.send(RawClient.post(PATH, "").repeat(60));
      Await.until("they share", () -> server.counters.heldCount() >= SLOTS / 2);
      modest.send(RawClient.post("/counter/modest/increment", ""));
      Await.until("it is taken", () -> server.counters.value("modest") == 1);
      final EdgeCounters counters = server.edge.counters();
      Await.until("it is told", () -> counters.connectionsPaused(0) == 2);
      assertEquals(SLOTS, counters.requestsLimit(0));
      server.onLoop(server.counters::releaseBackwards);
      assertEquals(200, modest.read().status());
      for (int i = 0; i < 60; i++) {
        assertEquals(200, first.read().status());
        assertEquals(200, second.read().status());
      }
      Await.until("all are read on", () -> counters.connectionsPaused(0) == 0);
    }
  }

  @Test
  void shouldLetThemWaitWhoFindNoRoomAtAll() throws IOException {
    final RawClient[] clients = new RawClient[2 * SLOTS];
    try (TestServer server = server()) {
      server.counters.hold();
      for (int i = 0; i < clients.length; i++) {
        clients[i] = server.connect().send(RawClient.post(PATH, ""));
      }
      server.awaitHeld(SLOTS);
      server.awaitLoop();
      assertEquals(SLOTS, server.counters.heldCount());
      server.onLoop(server.counters::releaseBackwards);
      for (final RawClient client : clients) {
        assertEquals(200, client.read().status());
        client.close();
      }
      assertEquals(clients.length, server.counters.value("c"));
    }
  }

  @Test
  void shouldHaveRoomAgainWhenWhoTookItIsGone() throws IOException {
    try (TestServer server = server();
        RawClient gone = server.connect();
        RawClient modest = server.connect()) {
      server.counters.hold();
      gone.send(RawClient.post(PATH, "").repeat(60));
      Await.until("some are under way", () -> server.counters.heldCount() >= SLOTS / 2);
      gone.reset();
      Await.until("closed", () -> server.edge.counters().connectionsOpen() == 1);
      server.onLoop(server.counters::releaseBackwards);
      for (int i = 0; i < 2 * SLOTS; i++) {
        assertEquals(200, modest.exchange(RawClient.post(PATH, "")).status());
      }
    }
  }
}
