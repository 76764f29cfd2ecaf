package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@Tag("default-jdk")
class LifecycleIT {
  /** Shorter than the deadlines that a stop must not wait for. */
  private static final Duration SOON = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void shouldEndWithoutAFaultOnASignalAndTakeItsServerAlong(final String signal) {
    try (TallyJar demo = TallyJar.with().start("--transport=nats")) {
      demo.awaitReady();
      final long server = serverPid(demo);
      assertEquals(1, Http.increment(demo.httpPort(), "a"));
      demo.child().signal(signal);
      assertEquals(0, demo.child().awaitExit(SOON), demo.child()::picture);
      assertEquals(List.of(), demo.child().errors());
      assertTrue(demo.child().said("stopped"), demo.child()::picture);
      awaitGone(server);
    }
  }

  @Test
  void shouldTakeItsServerAlongWhenItIsKilled() {
    try (TallyJar demo = TallyJar.small().start("--transport=nats")) {
      demo.awaitReady();
      final long server = serverPid(demo);
      assertTrue(isRunning(server));
      demo.child().signal("KILL");
      assertEquals(128 + 9, demo.child().awaitExit(SOON));
      awaitGone(server);
    }
  }

  @Test
  void shouldStartItsServerAgainWhenThatEnds() {
    try (TallyJar demo = TallyJar.small().start("--transport=nats")) {
      demo.awaitReady();
      final int port = demo.httpPort();
      final List<String> ids = Placement.of(port, 64).countersOf("node-5", "restart-", 3);
      assertEquals(1, Http.increment(port, ids.get(0)));
      final long server = serverPid(demo);
      Child.signal("KILL", server);
      Await.until(
          "another node answers again",
          SOON,
          () -> Http.get(port, "/counter/" + ids.get(0)).statusCode() == 200,
          demo.child()::picture);
      assertEquals(1, Http.read(port, ids.get(0)));
      assertEquals(1, Http.increment(port, ids.get(1)));
      assertFalse(isRunning(server));
    }
  }

  @Test
  void shouldAnswerWhatIsUnderWayWhenItIsStopped() throws IOException {
    try (TallyJar demo = TallyJar.small().start("--transport=inprocess")) {
      demo.awaitReady();
      try (HttpConnection connection = new HttpConnection(demo.httpPort(), SOON)) {
        int counted = 0;
        boolean open = true;
        for (int batch = 0; open; batch++) {
          if (batch == 200) {
            demo.child().signal("TERM");
          }
          for (int i = 0; i < 16; i++) {
            connection.send(HttpConnection.increment("drain"));
          }
          for (int i = 0; open && i < 16; i++) {
            final Answer answer = i == 0 ? firstOf(connection) : connection.read();
            open = answer != null && !answer.closes();
            if (answer != null && answer.status() == 200) {
              assertEquals(++counted, answer.value());
            } else if (answer != null) {
              assertEquals(503, answer.status(), answer::toString);
              assertTrue(answer.isNotApplied(), answer::toString);
              assertTrue(answer.body().contains("draining"), answer::toString);
            }
          }
        }
        assertTrue(counted >= 200 * 16, "the connection was closed too early");
      }
      assertEquals(0, demo.child().awaitExit(SOON), demo.child()::picture);
    }
  }

  /** Null if the server closed the connection while it was idle. */
  private static Answer firstOf(final HttpConnection connection) {
    try {
      connection.flush();
      return connection.read();
    } catch (final IOException closed) {
      return null;
    }
  }

  @Test
  void shouldNotDrainForLongerThanItsLimit() throws IOException {
    try (TallyJar demo =
        TallyJar.small().start("--transport=nats", "--request-timeout=60s", "--drain-timeout=1s")) {
      demo.awaitReady();
      final long server = serverPid(demo);
      try (HttpConnection connection = waitForSilentServer(demo, server)) {
        demo.child().signal("TERM");
        assertEquals(0, demo.child().awaitExit(SOON), demo.child()::picture);
        final Answer answer = connection.read();
        assertEquals(504, answer.status(), answer.toString());
        assertTrue(answer.isUnknown(), answer.toString());
        awaitGone(server);
      } finally {
        kill(server);
      }
    }
  }

  @Test
  void shouldServeOnWhileItAnnouncesItsStop() throws IOException {
    try (TallyJar demo = TallyJar.small().start("--transport=inprocess", "--shutdown-delay=10s")) {
      final int port = demo.awaitReady().httpPort();
      try (HttpConnection kept = new HttpConnection(port, SOON)) {
        assertEquals(1, kept.call(HttpConnection.increment("a")).value());
        demo.child().signal("TERM");
        Await.until("not ready", SOON, () -> Http.tryGet(port, "/readyz").statusCode() == 503);
        assertEquals(503, Http.get(demo.metricsPort(), "/readyz").statusCode());
        assertEquals(0, demo.metrics().value("tally_ready"));
        assertEquals(1, demo.metrics().value("tally_draining"));
        final Answer last = kept.call(HttpConnection.increment("a"));
        assertEquals(2, last.value());
        assertTrue(last.closes(), last::toString);
      }
      try (HttpConnection fresh = new HttpConnection(port, SOON)) {
        final Answer answer = fresh.call(HttpConnection.increment("a"));
        assertEquals(3, answer.value());
        assertTrue(answer.closes(), answer::toString);
      }
      assertEquals(0, demo.child().awaitExit(SOON), demo.child()::picture);
    }
  }

