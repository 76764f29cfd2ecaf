package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.WatchLoss;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.ClusterView;
import io.tally.http.internal.HttpCounters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Server-sent events, with a given clock. */
@Timeout(60)
class EventStreamTest {
  private static final String STREAM = "text/event-stream";
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Streams are asked at times up to so much later than they want, several together. */
  private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final CachedNanoClock clock = new CachedNanoClock();
  private final List<Toy> toys = new ArrayList<>();

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  /** Tells of letters, one in each slot. On the loop only. */
  private static final class Toy implements Events {
    private final String[] letters;
    private final boolean[] ready;
    private final boolean[] changed;
    private EventStream stream;
    private String lastEventId;
    private int ended;

    Toy(final int slots) {
      letters = new String[slots];
      ready = new boolean[slots];
      changed = new boolean[slots];
    }

    void tell(final int slot, final String letter) {
      letters[slot] = letter;
      changed[slot] = true;
      offer(slot);
    }

    private void offer(final int slot) {
      if (ready[slot] && changed[slot]) {
        ready[slot] = false;
        changed[slot] = false;
        stream.send(slot);
      }
    }

    @Override
    public void onReady(final int slot) {
      ready[slot] = true;
      offer(slot);
    }

    @Override
    public void write(final int slot, final long nowNs, final EventWriter out) {
      out.put("id: ".getBytes(UTF_8)).tag(0x2a, slot);
      out.put(("\ndata: " + letters[slot] + " ").getBytes(UTF_8)).number(-slot);
      out.escaped("\"\\".getBytes(UTF_8)).put("\n".getBytes(UTF_8));
    }

    @Override
    public long heldBytes() {
      return 1_000;
    }

    @Override
    public void onEnd() {
      ended++;
    }
  }

  private TestServer launch(final Consumer<ServerSettings> settings) {
    final Endpoint row =
        Endpoint.get("/letters", "letters")
            .calls(EventStreamTest::answer)
            .answers(
                (buffer, offset, length, exchange) -> true,
                AnswerShape.json(ScriptedCounters.ID, "value"),
                AnswerShape.text())
            .streams(this::stream);
    return new TestServer(
        wanted -> {
          wanted.rows(row);
          settings.accept(wanted);
        },
        false,
        clock);
  }

  private TestServer launch() {
    return launch(settings -> {});
  }

  private static void answer(final Request request, final HttpExchange exchange) {
    exchange.answer(Page.form("7"));
  }

  private void stream(final Request request, final HttpExchange exchange) {
    final Toy toy = new Toy(3);
    toy.lastEventId = request.lastEventId();
    toy.stream = exchange.stream(toy, 3, INTERVAL_NS);
    if (toy.stream != null) {
      toys.add(toy);
      for (int slot = 0; slot < 3; slot++) {
        toy.onReady(slot);
      }
    }
  }

  private static String get(final String accept) {
    return "GET /letters HTTP/1.1\r\nHost: t\r\nAccept: " + accept + "\r\n\r\n";
  }

  /** Begins a stream, and reads up to its first event. */
  private Toy begin(final TestServer server, final RawClient client) throws IOException {
    final int before = toys.size();
    assertEquals(200, client.exchange(get(STREAM)).status());
    readLines(client, "retry: 1000", "");
    server.awaitLoop();
    return toys.get(before);
  }

  private static void readLines(final RawClient client, final String... expected)
      throws IOException {
    for (final String line : expected) {
      assertEquals(line, client.textLine());
    }
  }

  private static String[] event(final int slot, final String letter) {
    return new String[] {
      "id: 2a-" + slot, "data: " + letter + " " + (slot == 0 ? "0" : "-" + slot) + "\\\"\\\\", ""
    };
  }

