package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that is stopped for longer than its clients wait. */
@Timeout(120)
class StandstillIT {
  private static final Duration SOON = Duration.ofSeconds(15);

  @Test
  void shouldCountAKeyOnceThatLayUnreadInAStoppedProcess() throws IOException {
    try (TallyJar node =
        TallyJar.small()
            .start("--node-count=1", "--request-timeout=300ms", "--idempotency-window=1s")) {
      final int port = node.awaitReady().httpPort();
      try (HttpConnection open = new HttpConnection(port, SOON);
          HttpConnection pipelined = new HttpConnection(port, SOON)) {
        assertEquals(1, open.call(HttpConnection.increment("late", 1, "a")).value());
        assertEquals(0, pipelined.call(HttpConnection.get("other")).value());
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
              "the window passed", SOON, () -> System.nanoTime() - startNs > 3_000_000_000L);
          node.child().signal("CONT");
          assertRefused(open.read());
          assertRefused(pipelined.read());
          assertRefused(waiting.read());
        }
      }
      Await.until("it serves again", SOON, () -> Http.tryGet(port, "/readyz").statusCode() == 200);
      assertEquals(1, Http.read(port, "late"));
      assertEquals(0, Http.read(port, "other"));
    }
  }

  private static void assertRefused(final Answer answer) {
    assertEquals(503, answer.status(), answer::toString);
    assertTrue(answer.isNotApplied(), answer::toString);
    assertTrue(answer.closes(), answer::toString);
  }
}
