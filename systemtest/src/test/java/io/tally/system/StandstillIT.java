package io.tally.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A process that is stopped for longer than its clients wait. Alone, because its deadlines are half
 * a second and one second.
 */
@Timeout(120)
@Tag("alone")
@Tag("default-jdk")
class StandstillIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void shouldCountAKeyOnceThatLayUnreadInAStoppedProcess() throws IOException {
    try (TallyJar node =
        TallyJar.small()
            .start("--node-count=1", "--request-timeout=500ms", "--idempotency-window=1s")) {
      final int port = node.awaitReady().httpPort();
      try (HttpConnection open = answered(port, HttpConnection.increment("late", 1, "a"));
          HttpConnection pipelined = answered(port, HttpConnection.get("other"))) {
        node.child().signal("STOP");
        open.send(HttpConnection.increment("late", 1, "a"));
        open.flush();
        for (int i = 0; i < 10; i++) {
          pipelined.send(HttpConnection.increment("other"));
        }
        pipelined.flush();
        try (HttpConnection waiting = new HttpConnection(port, SOON)) {
          waiting.send(HttpConnection.increment("late", 1, "a"));
          waiting.flush();
          final long startNs = System.nanoTime();
          Await.until(
              "the window passed", SOON, () -> System.nanoTime() - startNs > 4_000_000_000L);
          node.child().signal("CONT");
          assertRefused(open.read());
          assertRefused(pipelined.read());
          assertRefused(waiting.read());
        }
      }
      assertEquals(1, read(port, "late"));
      assertEquals(0, read(port, "other"));
    }
  }

  /** More sockets than a few polls report, unless each reports all. */
  @Test
  void shouldRefuseWhatWaitedInHoweverManySockets() throws IOException {
    final int count = 13_000;
    final List<SocketChannel> clients = new ArrayList<>();
    try (TallyJar node =
        TallyJar.small()
            .jvm("-Xmx1g")
            .descriptors(16_384)
            .start(
                "--node-count=1", "--loops=1", "--max-connections=16000", "--request-timeout=1s")) {
      final int port = node.awaitReady().httpPort();
      for (int i = 0; i < count; i++) {
        clients.add(SocketChannel.open(new InetSocketAddress("127.0.0.1", port)));
      }
      final String opened = "tally_http_connections";
      Await.until(
          "all are accepted",
          SOON,
          () -> node.metrics().value(opened) == count,
          node.child()::picture);
      node.child().signal("STOP");
      for (final SocketChannel client : clients) {
        client.write(ByteBuffer.wrap(HttpConnection.increment("late")));
      }
      final long startNs = System.nanoTime();
      Await.until("the timeout passed", SOON, () -> System.nanoTime() - startNs > 2_000_000_000L);
      node.child().signal("CONT");
      final ByteBuffer status = ByteBuffer.allocate(12);
      for (final SocketChannel client : clients) {
        status.clear();
        while (status.hasRemaining() && client.read(status) >= 0) {
          // The rest of the answer tells no more.
        }
        assertEquals("HTTP/1.1 503", new String(status.array(), 0, status.position(), US_ASCII));
      }
      assertEquals(0, read(port, "late"));
    } finally {
      CloseHelper.quietCloseAll(clients);
    }
  }

  /** A connection whose first request was answered: on a busy machine some are refused as late. */
  private static HttpConnection answered(final int port, final byte[] request) {
    final AtomicReference<HttpConnection> answered = new AtomicReference<>();
    Await.until(
        "an answer",
        SOON,
        () -> {
          final HttpConnection connection = new HttpConnection(port, SOON);
          if (connection.call(request).status() == 200) {
            answered.set(connection);
            return true;
          }
          connection.close();
          return false;
        });
    return answered.get();
  }

  private static long read(final int port, final String counterId) throws IOException {
    try (HttpConnection connection = answered(port, HttpConnection.get("any"))) {
      return connection.call(HttpConnection.get(counterId)).value();
    }
  }

  private static void assertRefused(final Answer answer) {
    assertEquals(503, answer.status(), answer::toString);
    assertTrue(answer.isNotApplied(), answer::toString);
    assertTrue(answer.closes(), answer::toString);
  }
}