  @Test
  void shouldBeginWithItsHeadersAndTellWhatChanges() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      final Response head = client.exchange(get(STREAM));
      assertEquals(STREAM, head.header("Content-Type"));
      assertEquals("no-store", head.header("Cache-Control"));
      assertEquals("Accept", head.header("Vary"));
      assertEquals("close", head.header("Connection"));
      assertNull(head.header("Content-Length"));
      assertNull(head.header("Transfer-Encoding"));
      readLines(client, "retry: 1000", "");
      server.onLoop(() -> toys.get(0).tell(1, "a"));
      readLines(client, event(1, "a"));
      assertEquals(1, server.edge.counters().streamsOpen());
      assertEquals(1, server.http.counters().responses(200));
    }
    assertEquals(1, toys.get(0).ended);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/event-stream | events",
        "TEXT/Event-Stream | events",
        "text/event-stream, application/json;q=0.9 | events",
        "text/event-stream;q=0.9, application/json | json",
        "*/* | json",
        "text/* | text",
        "application/json, text/event-stream | json",
        "text/event-stream;q=0 | none",
        "image/png | none",
      })
  void shouldServeOnePathInTheFormThatIsAccepted(final String accept, final String form)
      throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      final Response response = client.exchange(get(accept));
      assertEquals(form.equals("none") ? 406 : 200, response.status());
      assertEquals("Accept", response.header("Vary"));
      assertEquals(form.equals("events"), STREAM.equals(response.header("Content-Type")));
      if (form.equals("none")) {
        assertTrue(
            response.body().contains("application/json or text/plain or text/event-stream"),
            response::body);
      }
    }
  }

  @Test
  void shouldAnswerHeadWithTheHeadersOnlyAndGoOn() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      client.send(get(STREAM).replace("GET", "HEAD"));
      final Response head = client.read(true);
      assertEquals(200, head.status());
      assertEquals(STREAM, head.header("Content-Type"));
      assertNull(head.header("Content-Length"));
      assertEquals("{\"live\":true}\n", client.exchange(RawClient.get("/livez")).body());
      assertEquals(List.of(), toys);
    }
  }

  @Test
  void shouldStreamToOldClientsToo() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      client.send("GET /letters HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n");
      assertEquals("close", client.read(true).header("Connection"));
      readLines(client, "retry: 1000", "");
    }
  }

  @Test
  void shouldTellTheLatestOnceInAnInterval() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      final Toy toy = begin(server, client);
      server.onLoop(() -> toy.tell(0, "a"));
      readLines(client, event(0, "a"));
      server.onLoop(() -> toy.tell(0, "b"));
      server.onLoop(() -> toy.tell(0, "c"));
      server.onLoop(() -> toy.tell(1, "x"));
      // Another slot has its own interval.
      readLines(client, event(1, "x"));
      server.pass(clock, INTERVAL_NS - 1);
      server.onLoop(() -> toy.tell(2, "y"));
      readLines(client, event(2, "y"));
      server.pass(clock, LATE_NS);
      readLines(client, event(0, "c"));
      server.pass(clock, 5 * INTERVAL_NS);
      server.onLoop(() -> toy.tell(0, "d"));
      readLines(client, event(0, "d"));
    }
  }

  @Test
  void shouldSendACommentWhereNothingElseIsToBeSaid() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      final Toy toy = begin(server, client);
      for (int i = 0; i < 3; i++) {
        server.pass(clock, TimeUnit.SECONDS.toNanos(15) + LATE_NS);
        readLines(client, ":", "");
      }
      server.onLoop(() -> toy.tell(0, "a"));
      readLines(client, event(0, "a"));
      server.pass(clock, TimeUnit.SECONDS.toNanos(14));
      server.onLoop(() -> toy.tell(0, "b"));
      readLines(client, event(0, "b"));
    }
  }

  @Test
  void shouldEndWithAProblemWhenItCanTellNoMore() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect()) {
      final Toy toy = begin(server, client);
      server.onLoop(
          () -> {
            toy.tell(0, "not said any more");
            toy.stream.lost(WatchLoss.NO_OWNER, ScriptedCounters.ID, "a\"b".getBytes(UTF_8));
            toy.stream.lost(WatchLoss.BUSY, ScriptedCounters.ID, "c".getBytes(UTF_8));
          });
      readLines(
          client,
          "event: problem",
          "data: {\"type\":\"/problems/no-owner\",\"title\":\"No owner\",\"status\":503,"
              + "\"detail\":\"the node that owns this id is away\",\"counter_id\":\"a\\\"b\"}",
          "");
      assertTrue(client.isClosed());
      Await.until("ended", () -> server.edge.counters().streamsOpen() == 0);
      assertEquals(1, toy.ended);
    }
  }

  @Test
  void shouldRefuseAStreamBeyondTheLimit() throws IOException {
    try (TestServer server = launch(settings -> settings.maxStreams(1));
        RawClient client = server.connect();
        RawClient beyond = server.connect()) {
      begin(server, client);
      final Response refused = beyond.exchange(get(STREAM));
      assertEquals(503, refused.status());
      assertEquals("1", refused.header("Retry-After"));
      assertTrue(refused.body().contains("as many event streams as it may"), refused::body);
      assertFalse(refused.body().contains("outcome"), refused::body);
      assertEquals(200, beyond.exchange(get("*/*")).status());
      assertEquals(1, server.edge.counters().streamsRefused());
      final int reason = server.http.counters().busyReasons().indexOf("streams");
      assertEquals(1, server.http.counters().busy(reason));
    }
  }

  @Test
  void shouldKnowWhatAClientHasSeen() throws IOException {
    try (TestServer server = launch();
        RawClient client = server.connect();
        RawClient again = server.connect()) {
      assertEquals("", begin(server, client).lastEventId);
      again.exchange(get(STREAM + "\r\nLast-Event-ID: 2a-1f"));
      readLines(again, "retry: 1000", "");
      server.awaitLoop();
      final String lastEventId = toys.get(1).lastEventId;
      assertTrue(EventStream.isSeen(lastEventId, 42, 31));
      assertFalse(EventStream.isSeen(lastEventId, 42, 32));
      assertFalse(EventStream.isSeen("", 0, 0));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id=a | a",
        "id=a&id=b&&id=a& | a,b,a",
        "id=a%2Fb+c%2Bd | a/b c+d",
        "id=%C3%A9 | \u00E9",
        "'' | ''",
        "& | ''",
        "id= | 400 id is empty",
        "id | 400 id is empty",
        "ids=a | 400 not known here",
        "id=a&x=1 | 400 not known here",
        "id=%zz | 400 has a %",
        "id=%C3 | 400 not valid UTF-8",
        "id=.. | 400 is . or ..",
        "id=a&id=b&id=c&id=d | 413 more than 3 times",
      })
  void shouldReadTheIdsOfAQuery(final String query, final String expected) throws IOException {
    final List<String> ids = new ArrayList<>();
    final Endpoint row =
        Endpoint.get("/named", "")
            .queryItems(ScriptedCounters.ID, "id", 3)
            .calls(
                (request, exchange) -> {
                  final ItemList items = request.items();
                  for (int i = 0; i < items.count(); i++) {
                    final int length = items.idLength(i);
                    ids.add(new String(items.ids(), items.idOffset(i), length, UTF_8));
                  }
                  exchange.answer(Page.text(""));
                });
    try (TestServer server = new TestServer(settings -> settings.rows(row));
        RawClient client = server.connect()) {
      final Response response = client.exchange(RawClient.get("/named?" + query));
      if (response.status() == 200) {
        assertEquals(expected, String.join(",", ids));
      } else {
        assertTrue(expected.startsWith(response.status() + " "), response::body);
        assertTrue(response.body().contains(expected.substring(4)), response::body);
        assertFalse(response.body().contains("counter_id\""), response::body);
      }
    }
  }

  @Test
  void shouldTellOfTheClusterOnceASecondAndSampleForAllWhoLook() throws IOException {
    final int[] samples = {0};
    final ClusterView view =
        new ClusterView() {
          @Override
          public String state() {
            return "{}";
          }

          @Override
          public String stateWith(final byte[] id) {
            return "{\"of\":\"" + new String(id, UTF_8) + "\"}";
          }

          @Override
          public Supplier<String> samples(final HttpCounters counters) {
            assertTrue(counters.responses(200) >= 0);
            return () -> "{\"sample\":" + samples[0]++ + "}";
          }
        };
    try (TestServer server = launch(settings -> settings.cluster(view));
        RawClient client = server.connect();
        RawClient other = server.connect();
        RawClient page = server.connect()) {
      final String look = get(STREAM).replace("/letters", "/cluster");
      client.exchange(look);
      readLines(client, "retry: 1000", "", "data: {\"sample\":0}", "");
      server.pass(clock, TimeUnit.MILLISECONDS.toNanos(500));
      other.exchange(look);
      readLines(other, "retry: 1000", "", "data: {\"sample\":0}", "");
      server.pass(clock, TimeUnit.MILLISECONDS.toNanos(500) + LATE_NS);
      readLines(client, "data: {\"sample\":1}", "");
      server.pass(clock, TimeUnit.MILLISECONDS.toNanos(500));
      readLines(other, "data: {\"sample\":1}", "");
      final Response state = page.exchange(RawClient.get("/cluster"));
      assertEquals("{}\n", state.body());
      assertEquals("Accept", state.header("Vary"));
      assertEquals("no-store", state.header("Cache-Control"));
      assertEquals("{\"of\":\"a b\"}\n", page.exchange(RawClient.get("/cluster?id=a+b")).body());
      assertEquals(400, page.exchange(RawClient.get("/cluster?id=")).status());
      assertEquals(413, page.exchange(RawClient.get("/cluster?id=a&id=b")).status());
      assertEquals(2, samples[0]);
    }
  }
}
