package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.StepOrder;
import io.tally.engine.internal.SteppedAgent;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpPipeliningTest {
  private static final String PATH = "/counter/c/increment";

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

  private static String value(final String id, final long value) {
    return "{\"counter_id\":\"" + id + "\",\"value\":" + value + "}\n";
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerAThousandRequestsOfOneWriteInOrder(final boolean nio) throws IOException {
    try (TestServer own = new TestServer(context -> {}, nio);
        RawClient pipelining = own.connect()) {
      final StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 1_000; i++) {
        requests.append(RawClient.post(PATH, i % 2 == 0 ? "" : "{\"amount\":1}"));
      }
      pipelining.send(requests.toString());
      for (int i = 1; i <= 1_000; i++) {
        assertEquals(value("c", i), pipelining.read().body());
      }
      assertEquals(1_000, own.http.counters().responses(200));
    }
  }

  @Test
  void shouldAnswerAThousandRequestsBeforeAnEndOfInput() throws IOException {
    client.send(RawClient.post(PATH, "").repeat(1_000));
    client.endOutput();
    for (int i = 1; i <= 1_000; i++) {
      assertEquals(value("c", i), client.read().body());
    }
    assertTrue(client.isClosed());
  }

  @Test
  void shouldAnswerMoreThanMayBeInFlightBeforeAnEndOfInput() throws IOException {
    server.counters.hold();
    client.send(RawClient.post(PATH, "").repeat(100));
    client.endOutput();
    server.awaitHeld(64);
    server.onLoop(server.counters::releaseBackwards);
    for (int i = 0; i < 100; i++) {
      assertEquals(200, client.read().status());
    }
    assertTrue(client.isClosed());
  }

  @Test
  void shouldAnswerAPeerThatHasEndedItsInputAndReadsLate() throws IOException {
    final int count = 6_000;
    client.send(RawClient.get("/").repeat(count));
    client.endOutput();
    Await.until("buffers are full", () -> server.http.counters().responses(200) > 1_500);
    for (int i = 0; i < count; i++) {
      assertEquals(200, client.read().status());
    }
    assertTrue(client.isClosed());
  }

  @Test
  void shouldKeepTheOrderOfRequestsWhenAnswersDoNot() throws IOException {
    server.counters.hold();
    final StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      requests.append(RawClient.get("/counter/" + i));
    }
    client.send(requests.toString());
    server.awaitHeld(20);
    server.onLoop(server.counters::releaseBackwards);
    for (int i = 0; i < 20; i++) {
      assertEquals(value(Integer.toString(i), 0), client.read().body());
    }
  }

  @Test
  void shouldKeepTheOrderWhereSomeAnswersAreImmediate() throws IOException {
    server.counters.hold();
    client.send(
        RawClient.get("/counter/first")
            + RawClient.post("/counter/second/increment", "{\"amount\":1.5}")
            + RawClient.get("/nothing")
            + RawClient.get("/counter/fourth")
            + RawClient.get("/readyz")
            + "OPTIONS / HTTP/1.1\r\nHost: t\r\n\r\n"
            + "HEAD /counter/seventh HTTP/1.1\r\nHost: t\r\n\r\n"
            + RawClient.get("/counter/eighth"));
    server.awaitHeld(4);
    server.onLoop(server.counters::releaseBackwards);
    assertEquals(value("first", 0), client.read().body());
    assertTrue(client.read().body().contains("\"counter_id\":\"second\""));
    assertEquals(404, client.read().status());
    assertEquals(value("fourth", 0), client.read().body());
    assertEquals("{\"ready\":true}\n", client.read().body());
    assertEquals(204, client.read().status());
    assertEquals("35", client.read(true).header("Content-Length"));
    assertEquals(value("eighth", 0), client.read().body());
  }

  @Test
  void shouldAnswerWhatCameBeforeAFault() throws IOException {
    server.counters.hold();
    client.send(RawClient.get("/counter/a") + RawClient.get("/counter/b") + "nonsense\r\n\r\n");
    server.awaitHeld(2);
    server.onLoop(server.counters::releaseBackwards);
    assertEquals(value("a", 0), client.read().body());
    assertEquals(value("b", 0), client.read().body());
    assertEquals(400, client.read().status());
    assertTrue(client.isClosed());
  }

  @Test
  void shouldIgnoreRequestsAfterConnectionClose() throws IOException {
    client.send(
        RawClient.post(PATH, "Connection: close\r\n", "") + RawClient.post(PATH, "").repeat(3));
    final Response response = client.read();
    assertEquals("close", response.header("Connection"));
    assertTrue(client.isClosed());
    assertEquals(1, server.counters.callCount());
  }

  @Test
  void shouldTakeNoMoreRequestsThanMayBeInFlight() throws IOException {
    server.counters.hold();
    client.send(RawClient.post(PATH, "").repeat(200));
    server.awaitHeld(64);
    // What could come after them is on its way through the loop by then.
    try (RawClient other = server.connect()) {
      assertEquals(200, other.exchange(RawClient.get("/livez")).status());
    }
    assertEquals(64, server.counters.heldCount());
    server.onLoop(() -> server.counters.release(0));
    server.awaitHeld(64);
    Await.until("one more taken", () -> server.counters.callCount() == 65);
    server.onLoop(server.counters::releaseBackwards);
    for (int i = 0; i < 200; i++) {
      assertEquals(200, client.read().status());
    }
    assertEquals(200, server.counters.value("c"));
  }

  @Test
  void shouldNotReadOnFromAPeerThatDoesNotRead() throws IOException {
    // Each answer is as long as an id allows, so that the peer's and the server's buffers fill up.
    final String get = RawClient.get("/counter/" + "%22".repeat(256));
    final Thread sender =
        new Thread(
            () -> {
              try {
                client.send(get.repeat(20_000));
              } catch (final IOException ex) {
                server.errors.add(ex);
              }
            });
    sender.start();
    Await.until("first answers", () -> server.http.counters().responses(200) > 0);
    for (int i = 0; i < 20_000; i++) {
      assertEquals(200, client.read().status());
    }
    assertEquals(20_000, server.counters.callCount());
    Await.until("sender ends", () -> !sender.isAlive());
  }

  @Test
  void shouldSendBeforeItAnswersMore() throws IOException {
    // Help is answered at once, and is many times as long as the request for it.
    final int count = 8_000;
    final String requests = RawClient.get("/").repeat(count);
    final AtomicLong mostInOneStep = new AtomicLong();
    server.loops.addAgent(0, StepOrder.APPLY, new StepProbe(mostInOneStep));
    final Thread sender =
        new Thread(
            () -> {
              try {
                client.send(requests);
              } catch (final IOException ex) {
                server.errors.add(ex);
              }
            });
    sender.start();
    for (int i = 0; i < count; i++) {
      assertEquals(200, client.read().status());
    }
    Await.until("sender ends", () -> !sender.isAlive());
    assertTrue(mostInOneStep.get() <= 200, mostInOneStep::toString);
  }

  @Test
  void shouldCountButNotAnswerWhereTheClientIsGone() throws IOException {
    server.counters.hold();
    client.send(RawClient.post(PATH, "").repeat(10));
    server.awaitHeld(10);
    client.reset();
    Await.until("closed", () -> server.edge.counters().connectionsOpen() == 0);
    server.onLoop(server.counters::releaseBackwards);
    Await.until("dropped", () -> server.edge.counters().responsesDropped() == 10);
    assertEquals(10, server.counters.value("c"));
    assertEquals(0, server.http.counters().responses(200));
    try (RawClient other = server.connect()) {
      assertEquals(value("c", 10), other.exchange(RawClient.get("/counter/c")).body());
    }
    assertFalse(server.counters.callCount() < 11);
  }

  /** Sees how many responses were made between two steps of the loop. */
  private final class StepProbe implements SteppedAgent {
    private final AtomicLong most;
    private long responses;

    StepProbe(final AtomicLong most) {
      this.most = most;
    }

    @Override
    public int doWork(final long nowNs) {
      final long now = server.http.counters().responses(200);
      most.accumulateAndGet(now - responses, Math::max);
      responses = now;
      return 0;
    }
  }
}