  @Test
  void shouldCloseAConnectionThatIsIdleForAsLongAsItIsTold() throws IOException {
    try (TallyJar demo = TallyJar.small().start("--transport=inprocess", "--idle-timeout=1s")) {
      final int port = demo.awaitReady().httpPort();
      try (HttpConnection idle = new HttpConnection(port, SOON)) {
        assertEquals(1, idle.call(HttpConnection.increment("a")).value());
        assertThrows(EOFException.class, idle::read);
      }
    }
  }

  @Test
  void shouldEndAtOnceAtASecondSignal() throws IOException {
    try (TallyJar demo =
        TallyJar.small()
            .start("--transport=nats", "--request-timeout=60s", "--drain-timeout=60s")) {
      demo.awaitReady();
      final long server = serverPid(demo);
      try (HttpConnection connection = waitForSilentServer(demo, server)) {
        demo.child().signal("TERM");
        demo.awaitSaid("shutting down");
        // Two signals within 300 ms are one.
        final long startNs = System.nanoTime();
        Await.until(
            "time between two signals", SOON, () -> System.nanoTime() - startNs > 400_000_000L);
        assertTrue(demo.child().isAlive(), demo.child()::picture);
        demo.child().signal("TERM");
        assertEquals(128 + 15, demo.child().awaitExit(SOON), demo.child()::picture);
        awaitGone(server);
        assertEquals(0, connection.pendingBytes());
      } finally {
        kill(server);
      }
    }
  }

  /** A request that cannot be answered, because nats-server is stopped. */
  private static HttpConnection waitForSilentServer(final TallyJar demo, final long server)
      throws IOException {
    final String id = Placement.of(demo.httpPort(), 64).countersOf("node-3", "silent-", 1).get(0);
    final HttpConnection connection = new HttpConnection(demo.httpPort(), SOON);
    assertEquals(1, connection.call(HttpConnection.increment(id)).value());
    final long sent = demo.metrics().value("tally_link_commands_sent_total");
    Child.signal("STOP", server);
    connection.send(HttpConnection.increment(id));
    connection.flush();
    Await.until(
        "the command left",
        SOON,
        () -> demo.metrics().value("tally_link_commands_sent_total") > sent);
    return connection;
  }

  @Test
  void shouldRefuseNewCountersWhenMemoryIsFull() throws IOException {
    try (TallyJar demo =
        TallyJar.with().jvm("-Xmx76m").start("--transport=inprocess", TallyJar.LONG_REQUESTS)) {
      demo.awaitReady();
      final int max = Integer.parseInt(demo.logged("limits", "max_counters"));
      final String padding = "x".repeat(256 - 8);
      int refused = 0;
      int counted = 0;
      try (HttpConnection connection = new HttpConnection(demo.httpPort(), SOON)) {
        for (int next = 0; refused == 0 && next <= 2 * max; next += 64) {
          for (int i = 0; i < 64; i++) {
            connection.send(HttpConnection.increment(id(next + i, padding)));
          }
          connection.flush();
          for (int i = 0; i < 64; i++) {
            final Answer answer = connection.read();
            if (answer.status() == 200) {
              counted++;
            } else {
              refused++;
              assertRefusedForMemory(answer.status(), answer.body());
            }
          }
        }
        assertEquals(max, counted);
        assertEquals(max, demo.metrics().sum("tally_counters"));
        // Of the last 64, sent at once to many shards, any may have found the last places.
        for (int i = 0; i < max - 64; i += 97) {
          assertEquals(2, connection.call(HttpConnection.increment(id(i, padding))).value());
        }
        assertEquals(0, connection.call(HttpConnection.get("never-seen")).value());
        assertEquals(503, connection.call(HttpConnection.increment("never-seen")).status());
      }
      assertTrue(demo.child().isAlive());
      assertFalse(demo.child().said("OutOfMemory"), demo.child()::picture);
      assertEquals(List.of(), demo.child().errors());
    }
  }

  @Test
  void shouldKeepAsManyCountersAsItIsTold() {
    try (TallyJar demo = TallyJar.small().start("--transport=inprocess", "--max-counters=10")) {
      final int port = demo.awaitReady().httpPort();
      for (int i = 0; i < 10; i++) {
        assertEquals(1, Http.increment(port, "few-" + i));
      }
      final HttpResponse<String> refused = Http.post(port, "/counter/one-more/increment", "");
      assertRefusedForMemory(refused.statusCode(), refused.body());
      assertEquals("1", refused.headers().firstValue("retry-after").orElse(""));
      assertEquals(2, Http.increment(port, "few-7"));
      assertEquals(0, Http.read(port, "one-more"));
    }
  }

  private static void assertRefusedForMemory(final int status, final String body) {
    assertEquals(503, status, body);
    assertTrue(body.startsWith("{\"type\":\"/problems/memory-limit\""), body);
    assertTrue(body.contains("\"outcome\":\"not_applied\""), body);
  }

  private static String id(final int number, final String padding) {
    return String.format("%08d", number) + padding;
  }

  private static long serverPid(final TallyJar demo) {
    return Long.parseLong(demo.logged("started nats-server", "pid"));
  }

  private static boolean isRunning(final long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static void awaitGone(final long pid) {
    Await.until("nats-server is gone", SOON, () -> !isRunning(pid));
  }

  private static void kill(final long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }
}
