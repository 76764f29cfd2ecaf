package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import io.tally.transport.internal.ScriptedServer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NatsSessionTest implements NatsSession.Listener {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long MIN_FRAME_BYTES = 1000;

  private final ScriptedServer server = new ScriptedServer();
  private final List<CarrierState> states = new ArrayList<>();
  private final List<String> events = new ArrayList<>();
  private final Random random = new Random(1);
  // Beyond the middle of its range, so that times turn negative on the way.
  private long nowNs = Long.MAX_VALUE - 5 * SECOND_NS;
  private boolean woken;
  private NatsSession session;

  @Override
  public void onStatus(final CarrierStatus status) {
    states.add(status.state());
  }

  @Override
  public void onEvent(final String event) {
    events.add(event);
  }

  private void launch(final String urls) {
    session =
        new NatsSession(
            NatsAddress.parse(urls, NatsLogin.NONE),
            server,
            MIN_FRAME_BYTES,
            this,
            () -> woken = true,
            random::nextLong);
    step();
  }

  private void step() {
    do {
      woken = false;
    } while (session.doWork(nowNs) > 0 || woken);
  }

  /** Lets time pass from one step that the session asks for to the next, and returns how much. */
  private long runUntil(final BooleanSupplier condition) {
    final long startNs = nowNs;
    while (!condition.getAsBoolean()) {
      assertTrue(session.nextStepNs() != Long.MAX_VALUE, "waits for ever: " + session.status());
      nowNs = Math.max(session.nextStepNs() - nowNs, 0) + nowNs;
      step();
      assertTrue(nowNs - startNs < 600 * SECOND_NS, "in vain: " + session.status());
    }
    return nowNs - startNs;
  }

  private void runFor(final long durationNs) {
    final long endNs = nowNs + durationNs;
    while (session.nextStepNs() != Long.MAX_VALUE && session.nextStepNs() - endNs < 0) {
      nowNs = Math.max(session.nextStepNs() - nowNs, 0) + nowNs;
      step();
    }
    nowNs = endNs;
    step();
  }

  @Test
  void shouldCarryOnceSubscriptionsAreConfirmed() {
    server.answer = Answer.IS_SILENT;
    launch("h1");
    final List<byte[]> frames = new ArrayList<>();
    final List<String> confirmed = new ArrayList<>();
    session.subscribe("a", frames::add, () -> confirmed.add("a"));
    assertFalse(session.isConnected());
    assertFalse(session.publish("b", new byte[1], 1));
    assertEquals("NATS connecting", session.fault());
    server.last().greet();
    step();
    assertEquals(List.of("a"), server.last().subjects);
    assertEquals(List.of("a"), confirmed);
    assertTrue(session.isConnected());
    assertEquals("", session.fault());
    assertEquals(1 << 20, session.maxFrameBytes());
    assertEquals("9.9.9", session.serverVersion());
    assertTrue(session.publish("b", new byte[5], 3));
    server.last().frames.onFrame(new byte[5]);
    assertEquals(5, frames.get(0).length);
    assertEquals(List.of(CarrierState.CONNECTED), states);
    assertEquals(5, session.get(CarrierCounter.BYTES_RECEIVED));
    assertEquals(3, session.get(CarrierCounter.BYTES_PUBLISHED));
    assertEquals(1, session.get(CarrierCounter.PUBLISH_FAILURES));
  }

  @Test
  void shouldReplaceAConnectionThatIsLostAtOnceAndSubscribeAgain() {
    launch("h1");
    final FrameCarrier.Subscription a = session.subscribe("a", frame -> {});
    session.subscribe("b", frame -> {});
    a.close();
    runFor(10 * SECOND_NS);
    server.last().lose("Read channel closed.");
    step();
    assertTrue(session.isConnected());
    assertEquals(2, server.clients.size());
    assertTrue(server.clients.get(0).closed);
    assertEquals(List.of("b"), server.last().subjects);
    assertEquals(
        List.of(CarrierState.CONNECTED, CarrierState.DISCONNECTED, CarrierState.CONNECTED), states);
    assertEquals(1, session.get(CarrierCounter.DISCONNECTS));
    assertEquals(1, session.get(CarrierCounter.RECONNECTS));
    assertEquals(0, session.get(CarrierCounter.CONNECT_FAILURES));
  }

  @Test
  void shouldBeBackSoonAfterTheServerHoweverLongItWasAway() {
    launch("h1");
    for (final long awayNs : new long[] {SECOND_NS / 10, 3 * SECOND_NS, 3600 * SECOND_NS}) {
      runFor(10 * SECOND_NS);
      server.answer = Answer.IS_AWAY;
      server.last().lose("Read channel closed.");
      step();
      assertFalse(session.isConnected());
      runFor(awayNs);
      assertEquals("NATS disconnected: nats://h1:4222: Connection refused", session.fault());
      server.answer = Answer.GREETS;
      final long backNs = runUntil(session::isConnected);
      assertTrue(backNs <= AttemptSchedule.MAX_BACKOFF_NS, "back after " + backNs);
    }
    assertEquals(7, states.size(), "one line for each change: " + states);
  }

  @Test
  void shouldNotAskTooOftenWhateverTheServerDoes() {
    launch("h1");
    for (int i = 0; i < 200; i++) {
      server.last().lose("Stale Connection");
      step();
      runUntil(session::isConnected);
    }
    final long startNs = nowNs;
    final int before = server.attempts.size();
    for (int i = 0; i < 50; i++) {
      server.last().lose("Stale Connection");
      step();
      runUntil(session::isConnected);
    }
    assertTrue(nowNs - startNs >= 20 * SECOND_NS, "a connection that never lasts is no success");
    assertEquals(50, server.attempts.size() - before);
  }

  @Test
  void shouldTellRefusedCredentialsFromAnOutageAndTryForEver() {
    launch("nats://app:secret@h1");
    server.answer = Answer.REFUSES;
    server.last().lose("Read channel closed.");
    step();
    runFor(3600 * SECOND_NS);
    assertEquals(
        "NATS authorization violation: nats://h1:4222 refused the credentials of user app:"
            + " Authorization Violation",
        session.fault());
    assertEquals(CarrierState.REFUSED, session.status().state());
    assertEquals(3, states.size(), "one line for each change: " + states);
    assertTrue(session.get(CarrierCounter.REFUSALS) > 3000);
    server.answer = Answer.GREETS;
    assertTrue(runUntil(session::isConnected) <= AttemptSchedule.MAX_BACKOFF_NS);
    assertEquals("", session.fault());
  }

  @Test
  void shouldSayThatCredentialsAreNoLongerTaken() {
    launch("h1");
    server.answer = Answer.REFUSES;
    server.last().listener.onRefused("User Authentication Expired");
    step();
    assertEquals(CarrierState.REFUSED, session.status().state());
    assertFalse(session.isConnected());
    assertTrue(server.clients.get(0).closed);
  }

  @Test
  void shouldNameTheWorstOfARoundAndNoOther() {
    launch("h1,h2,h3");
    server.answer = Answer.IS_AWAY;
    server.answers.put("h2", Answer.REFUSES);
    server.last().lose("Read channel closed.");
    step();
    runFor(60 * SECOND_NS);
    assertEquals(CarrierState.REFUSED, session.status().state());
    assertTrue(session.fault().contains("h2:4222 refused"), session.fault());
    assertEquals(
        List.of(CarrierState.CONNECTED, CarrierState.DISCONNECTED, CarrierState.REFUSED), states);
  }

  @Test
  void shouldGoToServersThatAnotherOneNamedWithTheSameCredentialsAndSecurity() {
    server.names = List.of("10.0.0.2:4223", "h3.example:4224", "not a server", "h1.example:4222");
    launch("tls://app:s@cret@h1.example");
    server.answers.put("h1.example", Answer.IS_AWAY);
    server.last().lose("Read channel closed.");
    step();
    runUntil(session::isConnected);
    final NatsAddress second = server.last().address;
    assertEquals("tls://10.0.0.2:4223", second.url());
    assertEquals("user app", second.login().shown());
    assertEquals("h1.example", second.tlsName(), "an address stands in no certificate");
    server.answers.put("10.0.0.2", Answer.IS_AWAY);
    server.last().lose("Read channel closed.");
    step();
    runUntil(session::isConnected);
    assertEquals("tls://h3.example:4224", server.last().address.url());
    assertEquals("h3.example", server.last().address.tlsName());
    assertTrue(events.toString().contains("not a server"), events::toString);
  }

  @Test
  void shouldForgetServersThatAreNoLongerNamedButNoneOfThoseGiven() {
    server.names = List.of("old:1");
    launch("h1");
    server.last().listener.onDiscovered(List.of("new:1"));
    step();
    server.answer = Answer.IS_AWAY;
    server.last().lose("Read channel closed.");
    step();
    server.attempts.clear();
    runFor(60 * SECOND_NS);
    assertTrue(server.attempts.contains("nats://new:1"), server.attempts::toString);
    assertTrue(server.attempts.contains("nats://h1:4222"), server.attempts::toString);
    assertFalse(server.attempts.contains("nats://old:1"), server.attempts::toString);
  }

  @Test
  void shouldGiveUpAClientThatNeverAnswers() {
    launch("h1");
    server.answer = Answer.IS_SILENT;
    server.last().lose("Read channel closed.");
    step();
    runFor(30 * SECOND_NS);
    assertTrue(server.clients.size() >= 6, server.attempts::toString);
    for (final ScriptedServer.Client client :
        server.clients.subList(0, server.clients.size() - 1)) {
      assertTrue(client.closed);
    }
    final ScriptedServer.Client late = server.clients.get(1);
    late.greet();
    step();
    assertFalse(session.isConnected(), "it was given up");
    server.answer = Answer.GREETS;
    runUntil(session::isConnected);
  }

  @Test
  void shouldReadTheLengthOfMessagesAtEachConnection() {
    launch("h1");
    assertTrue(session.publish("a", new byte[5000], 5000));
    server.maxPayloadBytes = 2000;
    server.last().lose("Read channel closed.");
    step();
    assertEquals(2000, session.maxFrameBytes());
    assertTrue(session.isConnected());
    assertFalse(session.publish("a", new byte[5000], 2001));
    assertTrue(session.publish("a", new byte[5000], 2000));

    server.maxPayloadBytes = MIN_FRAME_BYTES - 1;
    server.last().lose("Read channel closed.");
    step();
    runFor(60 * SECOND_NS);
    assertFalse(session.isConnected());
    assertEquals(
        "NATS max_payload too small: nats://h1:4222 takes messages of 999 bytes (max_payload), and"
            + " nodes send up to 1000",
        session.fault());
    server.maxPayloadBytes = MIN_FRAME_BYTES;
    assertTrue(runUntil(session::isConnected) <= AttemptSchedule.MAX_BACKOFF_NS);
  }

  @Test
  void shouldCarryNothingWhileASubscriptionIsDenied() {
    launch("nats://app:secret@h1");
    session.subscribe("a", frame -> {});
    server.deniedSubject = "b";
    final List<String> confirmed = new ArrayList<>();
    session.subscribe("b", frame -> {}, () -> confirmed.add("b"));
    step();
    runFor(60 * SECOND_NS);
    assertFalse(session.isConnected());
    assertEquals(
        "NATS permissions violation: nats://h1:4222 denies user app: Permissions Violation for"
            + " Subscription to \"b\"",
        session.fault());
    assertEquals(List.of(CarrierState.CONNECTED, CarrierState.DENIED), states.subList(0, 2));
    assertEquals(2, states.size(), states::toString);
    assertEquals(List.of(), confirmed);
    server.deniedSubject = "";
    assertTrue(runUntil(session::isConnected) <= AttemptSchedule.MAX_BACKOFF_NS);
    assertEquals(List.of("b"), confirmed);
    assertEquals("", session.fault());
  }

  @Test
  void shouldNameWhatMayNotBePublishedUntilItMay() {
    launch("h1");
    for (int i = 0; i < 10; i++) {
      server.last().listener.onDenied("Permissions Violation for Publish to \"x\"", true);
      step();
      runFor(SECOND_NS);
      assertTrue(session.isConnected(), "the rest still travels");
      assertEquals(
          "NATS permissions violation: nats://h1:4222 denies nobody (no credentials were given):"
              + " Permissions Violation for Publish to \"x\"",
          session.fault());
    }
    runFor(PublishDenials.KEPT_NS);
    assertEquals("", session.fault());
    assertEquals(
        List.of(CarrierState.CONNECTED, CarrierState.DENIED, CarrierState.CONNECTED), states);
    assertEquals(1, server.clients.size());
    assertEquals(10, session.get(CarrierCounter.PERMISSION_VIOLATIONS));
  }

  @Test
  void shouldKnowALossBeforeItsNextStep() {
    launch("h1");
    server.last().connected = false;
    assertFalse(session.isConnected());
    assertEquals("NATS disconnected", session.fault());
    assertFalse(session.publish("a", new byte[1], 1));
  }

  @Test
  void shouldTakeWhatTheServerSaidBeforeItClosedForTheReason() {
    launch("h1");
    server.answer = Answer.IS_SILENT;
    server.last().listener.onError("Slow Consumer");
    server.last().lose("Read channel closed.");
    step();
    assertEquals("NATS disconnected: nats://h1:4222: Slow Consumer", session.fault());
    assertEquals(1, session.get(CarrierCounter.ERRORS));
  }

  @Test
  void shouldNotTakeWhatTheServerSaidLongBeforeForTheReason() {
    launch("h1");
    server.last().listener.onError("Slow Consumer");
    step();
    runFor(60 * SECOND_NS);
    server.answer = Answer.IS_SILENT;
    server.last().lose("Read channel closed.");
    step();
    assertEquals("NATS disconnected: nats://h1:4222: Read channel closed.", session.fault());
    assertEquals(List.of("NATS reports: Slow Consumer"), events);
  }

  @Test
  void shouldNotBlameTheNextServerForWhatTheLastOneDenied() {
    launch("h1");
    server.last().listener.onDenied("Permissions Violation for Publish to \"x\"", true);
    step();
    assertEquals(CarrierState.DENIED, session.status().state());
    runFor(SECOND_NS / 2);
    server.last().lose("Read channel closed.");
    step();
    runUntil(session::isConnected);
    assertEquals("", session.fault());
  }

  @Test
  void shouldConfirmOnlyWhatWasAskedForBefore() {
    server.answer = Answer.IS_SILENT;
    launch("h1");
    final List<String> confirmed = new ArrayList<>();
    session.subscribe("a", frame -> {}, () -> confirmed.add("a"));
    server.last().holdsConfirmations = true;
    server.last().greet();
    step();
    session.subscribe("b", frame -> {}, () -> confirmed.add("b"));
    session.subscribe("c", frame -> {}, () -> confirmed.add("c")).close();
    server.last().unconfirmed.get(0).run();
    assertEquals(List.of("a"), confirmed);
    server.last().unconfirmed.get(1).run();
    assertEquals(List.of("a", "b"), confirmed);
  }

  @Test
  void shouldStayClosed() {
    launch("h1");
    session.close();
    session.close();
    assertTrue(server.last().closed);
    runFor(60 * SECOND_NS);
    assertEquals(1, server.clients.size());
    assertEquals("NATS connection closed", session.fault());
    assertFalse(session.publish("a", new byte[1], 1));
  }
}
