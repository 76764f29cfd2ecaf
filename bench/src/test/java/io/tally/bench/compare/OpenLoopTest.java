package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenLoopTest {
  private static final long DEADLINE_NS = 60_000_000_000L;
  private static final int SECONDS = 1;
  private static final int RATE = 1_000;

  /** Reads the requests of one connection and says what becomes of the n-th; null closes it. */
  private interface Script {
    String answer(int number);
  }

  private static final class ScriptedServer implements Closeable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger seen = new AtomicInteger();

    ScriptedServer(final Script script) throws IOException {
      start(
          () -> {
            while (true) {
              final Socket connection = socket.accept();
              start(() -> serve(connection, script));
            }
          });
    }

    private interface Work {
      void run() throws IOException;
    }

    private static void start(final Work work) {
      final Thread thread =
          new Thread(
              () -> {
                try {
                  work.run();
                } catch (final IOException closed) {
                  Thread.currentThread().interrupt();
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    private void serve(final Socket connection, final Script script) throws IOException {
      try (connection) {
        final InputStream in = new BufferedInputStream(connection.getInputStream());
        for (int number = 0; ; number++) {
          while (!HttpAnswers.line(in).isEmpty()) {
            assertTrue(connection.isConnected());
          }
          seen.incrementAndGet();
          final String answer = script.answer(number);
          if (answer == null) {
            return;
          }
          connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        }
      }
    }

    Server server() {
      return new Server(Contestant.ONE_NODE, Server.Protocol.TALLY, socket.getLocalPort(), 0);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void shouldTellWhatBecameOfEveryRequest() throws Exception {
    try (ScriptedServer scripted =
        new ScriptedServer(
            number -> number == 50 ? null : answer(List.of(200, 200, 503, 504).get(number % 4)))) {
      final Timeline.Span all = run(scripted, 4, 64);
      assertEquals(RATE * SECONDS, all.offered);
      assertEquals(all.offered, all.unsent + all.good + all.refused + all.unknown + all.lost);
      assertEquals(0, all.late);
      assertEquals(all.good, all.latency.getTotalCount());
      assertTrue(all.good > 0 && all.refused > 0, () -> all.good + " " + all.refused);
      assertTrue(all.unknown > 0 && all.lost > 0, () -> all.unknown + " " + all.lost);
      assertTrue(scripted.seen.get() <= all.offered - all.unsent);
      assertTrue(scripted.seen.get() >= all.good + all.refused);
    }
  }

  @Test
  void shouldNotSendWhatIsMoreThanAConnectionMayHaveOpen() throws Exception {
    try (ScriptedServer silent = new ScriptedServer(number -> "")) {
      final Timeline.Span all = run(silent, 2, 3);
      assertEquals(2 * 3, all.lost);
      assertEquals(RATE * SECONDS - 2 * 3, all.unsent);
    }
  }

  @Test
  void shouldFailASteadyRunWhoseAnswersAreNotAll200() throws Exception {
    try (ScriptedServer refusing = new ScriptedServer(number -> answer(number == 5 ? 503 : 200))) {
      assertThrows(
          IOException.class, () -> SteadyRate.run(refusing.server(), Ids.HOT, 1, RATE, SECONDS));
    }
    try (ScriptedServer serving = new ScriptedServer(number -> answer(200))) {
      final SteadyRate run = SteadyRate.run(serving.server(), Ids.HOT, 4, RATE, SECONDS);
      assertEquals(RATE * SECONDS, run.latency().getTotalCount());
    }
  }

  private static Timeline.Span run(
      final ScriptedServer scripted, final int connections, final int depth)
      throws IOException, InterruptedException {
    final Timeline timeline = new Timeline(SECONDS, DEADLINE_NS);
    OpenLoop.run(
        scripted.server(),
        new OpenLoop.Load(
            Ids.MANY, connections, depth, 0, List.of(new OpenLoop.Phase(RATE, SECONDS))),
        timeline);
    return timeline.sum(0, SECONDS);
  }

  private static String answer(final int status) {
    return "HTTP/1.1 " + status + " Some\r\ncontent-length: 2\r\n\r\n{}";
  }
}
