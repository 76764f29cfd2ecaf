package io.tally.edge.line;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.tally.edge.EdgeSettings;
import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.EdgePort;
import io.tally.edge.internal.EventLoops;
import io.tally.engine.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of several parts, in a protocol of which the edge knows nothing. */
@Timeout(60)
class ExchangePartsTest {
  private static final int MAX_REQUESTS = 8;

  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final ScriptedService service = new ScriptedService();
  private final LineProtocol protocol = new LineProtocol(service);
  private final EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, errors::add);
  private final EdgePort port =
      new EdgePort(
          loops,
          "127.0.0.1",
          0,
          EdgeSettings.DEFAULTS.withClients(100, 64 << 20, MAX_REQUESTS, MAX_REQUESTS));

  ExchangePartsTest() {
    port.accept(loop -> protocol, () -> TimeUnit.MINUTES.toNanos(1), failure -> {});
  }

  @AfterEach
  void close() {
    port.close();
    loops.close();
    assertEquals(List.of(), errors);
    assertEquals(0, port.counters().connectionsOpen());
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  /** One connection, line by line. */
  private final class Client implements AutoCloseable {
    private final Socket socket = new Socket("127.0.0.1", port.port());
    private final BufferedReader in;

    Client() throws IOException {
      socket.setSoTimeout(10_000);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    }

    void send(final String lines) throws IOException {
      socket.getOutputStream().write(lines.getBytes(US_ASCII));
    }

    /** Null once the connection has ended. */
    String read() throws IOException {
      return in.readLine();
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private void awaitAsked(final int count) {
    Await.until(count + " words asked for", () -> service.askedCount() == count);
  }

  /** Runs a task on the loop, and returns when it has stepped after that. */
  private void onLoop(final Runnable task) {
    for (final Runnable next : List.of(task, (Runnable) () -> {})) {
      final CountDownLatch done = new CountDownLatch(1);
      loops.execute(
          0,
          () -> {
            next.run();
            loops.wakeup(0).wake();
            done.countDown();
          });
      Await.until("a turn of the loop", () -> done.getCount() == 0);
    }
  }

  @Test
  void shouldSendResponsesInTheOrderOfRequestsHoweverRepliesCome() throws IOException {
    try (Client client = new Client()) {
      client.send("1 a\n2 b c\n1 d\n3 e f g\n");
      awaitAsked(7);
      onLoop(() -> List.of("g", "d", "f", "c", "e").forEach(service::reply));
      assertEquals(0, protocol.written(), "the oldest has no reply yet");
      onLoop(() -> service.reply("a"));
      assertEquals("A", client.read());
      assertEquals(1, protocol.written(), "the next has one of two");
      onLoop(() -> service.reply("b"));
      assertEquals("B C", client.read());
      assertEquals("D", client.read());
      assertEquals("E F G", client.read());
    }
  }

  @Test
  void shouldNotAnswerBeforeTheLastPartAlsoWhenAnEarlyOneRefuses() throws IOException {
    try (Client client = new Client()) {
      client.send("3 a b c\n");
      awaitAsked(3);
      onLoop(() -> service.refuse("a", Outcome.BUSY));
      onLoop(() -> service.reply("c"));
      assertEquals(0, protocol.written());
      // Were it answered by now, the last reply would be taken for one to this.
      client.send("1 d\n");
      awaitAsked(2);
      onLoop(() -> service.reply("b", 200));
      assertEquals("BUSY #200 C", client.read());
      assertEquals(1, protocol.written());
      onLoop(() -> service.reply("d"));
      assertEquals("D", client.read());
    }
  }

  @Test
  void shouldUseAnExchangeAgainForADifferentNumberOfParts() throws IOException {
    try (Client client = new Client()) {
      for (final String line : List.of("2 a b", "1 c", "4 d e f g", "1 h")) {
        final List<String> words = List.of(line.substring(2).split(" "));
        client.send(line + "\n");
        awaitAsked(words.size());
        onLoop(() -> words.forEach(service::reply));
        assertEquals(String.join(" ", words).toUpperCase(Locale.ROOT), client.read());
      }
    }
  }

  @Test
  void shouldCountTheReplyAsDroppedWhoseConnectionHasClosed() throws IOException {
    try (Client client = new Client()) {
      client.send("1 a\n3 b c d\n2 e f\n");
      awaitAsked(6);
      onLoop(() -> service.reply("c"));
      client.reset();
      Await.until("closed", () -> port.counters().connectionsOpen() == 0);
      onLoop(() -> List.of("b", "e", "f").forEach(service::reply));
      assertEquals(1, port.counters().responsesDropped(), "one request is complete");
      onLoop(() -> List.of("a", "d").forEach(service::reply));
      assertEquals(3, port.counters().responsesDropped());
      assertEquals(0, protocol.written());
    }
  }

  @Test
  void shouldHaveAsMuchRoomAsBeforeWhenPartsOfAClosedConnectionAreReplied() throws IOException {
    try (Client gone = new Client()) {
      gone.send("5 a b c d e\n");
      awaitAsked(5);
      gone.reset();
      Await.until("closed", () -> port.counters().connectionsOpen() == 0);
      onLoop(() -> List.of("a", "b", "c", "d", "e").forEach(service::reply));
    }
    final List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * MAX_REQUESTS; i++) {
        clients.add(new Client());
        clients.get(i).send("1 w" + i + "\n");
      }
      Await.until(
          "all are read, or wait",
          () -> service.askedCount() + port.counters().connectionsPaused(0) == 2 * MAX_REQUESTS);
      assertEquals(MAX_REQUESTS, service.askedCount());
    } finally {
      for (final Client client : clients) {
        client.close();
      }
    }
  }

  @Test
  void shouldAnswerForADispatchThatThrowsAndEndTheConnection() throws IOException {
    try (Client client = new Client()) {
      client.send("1 a\n3 b !c d\n1 e\n");
      awaitAsked(3);
      assertEquals(List.of(ScriptedService.FAULT), errors);
      errors.clear();
      // Nothing behind it was read, and what it had asked for already answers nobody.
      onLoop(() -> List.of("b", "!c").forEach(service::reply));
      assertEquals(0, protocol.written());
      onLoop(() -> service.reply("a"));
      assertEquals("A", client.read());
      assertEquals("FAULT bye", client.read());
      assertNull(client.read());
    }
    assertEquals(0, port.counters().responsesDropped());
  }

  @Test
  void shouldTakeNoPlaceForADispatchThatThrewWhoseConnectionIsGone() throws IOException {
    for (int i = 0; i < 3; i++) {
      try (Client client = new Client()) {
        client.send("2 a !b\n");
        assertEquals("FAULT bye", client.read());
      }
      Await.until("closed", () -> port.counters().connectionsOpen() == 0);
      onLoop(() -> List.of("a", "!b").forEach(service::reply));
      assertEquals(List.of(ScriptedService.FAULT), errors);
      errors.clear();
    }
    assertEquals(0, port.counters().responsesDropped(), "all were answered");
    shouldHaveAsMuchRoomAsBeforeWhenPartsOfAClosedConnectionAreReplied();
  }

  private ScriptedService.Later awaitLater() {
    final ScriptedService.Later[] taken = new ScriptedService.Later[1];
    Await.until(
        "it waits for another thread",
        () -> {
          taken[0] = service.takeLater();
          return taken[0] != null;
        });
    return taken[0];
  }

  @Test
  void shouldCompleteARequestFromAnotherThread() throws IOException {
    try (Client client = new Client()) {
      client.send("1 a\n1 later\n1 b\n");
      awaitAsked(2);
      final ScriptedService.Later later = awaitLater();
      final List<String> answering = new CopyOnWriteArrayList<>();
      later.answer(
          () -> {
            answering.add(Thread.currentThread().getName());
            return answering.get(0);
          });
      onLoop(() -> service.reply("b"));
      assertEquals(0, protocol.written());
      assertEquals(List.of("tally-loop-0"), answering);
      onLoop(() -> service.reply("a"));
      assertEquals("A", client.read());
      assertEquals("tally-loop-0", client.read());
      assertEquals("B", client.read());
    }
  }

  @Test
  void shouldDropWhatAnotherThreadCompletesForAClosedConnection() throws IOException {
    try (Client client = new Client()) {
      client.send("1 later\n");
      final ScriptedService.Later later = awaitLater();
      client.reset();
      Await.until("closed", () -> port.counters().connectionsOpen() == 0);
      later.answer(() -> fail("answered"));
      later.answer(() -> fail("answered twice"));
      onLoop(() -> {});
      assertEquals(1, port.counters().responsesDropped());
      assertEquals(0, protocol.written());
    }
  }

  @Test
  void shouldGiveNoOtherRequestWhatAnotherThreadCompletesTooLate() throws IOException {
    try (Client faulty = new Client();
        Client other = new Client()) {
      faulty.send("1 throw-later\n");
      assertEquals("FAULT bye", faulty.read());
      final ScriptedService.Later late = awaitLater();
      other.send("1 later\n");
      final ScriptedService.Later own = awaitLater();
      late.answer(() -> fail("answered"));
      onLoop(() -> {});
      assertEquals(1, protocol.written());
      own.answer(() -> "own");
      assertEquals("own", other.read());
      own.answer(() -> fail("answered twice"));
      other.send("1 a\n");
      awaitAsked(1);
      onLoop(() -> service.reply("a"));
      assertEquals("A", other.read());
      assertEquals(List.of(ScriptedService.FAULT), List.copyOf(errors));
      errors.clear();
    }
  }

  @Test
  void shouldAnswerWhatAnotherThreadFailsToComplete() throws IOException {
    try (Client client = new Client()) {
      client.send("1 later\n");
      awaitLater()
          .answer(
              () -> {
                throw ScriptedService.FAULT;
              });
      assertEquals("FAULT", client.read());
      assertEquals(List.of(ScriptedService.FAULT), List.copyOf(errors));
      errors.clear();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1 forget", "2 later", "1 complete-asked", "0 a"})
  void shouldAnswerForADispatchThatNothingWouldEverAnswer(final String line) throws IOException {
    try (Client client = new Client()) {
      client.send(line + "\n");
      assertEquals("FAULT bye", client.read());
      assertEquals(1, errors.size());
      errors.clear();
    }
  }

  @Test
  void shouldEndTheConnectionWhoseResponseCannotBeWritten() throws IOException {
    try (Client client = new Client();
        Client other = new Client()) {
      other.send("1 a\n");
      awaitAsked(1);
      client.send("1 unwritable\n1 b\n");
      assertNull(client.read());
      assertEquals(1, errors.size());
      errors.clear();
      onLoop(() -> service.reply("a"));
      assertEquals("A", other.read());
      Await.until("closed", () -> port.counters().connectionsOpen() == 1);
    }
  }
}
