package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.CountingLeakDetector;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Faults of our own: what handles a request, or ends a connection, throws. */
@Timeout(60)
class HttpFaultTest {
  private static final int SLOTS = 4;
  private static final String PATH = "/counter/c/increment";
  private static final IllegalStateException FAULT = new IllegalStateException("injected");

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private static TestServer server() {
    return new TestServer(
        settings ->
            settings
                .maxRequests(SLOTS)
                .cluster(
                    () -> {
                      throw FAULT;
                    }));
  }

  private static void assertFaults(final TestServer server, final int count) {
    assertEquals(Collections.nCopies(count, FAULT), server.errors);
    server.errors.clear();
  }

  @Test
  void shouldAnswerWhatItsHandlerFailedOnAndTakeNoPlaceForIt() throws IOException {
    try (TestServer server = server()) {
      for (int i = 0; i < 3 * SLOTS; i++) {
        try (RawClient client = server.connect()) {
          final Response response =
              client.exchange(RawClient.get("/livez") + RawClient.get("/cluster"));
          assertEquals(200, response.status());
          final Response failed = client.read();
          assertEquals(500, failed.status());
          assertEquals("close", failed.header("Connection"));
        }
      }
      assertFaults(server, 3 * SLOTS);
      try (RawClient modest = server.connect()) {
        assertEquals(200, modest.exchange(RawClient.post(PATH, "")).status());
      }
    }
  }

  @Test
  void shouldAnswerOnceWhatIsAnsweredAfterItsHandlerFailed() throws IOException {
    try (TestServer server = server();
        RawClient client = server.connect()) {
      server.counters.hold();
      server.counters.failWith(FAULT);
      final Response response = client.exchange(RawClient.post(PATH, ""));
      assertEquals(500, response.status());
      assertTrue(response.body().contains("\"outcome\":\"unknown\""), response::body);
      server.onLoop(server.counters::releaseBackwards);
      server.awaitLoop();
      assertFaults(server, 1);
      assertTrue(client.isClosed());
    }
  }

  @Test
  void shouldEndOneAfterTheOtherWhoseEndFails() throws IOException {
    final AtomicBoolean failing = new AtomicBoolean();
    try (TestServer server =
            new TestServer(
                context ->
                    context
                        .headDeadlineNs(TimeUnit.MILLISECONDS.toNanos(100))
                        .epochClock(
                            () -> {
                              if (failing.get()) {
                                throw FAULT;
                              }
                              return 0;
                            }));
        RawClient first = server.connect();
        RawClient second = server.connect()) {
      failing.set(true);
      first.send("GET / HTTP/1.1\r\n");
      second.send("GET / HTTP/1.1\r\n");
      assertTrue(first.isClosed());
      assertTrue(second.isClosed());
      assertFaults(server, 2);
    }
  }
}
