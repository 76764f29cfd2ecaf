package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tally.edge.EdgeSettings;
import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.EdgePort;
import io.tally.edge.internal.EventLoops;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.NodeView;
import io.tally.http.internal.ProbeResult;
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

  /** As many connections as the edge accepts at most in one turn of a loop. */
  private static final int ACCEPTS_A_TURN = 16;

  private static final int CLIENTS = 5 * ACCEPTS_A_TURN / 2;

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerAllWhoWaitWhenItStopsAccepting(final boolean nio) throws IOException {
    final List<RawClient> clients = new ArrayList<>();
    try (TestServer server = new TestServer(context -> {}, nio)) {
      final Thread stop = new Thread(server.edge::stopAccepting);
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
            HttpServers.get()
                .launch(
                    HttpSettings.DEFAULTS.at("127.0.0.1", 0),
                    loops,
                    new NodeView(
                        () -> new ProbeResult(true, "{}"),
                        () -> new ProbeResult(true, "{}"),
                        () -> "{}",
                        () -> true,
                        () -> TimeUnit.SECONDS.toNanos(1)),
                    loop -> new ScriptedCounters().rows(),
                    "Help\n",
                    failure -> {})) {
      final CountDownLatch over = new CountDownLatch(1);
      // The socket listens on the first loop, and the first connection goes to the second.
      loops.execute(1, () -> awaitQuietly(over));
      try (RawClient onItsWay = new RawClient(server.edge().port())) {
        try (RawClient other = new RawClient(server.edge().port())) {
          assertEquals(200, other.exchange(RawClient.get("/livez")).status());
        }
        Await.until("the other has gone", () -> server.edge().counters().connectionsOpen() == 0);
        assertFalse(server.edge().isDrained());
        over.countDown();
        assertEquals(200, onItsWay.exchange(RawClient.get("/livez")).status());
      } finally {
        over.countDown();
      }
      Await.until("drained", server.edge()::isDrained);
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
    final HttpSettings settings =
        new HttpSettings(
            "127.0.0.1",
            0,
            1_024,
            new EdgeSettings(10, 1 << 20, 16, 1, timeoutNs, timeoutNs, timeoutNs, timeoutNs, 0));
    final ScriptedCounters counters = new ScriptedCounters();
    try (EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, error -> {})) {
      final HttpPort port = new HttpPort(loops, settings);
      try (EdgePort edge = port.edge();
          RawClient client = new RawClient(edge.port())) {
        client.send(RawClient.post(PATH, ""));
        final long startNs = System.nanoTime();
        Await.until("time passed", () -> System.nanoTime() - startNs > 3 * timeoutNs);
        port.accept(
            List.of(counters.rows()),
            () -> true,
            () -> timeoutNs,
            failure -> {},
            SystemEpochClock.INSTANCE);
        final Response response = client.read();
        assertEquals(503, response.status(), response::body);
        assertEquals(0, counters.callCount());
      }
    }
  }
}
