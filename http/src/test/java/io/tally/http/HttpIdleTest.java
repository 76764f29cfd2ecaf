package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.StepOrder;
import io.tally.engine.internal.StandstillDetector;
import io.tally.engine.internal.SteppedAgent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that are idle for as long as they may, with a given clock. */
@Timeout(60)
class HttpIdleTest {
  private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(90);

  /** More than pass between two looks at the connections, a quarter of a second apart. */
  private static final int SWEEP_TICKS = 5;

  private final CachedNanoClock clock = new CachedNanoClock();

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private void passInTicks(final TestServer server, final long durationNs) {
    for (long ns = 0; ns < durationNs; ns += StandstillDetector.TICK_NS) {
      server.pass(clock, StandstillDetector.TICK_NS);
    }
  }

  private void sendInTurnAfter(
      final TestServer server, final long durationNs, final Sender sender) {
    server.onLoop(
        () -> {
          clock.advance(durationNs);
          sender.due = true;
        });
  }

  private TestServer launch() {
    return new TestServer(context -> context.idleTimeoutNs(IDLE_NS), false, clock);
  }

  /** Sends a request in the turn that its loop has polled its sockets for, and before it looks. */
  private static final class Sender implements SteppedAgent {
    private final RawClient client;
    private boolean due;
    private IOException failure;

    private Sender(final RawClient client) {
      this.client = client;
    }

    @Override
    public int doWork(final long nowNs) {
      if (due) {
        due = false;
        try {
          client.send(RawClient.post("/counter/c/increment", ""));
        } catch (final IOException ex) {
          failure = ex;
        }
      }
      return 0;
    }

    @Override
    public long nextStepNs() {
      return NEVER;
    }
  }

  @Test
  void shouldAnswerWhatArrivesInTheTurnInWhichAConnectionHasBeenIdleForTooLong()
      throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      final Sender sender = new Sender(client);
      server.loops.addAgent(0, StepOrder.SEND, sender);
      for (int i = 1; i <= 3; i++) {
        assertEquals(200, client.exchange(RawClient.get("/livez")).status());
        server.pass(clock, IDLE_NS / 2);
        server.pass(clock, IDLE_NS / 2 - 2 * StandstillDetector.TICK_NS);
        passInTicks(server, 2 * StandstillDetector.TICK_NS);
        sendInTurnAfter(server, StandstillDetector.TICK_NS, sender);
        assertEquals(200, client.read().status());
        assertEquals(i, server.counters.value("c"));
      }
      assertEquals(null, sender.failure);
    }
  }

  @Test
  void shouldAnswerWhatArrivesWhileTheLoopStandsStillBeforeItCloses() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      final Sender sender = new Sender(client);
      server.loops.addAgent(0, StepOrder.SEND, sender);
      assertEquals(200, client.exchange(RawClient.get("/livez")).status());
      server.pass(clock, IDLE_NS + 1);
      sendInTurnAfter(server, IDLE_NS / 4, sender);
      assertEquals(200, client.read().status());
      assertEquals(null, sender.failure);
    }
  }

  @Test
  void shouldSendTheAnswerThatTookLongerThanAConnectionMayBeIdle() throws IOException {
    final List<RawClient> clients = new ArrayList<>();
    try (TestServer server = launch()) {
      server.counters.hold();
      for (int i = 1; i <= SWEEP_TICKS; i++) {
        clients.add(server.connect().send(RawClient.get("/counter/c")));
        server.awaitHeld(i);
      }
      server.pass(clock, IDLE_NS);
      passInTicks(server, TimeUnit.SECONDS.toNanos(1));
      // In one of these turns, connections are looked at between the answer and its sending.
      for (final RawClient client : clients) {
        server.onLoop(
            () -> {
              clock.advance(StandstillDetector.TICK_NS);
              server.counters.release(0);
            });
        assertEquals(200, client.read().status());
      }
    } finally {
      CloseHelper.quietCloseAll(clients);
    }
  }

  @Test
  void shouldCloseWhatIsIdleForLonger() throws IOException {
    try (TestServer server = launch();
        RawClient used = server.connect();
        RawClient fresh = server.connect()) {
      assertEquals(200, used.exchange(RawClient.get("/livez")).status());
      Await.until("accepted", () -> server.edge.counters().connectionsAccepted() == 2);
      server.pass(clock, IDLE_NS + 1);
      assertEquals(2, server.edge.counters().connectionsOpen(), "a request may be on its way");
      passInTicks(server, TimeUnit.SECONDS.toNanos(1));
      assertTrue(used.isClosed());
      assertTrue(fresh.isClosed());
    }
  }
}
