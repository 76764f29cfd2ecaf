package io.tally.edge.line;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.EdgeSettings;
import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.EdgePort;
import io.tally.edge.internal.EventLoops;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Responses that go on, in a protocol of which the edge knows nothing, with a given clock. */
@Timeout(60)
class StreamTest {
  private static final int MAX_STREAMS = 3;
  private static final int LONG_LINE = 8_000;
  private static final long STALL_NS = EdgeSettings.DEFAULTS.writeStallNs();

  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final CachedNanoClock clock = new CachedNanoClock();
  private final ScriptedService service = new ScriptedService();
  private final LineProtocol protocol = new LineProtocol(service);
  private final EventLoops loops = EventLoops.launch(1, clock, errors::add);
  private final EdgePort port =
      new EdgePort(loops, "127.0.0.1", 0, EdgeSettings.DEFAULTS.withStreams(MAX_STREAMS));

  StreamTest() {
    port.accept(loop -> protocol, () -> TimeUnit.MINUTES.toNanos(1), failure -> {});
  }

  @AfterEach
  void close() {
    port.close();
    loops.close();
    assertEquals(List.of(), errors);
    assertEquals(0, port.counters().connectionsOpen());
    assertEquals(0, port.counters().streamsOpen());
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  /** One connection, line by line. */
  private final class Client implements AutoCloseable {
    private final Socket socket = new Socket();
    private final BufferedReader in;

    Client() throws IOException {
      socket.setReceiveBufferSize(4_096);
      socket.setSoTimeout(10_000);
      socket.connect(new InetSocketAddress("127.0.0.1", port.port()));
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    }

    Client send(final String lines) throws IOException {
      socket.getOutputStream().write(lines.getBytes(US_ASCII));
      return this;
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

  private LineStream awaitStream() {
    final LineStream[] taken = new LineStream[1];
    Await.until("a stream", () -> (taken[0] = service.takeStream()) != null);
    return taken[0];
  }

  private LineStream begin(final Client client) throws IOException {
    client.send("1 stream\n");
    final LineStream stream = awaitStream();
    assertEquals("begin bye", client.read());
    return stream;
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

  private void pass(final long durationNs) {
    onLoop(() -> clock.advance(durationNs));
  }

  private void awaitEnd(final LineStream stream) {
    Await.until("the end of the stream", () -> stream.ended() > 0);
    onLoop(() -> {});
    assertEquals(1, stream.ended());
    assertEquals(0, port.counters().streamsOpen());
  }

  @Test
  void shouldSendPiecesAsTheyCome() throws IOException {
    try (Client client = new Client()) {
      final LineStream stream = begin(client);
      assertEquals(1, port.counters().streamsOpen());
      for (int i = 0; i < 3; i++) {
        final String line = "line " + i;
        onLoop(() -> stream.tell(line));
        assertEquals(line, client.read());
      }
      stream.tellLater("from elsewhere");
      assertEquals("from elsewhere", client.read());
    }
  }

  @Test
  void shouldSendItsHeadInTheOrderOfRequestsAndLookAtNothingBehindIt() throws IOException {
    try (Client client = new Client()) {
      client.send("1 a\n1 stream\n1 b\n1 stream\n");
      final LineStream stream = awaitStream();
      onLoop(() -> stream.tell("first"));
      assertEquals(0, protocol.written());
      assertEquals(0, stream.written(), "asked for when its head is written");
      onLoop(() -> service.reply("a"));
      assertEquals("A", client.read());
      assertEquals("begin bye", client.read());
      assertEquals("first", client.read());
      client.send("1 c\n");
      onLoop(() -> stream.tell("second"));
      assertEquals("second", client.read());
      assertEquals(0, service.askedCount());
      assertNull(service.takeStream());
    }
  }

  @Test
  void shouldKeepOnePieceForASlowReaderAndHoldUpNobody() throws IOException {
    try (Client slow = new Client();
        Client other = new Client()) {
      final LineStream stream = begin(slow);
      final String filler = "x".repeat(LONG_LINE);
      int told = 0;
      int writtenBefore = -1;
      while (stream.written() > writtenBefore || told < 20) {
        writtenBefore = told % 20 == 0 ? stream.written() : writtenBefore;
        final String line = told++ + " " + filler;
        onLoop(() -> stream.tell(line));
      }
      final int taken = stream.written();
      for (int i = 0; i < 1_000; i++) {
        final String line = told++ + " " + filler;
        onLoop(() -> stream.tell(line));
      }
      assertEquals(taken, stream.written(), "not asked while a piece is on its way");
      assertTrue(
          port.counters().clientBytes(0) < 4 * LONG_LINE,
          () -> port.counters().clientBytes(0) + " bytes are kept");
      other.send("1 a\n");
      Await.until("asked", () -> service.askedCount() == 1);
      onLoop(() -> service.reply("a"));
      assertEquals("A", other.read());

      String line = slow.read();
      int read = 1;
      final String latest = told - 1 + " " + filler;
      while (!line.equals(latest)) {
        line = slow.read();
        read++;
      }
      assertEquals(taken + 1, read, "the latest follows what had been written");
    }
  }

  @Test
  void shouldGiveUpAReaderThatTakesNothingForTooLong() throws IOException {
    try (Client slow = new Client()) {
      final LineStream stream = begin(slow);
      final String filler = "x".repeat(LONG_LINE);
      for (int i = 0; i < 1_000; i++) {
        onLoop(() -> stream.tell(filler));
      }
      for (int i = 0; i < 16; i++) {
        pass(STALL_NS / 8);
      }
      awaitEnd(stream);
    }
  }

  @Test
  void shouldNotEndByTheTimesOfRequestsAndIdleConnections() throws IOException {
    try (Client client = new Client()) {
      final LineStream stream = begin(client);
      for (int i = 0; i < 10; i++) {
        pass(EdgeSettings.DEFAULTS.idleTimeoutNs());
      }
      onLoop(() -> stream.tell("still here"));
      assertEquals("still here", client.read());
      assertEquals(0, stream.ended());
    }
  }

  @Test
  void shouldAskWhenItsTimeHasComeToo() throws IOException {
    try (Client client = new Client()) {
      final LineStream stream = begin(client);
      onLoop(
          () -> {
            stream.every(TimeUnit.SECONDS.toNanos(1));
            stream.tell("first");
          });
      assertEquals("first", client.read());
      pass(TimeUnit.MILLISECONDS.toNanos(900));
      assertEquals(1, stream.written());
      pass(TimeUnit.MILLISECONDS.toNanos(120));
      assertEquals("again", client.read());
      assertEquals(2, stream.written());
    }
  }

  @Test
  void shouldGiveEverythingBackWhenTheClientCloses() throws IOException {
    final Client reset = new Client();
    final LineStream first = begin(reset);
    onLoop(() -> {});
    assertTrue(port.counters().clientBytes(0) >= LineStream.HELD_BYTES);
    reset.reset();
    awaitEnd(first);
    final Client closed = new Client();
    final LineStream second = begin(closed);
    closed.close();
    awaitEnd(second);
    Await.until("closed", () -> port.counters().connectionsOpen() == 0);
    assertEquals(0, port.counters().clientBytes(0));
    first.tellLater("to nobody");
    onLoop(() -> {});
    assertEquals(0, first.written());
  }

  @Test
  void shouldGiveEverythingBackWhenTheClientClosesBeforeTheHeadIsWritten() throws IOException {
    final Client client = new Client();
    client.send("1 a\n1 stream\n");
    final LineStream stream = awaitStream();
    client.reset();
    awaitEnd(stream);
    onLoop(() -> service.reply("a"));
    assertEquals(1, port.counters().responsesDropped());
  }

  @Test
  void shouldEndWhenTheClientEndsItsSideButOweItTheResponsesBefore() throws IOException {
    try (Client client = new Client()) {
      client.send("1 a\n1 stream\n");
      final LineStream stream = awaitStream();
      client.socket.shutdownOutput();
      awaitEnd(stream);
      onLoop(() -> service.reply("a"));
      assertEquals("A", client.read());
      assertEquals("begin bye", client.read());
      assertNull(client.read());
    }
  }

  @Test
  void shouldEndByItselfWithALastPieceOrWithoutOne() throws IOException {
    try (Client client = new Client()) {
      final LineStream stream = begin(client);
      onLoop(() -> stream.tellLast("last"));
      assertEquals("last", client.read());
      assertNull(client.read());
      awaitEnd(stream);
    }
    try (Client client = new Client()) {
      final LineStream stream = begin(client);
      onLoop(stream::finish);
      assertNull(client.read());
      awaitEnd(stream);
    }
  }

  @Test
  void shouldRefuseAStreamBeyondTheLimitUntilAnotherHasEnded() throws IOException {
    final List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < MAX_STREAMS; i++) {
        clients.add(new Client());
        begin(clients.get(i));
      }
      try (Client beyond = new Client()) {
        beyond.send("1 stream\n");
        assertEquals("STREAMS", beyond.read());
        assertEquals(1, port.counters().streamsRefused());
        beyond.send("1 a\n");
        Await.until("asked", () -> service.askedCount() == 1);
        onLoop(() -> service.reply("a"));
        assertEquals("A", beyond.read());
        assertNotNull(service.takeStream());
        clients.remove(0).close();
        Await.until("ended", () -> port.counters().streamsOpen() < MAX_STREAMS);
        begin(beyond);
      }
    } finally {
      for (final Client client : clients) {
        client.close();
      }
    }
  }

  @Test
  void shouldEndStreamsFirstOfAllAtAStop() throws IOException {
    try (Client client = new Client();
        Client slow = new Client();
        Client asking = new Client()) {
      final LineStream stream = begin(client);
      final LineStream stalled = begin(slow);
      for (int i = 0; i < 1_000; i++) {
        onLoop(() -> stalled.tell("x".repeat(LONG_LINE)));
      }
      asking.send("1 a\n");
      Await.until("asked", () -> service.askedCount() == 1);
      port.startDrain();
      assertNull(client.read());
      awaitEnd(stream);
      awaitEnd(stalled);
      Await.until("closed", () -> port.counters().connectionsOpen() == 1);
      try (Client late = new Client()) {
        late.send("1 stream\n");
        assertEquals("DRAINING bye", late.read());
      }
      onLoop(() -> service.reply("a"));
      assertEquals("A bye", asking.read());
    }
  }

  @Test
  void shouldEndAStreamThatThrows() throws IOException {
    try (Client client = new Client()) {
      final LineStream stream = begin(client);
      onLoop(() -> stream.fail(ScriptedService.FAULT));
      assertNull(client.read());
      awaitEnd(stream);
    }
    try (Client client = new Client()) {
      final LineStream stream = begin(client);
      stream.throwLater(ScriptedService.FAULT);
      assertNull(client.read());
      awaitEnd(stream);
    }
    assertEquals(List.of(ScriptedService.FAULT, ScriptedService.FAULT), errors);
    errors.clear();
  }
}
