package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.EdgeCounters;
import io.tally.edge.internal.StepOrder;
import io.tally.engine.internal.SteppedAgent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.CloseHelper;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients make a loop keep, and that its figure is what the loop really keeps. */
@Timeout(60)
class ClientBudgetTest {
  private static final int KIB = 1_024;
  private static final int MIB = 1_024 * KIB;
  private static final String PATH = "/counter/c/increment";
  private static final String HELP = RawClient.get("/");

  // No time passes by itself: neither a deadline nor the end of a turn comes in between.
  private final CachedNanoClock clock = new CachedNanoClock();
  private final List<RawClient> clients = new ArrayList<>();
  private TestServer server;

  @AfterEach
  void close() {
    CloseHelper.quietCloseAll(clients);
    server.close();
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private void launch(final long maxClientBytes) {
    server = new TestServer(context -> context.maxClientBytes(maxClientBytes), false, clock);
  }

  private RawClient connect() throws IOException {
    final RawClient client = server.connect();
    clients.add(client);
    return client;
  }

  private void connect(final int count) throws IOException {
    for (int i = 0; i < count; i++) {
      connect();
    }
    Await.until("they are accepted", () -> counters().connectionsOpen() == clients.size());
  }

  private EdgeCounters counters() {
    return server.edge.counters();
  }

  private long held() {
    return counters().clientBytes(0);
  }

  private static long allocated() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  /** Sends a body that ends one byte too early, and waits until it is kept. */
  private void sendPartOfABody(final RawClient client, final int length) throws IOException {
    final long before = held();
    client.send(
        "POST " + PATH + " HTTP/1.1\r\nHost: t\r\nContent-Length: " + (length + 1) + "\r\n\r\n");
    client.send(" ".repeat(length));
    Await.until(
        "it is kept or given up",
        () -> held() >= before + length || counters().connectionsGivenUp() > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET / HTTP/1.1\r\nHost"})
  void shouldFreeAtOnceWhatItGivesUpHoweverManySocketsAreReady(final String rest)
      throws IOException {
    launch(MIB);
    connect(400);
    final long before = allocated();
    final AtomicLong most = new AtomicLong();
    // Stepped when all sockets that were ready are read, and before what Netty does later.
    server.loops.addAgent(
        0,
        StepOrder.SEND,
        new SteppedAgent() {
          @Override
          public int doWork(final long nowNs) {
            most.accumulateAndGet(allocated() - before, Math::max);
            return 0;
          }

          @Override
          public long nextStepNs() {
            return NEVER;
          }
        });
    server.awaitLoop();
    server.standStill(
        () -> {
          for (final RawClient client : clients) {
            client.send(HELP.repeat(80) + rest);
          }
        });
    Await.until("most are given up", () -> counters().connectionsGivenUp() > 300);
    server.awaitLoop();
    assertTrue(most.get() < 16 * MIB, most::toString);
    assertTrue(held() <= MIB, () -> "" + held());
  }

  @Test
  void shouldCountAnswersAsTheyAreWritten() throws IOException {
    launch(64 * MIB);
    connect(20);
    for (final RawClient client : clients) {
      // Its next answer gets room for as much as this one.
      client.send(HELP.repeat(40));
      for (int i = 0; i < 40; i++) {
        assertEquals(200, client.read().status());
      }
    }
    server.counters.hold();
    for (final RawClient client : clients) {
      client.send(RawClient.post(PATH, ""));
    }
    server.awaitHeld(clients.size());
    final AtomicLong counted = new AtomicLong();
    server.onLoop(
        () -> {
          server.counters.releaseBackwards();
          counted.set(held());
        });
    server.awaitLoop();
    assertTrue(counted.get() >= clients.size() * 16 * KIB, counted::toString);
    for (final RawClient client : clients) {
      assertEquals(200, client.read().status());
    }
    Await.until("nothing is kept", () -> held() == 0);
  }

  @Test
  void shouldNotKeepUnsentAnswersOfWhoIsGivenUp() throws IOException {
    launch(128 * KIB);
    final RawClient greedy = connect();
    // Less each time than the sender may have waiting before it is read no further; until the
    // system has taken all that it takes.
    for (int quietTurns = 0; quietTurns < 100; quietTurns++) {
      if (held() < 20 * KIB) {
        quietTurns = 0;
        greedy.send(HELP.repeat(20));
      } else {
        greedy.send("\r\n");
      }
      server.awaitLoop();
    }
    greedy.send("GET / HTTP/1.1\r\nHost");
    while (counters().connectionsGivenUp() == 0) {
      final RawClient modest = connect();
      modest.send("GET /" + "x".repeat(3_000));
      server.awaitLoop();
    }
    Await.until("closed", () -> counters().connectionsOpen() == clients.size() - 1);
    assertEquals(1, counters().connectionsGivenUp());
    assertTrue(held() <= 128 * KIB, () -> "" + held());
  }

  @Test
  void shouldRefuseWhoseRequestIsNotCompleteAndKeepNothingOfIt() throws IOException {
    launch(70_000);
    final RawClient greedy = connect();
    sendPartOfABody(greedy, 60_000);
    final RawClient other = connect();
    sendPartOfABody(other, 15_000);
    final RawClient.Response refusal = greedy.read();
    assertEquals(503, refusal.status());
    assertTrue(refusal.body().contains("\"outcome\":\"not_applied\""), refusal::body);
    assertTrue(greedy.isClosed());
    // It is read to its end, and found to be spaces.
    assertEquals(400, other.send(" ").read().status());
    Await.until("nothing is kept", () -> held() < KIB);
  }

  @Test
  void shouldNotCountEmptyLinesThatItSkips() throws IOException {
    launch(MIB);
    final RawClient client = connect();
    client.send("\n".repeat(2_000));
    server.awaitLoop();
    client.send("\n".repeat(1_000) + "G");
    Await.until("a head has begun", () -> held() > 0);
    assertTrue(held() < 80 * KIB, () -> "" + held());
    assertEquals(200, client.exchange("ET /livez HTTP/1.1\r\nHost: t\r\n\r\n").status());
    assertEquals(0, counters().connectionsGivenUp());
  }

  @Test
  void shouldGiveUpOthersWhileItTellsTheSlowThatTheirTimeIsOver() throws IOException {
    launch(MIB);
    server.counters.hold();
    for (int i = 0; i < 50; i++) {
      final RawClient busy = connect().send(RawClient.post(PATH, ""));
      server.awaitHeld(i + 1);
      sendPartOfABody(busy, 4_000);
    }
    // These are swept first, being the last; those above have most to give, and cannot be told.
    while (held() < MIB - 4 * KIB) {
      final long before = held();
      connect().send("GET /");
      Await.until("its head has begun", () -> held() > before);
    }
    assertEquals(0, counters().connectionsGivenUp());
    server.pass(clock, TimeUnit.SECONDS.toNanos(6));
    Await.until("some are given up", () -> counters().connectionsGivenUp() > 0);
    Await.until("others are told", () -> server.http.counters().responses(408) > 0);
    server.awaitLoop();
  }

  @Test
  void shouldGiveUpSoMuchThatTheNextArrivalNeedNotLookAtAllAgain() throws IOException {
    launch(MIB);
    sendPartOfABody(connect(), 60_000);
    while (counters().connectionsGivenUp() == 0) {
      sendPartOfABody(connect(), 20_000);
    }
    server.awaitLoop();
    assertTrue(held() <= MIB - MIB / 8, () -> "" + held());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /livez HTTP/1.1\r\nHost: t\r\na: LINE\r\n\r\n",
        "GET /livez?LINE HTTP/1.1\r\nHost: t\r\n\r\n",
        "POST /livez HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: LINE\r\n\r\n"
      })
  void shouldCountTheRoomThatItKeepsForTheLongestLine(final String request) throws IOException {
    launch(MIB);
    final RawClient client = connect();
    client.exchange(request.replace("LINE", "x".repeat(40)));
    Await.until("it keeps nothing", () -> held() == 0);
    client.exchange(request.replace("LINE", "x".repeat(3_000)));
    Await.until("it keeps the room", () -> held() == 4 * KIB - LineMeter.SCRATCH_BYTES);
    client.exchange(request.replace("LINE", "x".repeat(2_000)));
    server.awaitLoop();
    assertEquals(4 * KIB - LineMeter.SCRATCH_BYTES, held());
    client.close();
    Await.until("it is gone", () -> held() == 0);
  }
}
