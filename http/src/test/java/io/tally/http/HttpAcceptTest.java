package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that have been made, and not accepted yet. */
@Timeout(60)
class HttpAcceptTest {
  private static final String PATH = "/counter/c/increment";

  /** More than one turn of the loop accepts. */
  private static final int CLIENTS = 5 * ListenSocket.ACCEPTS_A_TURN / 2;

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerAllWhoWaitWhenItStopsAccepting(final boolean nio) throws IOException {
    final List<RawClient> clients = new ArrayList<>();
    try (TestServer server = new TestServer(context -> {}, nio)) {
      final Thread stop = new Thread(server.http::stopAccepting);
      server.standStill(
          () -> {
            for (int i = 0; i < CLIENTS; i++) {
              clients.add(server.connect().send(RawClient.post(PATH, "")));
            }
            stop.start();
            Await.until("it is asked to stop", () -> isWaiting(stop));
          });
      for (final RawClient client : clients) {
        assertEquals(200, client.read().status());
        client.close();
      }
      assertEquals(CLIENTS, server.counters.value("c"));
      Await.until("it has stopped", () -> !stop.isAlive());
    }
  }

  private static boolean isWaiting(final Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  @Test
  void shouldCountAConnectionOnItsWayToItsLoop() throws IOException {
    final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    try (EventLoops loops = EventLoops.launch(2, SystemNanoClock.INSTANCE, errors::add);
        HttpServer server =
            HttpServer.launch(
                new HttpServer.Context()
                    .port(0)
                    .eventLoops(loops)
                    .entries(List.of(new ScriptedCounters(), new ScriptedCounters()))
                    .readiness(() -> new ProbeResult(true, "{}"))
                    .liveness(() -> new ProbeResult(true, "{}"))
                    .cluster(() -> "{}"))) {
      final CountDownLatch over = new CountDownLatch(1);
      // The socket listens on the first loop, and the first connection goes to the second.
      loops.stepper(1).run(() -> awaitQuietly(over));
      try (RawClient onItsWay = new RawClient(server.port())) {
        try (RawClient other = new RawClient(server.port())) {
          assertEquals(200, other.exchange(RawClient.get("/livez")).status());
        }
        Await.until("the other has gone", () -> server.counters().connectionsOpen() == 0);
        assertFalse(server.isDrained());
        over.countDown();
        assertEquals(200, onItsWay.exchange(RawClient.get("/livez")).status());
      } finally {
        over.countDown();
      }
      Await.until("drained", server::isDrained);
      assertEquals(List.of(), errors);
    }
  }

  private static void awaitQuietly(final CountDownLatch latch) {
    try {
      latch.await();
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldRefuseWhatWaitedBetweenBindingAndAccepting() throws IOException {
    final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(200);
    final Limits limits =
        new Limits(
            10,
            1 << 20,
            16,
            1,
            1_024,
            () -> timeoutNs,
            timeoutNs,
            timeoutNs,
            timeoutNs,
            timeoutNs,
            failure -> {});
    try (EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, error -> {});
        HttpPort port = new HttpPort(loops, "127.0.0.1", 0, limits, SystemEpochClock.INSTANCE);
        RawClient client = new RawClient(port.port())) {
      client.send(RawClient.post(PATH, ""));
      final long startNs = System.nanoTime();
      Await.until("time passed", () -> System.nanoTime() - startNs > 3 * timeoutNs);
      port.accept(loop -> (nowNs, request, exchange, connection, slot) -> exchange.close = true);
      final Response response = client.read();
      assertEquals(503, response.status(), response::body);
    }
  }
}
