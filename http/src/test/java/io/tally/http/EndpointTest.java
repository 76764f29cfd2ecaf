package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.CountingLeakDetector;
import io.tally.edge.internal.EventLoops;
import io.tally.engine.Outcome;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.NodeView;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that the counters do not have, and rows with mistakes. */
@Timeout(60)
class EndpointTest {
  private static final ProblemType INVALID =
      new ProblemType("invalid-window", "Invalid window", "Some windows are none.");

  private static final IntegerParameter FROM = IntegerParameter.query("from", -10, 100, 5, INVALID);

  private static final IntegerParameter COUNT =
      IntegerParameter.query("count", Long.MIN_VALUE, Long.MAX_VALUE, 3, INVALID);

  private static final IllegalStateException FAULT = new IllegalStateException("injected");

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  /** Replies with one integer before the call returns. */
  private static void reply(final HttpExchange exchange, final long value) {
    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Long.BYTES]);
    buffer.putLong(0, value);
    exchange
        .replies()
        .onReply(exchange.cookie(), Outcome.ANSWERED, 0, 7, false, buffer, 0, Long.BYTES);
  }

  private static Endpoint answering(final Endpoint row) {
    return row.answers(
        (buffer, offset, length, exchange) -> {
          exchange.integer(0, buffer.getLong(offset));
          return true;
        },
        AnswerShape.text());
  }

  private static TestServer serverOf(final Endpoint... rows) {
    return new TestServer(settings -> settings.rows(rows));
  }

  private static TestServer windows() {
    final Endpoint.Call call =
        (request, exchange) -> reply(exchange, request.parameter(0) * 1_000 + request.parameter(1));
    return serverOf(
        answering(Endpoint.get("/window", "a window").query(FROM, COUNT).calls(call)),
        answering(Endpoint.post("/window", "set a window").query(FROM, COUNT).calls(call)));
  }

  @ParameterizedTest
  @CsvSource({
    "/window, 5003",
    "/window?, 5003",
    "/window?from=7, 7003",
    "/window?count=-0, 5000",
    "/window?count=8&from=7, 7008",
    "/window?fr%6Fm=%37, 7003",
    "/window?from=100, 100003",
    "/window?from=-10&count=0, -10000",
    "/window?from=0&count=9223372036854775807, 9223372036854775807",
    "/window?count=-9223372036854775808&from=0, -9223372036854775808",
  })
  void shouldReadTheParametersOfAQuery(final String target, final long expected)
      throws IOException {
    try (TestServer server = windows();
        RawClient client = server.connect()) {
      final Response read = client.exchange(RawClient.get(target));
      assertEquals(200, read.status(), read::body);
      assertEquals("text/plain", read.header("Content-Type"));
      assertEquals(expected + "\n", read.body());
      assertEquals(expected + "\n", client.exchange(RawClient.post(target, "")).body());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "from=, invalid-window, invalid query: from must be an integer",
    "from, invalid-window, invalid query: from must be an integer",
    "from=07, invalid-window, invalid query: from must be an integer",
    "from=+7, invalid-window, invalid query: from must be an integer",
    "from=7x, invalid-window, invalid query: from must be an integer",
    "from=0x7, invalid-window, invalid query: from must be an integer",
    "from=7.0, invalid-window, invalid query: from must be an integer",
    "from=7e0, invalid-window, invalid query: from must be an integer",
    "from=null, invalid-window, invalid query: from must be an integer",
    "from=%D9%A7, invalid-window, invalid query: from must be an integer",
    "from=101, invalid-window, invalid query: from is outside the range -10 to 100",
    "from=-11, invalid-window, invalid query: from is outside the range -10 to 100",
    "from=9223372036854775808, invalid-window, invalid query: from is outside the range -10 to 100",
    "count=9223372036854775808, invalid-window, invalid query: count is outside the range of 64 bits",
    "from=7&from=7, unknown-parameter, ''",
    "From=7, unknown-parameter, ''",
    "from=7&other=1, unknown-parameter, ''",
    "=7, unknown-parameter, ''",
    "from=%zz, bad-request, the query has a %",
  })
  void shouldRefuseAQueryThatItDoesNotDeclare(
      final String query, final String slug, final String detail) throws IOException {
    try (TestServer server = windows();
        RawClient client = server.connect()) {
      for (final String request :
          List.of(RawClient.get("/window?" + query), RawClient.post("/window?" + query, ""))) {
        final Response response = client.exchange(request);
        assertEquals(400, response.status(), response::body);
        assertTrue(response.body().contains("\"/problems/" + slug + "\""), response::body);
        assertTrue(response.body().contains("\"detail\":\"" + detail), response::body);
      }
      assertEquals(200, client.exchange(RawClient.get("/problems/" + slug)).status());
    }
  }

  @Test
  void shouldAnswer500ForARefusalThatItsRowDoesNotDeclare() throws IOException {
    final Refusal undeclared = Refusal.of(INVALID, 418, "never declared");
    try (TestServer server =
            serverOf(
                Endpoint.get("/call", "refuses at once")
                    .calls((request, exchange) -> exchange.refuse(undeclared))
                    .answers((buffer, offset, length, exchange) -> true, AnswerShape.text()),
                Endpoint.get("/reply", "refuses later")
                    .calls((request, exchange) -> reply(exchange, 1))
                    .answers(
                        (buffer, offset, length, exchange) -> {
                          exchange.refuse(undeclared);
                          return true;
                        },
                        AnswerShape.text()));
        RawClient client = server.connect()) {
      for (final String path : List.of("/call", "/reply")) {
        final Response response = client.exchange(RawClient.get(path));
        assertEquals(500, response.status());
        assertTrue(response.body().contains("/problems/internal"), response::body);
        assertEquals(1, server.errors.size());
        assertTrue(server.errors.remove(0).getMessage().startsWith(path + " does not declare"));
      }
      assertEquals(2, server.http.counters().responses(500));
    }
  }

  @Test
  void shouldAnswer500ForAReplyThatThrowsOrIsNone() throws IOException {
    try (TestServer server =
            serverOf(
                Endpoint.post("/throws", "throws")
                    .calls((request, exchange) -> reply(exchange, 1))
                    .answers(
                        (buffer, offset, length, exchange) -> {
                          throw FAULT;
                        },
                        AnswerShape.text()),
                Endpoint.post("/none", "knows no reply")
                    .calls((request, exchange) -> reply(exchange, 1))
                    .answers((buffer, offset, length, exchange) -> false, AnswerShape.text()));
        RawClient client = server.connect()) {
      for (final String path : List.of("/throws", "/none", "/throws")) {
        final Response response = client.exchange(RawClient.post(path, ""));
        assertEquals(500, response.status());
        assertTrue(response.body().contains("\"outcome\":\"unknown\""), response::body);
      }
      assertEquals(List.of(FAULT, FAULT), server.errors);
      server.errors.clear();
    }
  }

  @Test
  void shouldKnowTheRefusalsThatARowHasForItselfOnEachLoop() throws IOException {
    final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    final ProbeResult up = new ProbeResult(true, "{}");
    try (EventLoops loops = EventLoops.launch(2, SystemNanoClock.INSTANCE, errors::add);
        HttpServer server =
            HttpServers.get()
                .launch(
                    HttpSettings.DEFAULTS.at("127.0.0.1", 0),
                    loops,
                    new NodeView(
                        () -> up,
                        () -> up,
                        () -> "{}",
                        () -> true,
                        () -> TimeUnit.MINUTES.toNanos(1)),
                    loop -> List.of(refusing(Refusal.of(INVALID, 409, "on loop " + loop))),
                    "Help\n",
                    failure -> {})) {
      final List<String> details = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        try (RawClient client = new RawClient(server.edge().port())) {
          final Response response = client.exchange(RawClient.post("/refuses", "{}"));
          assertEquals(409, response.status(), response::body);
          details.add(response.body().replaceAll(".*on loop (.).*\n", "$1"));
          final Response unknown = client.exchange(RawClient.post("/refuses", "{\"x\":1}"));
          assertTrue(unknown.body().contains("/problems/unknown-member"), unknown::body);
        }
      }
      Collections.sort(details);
      assertEquals(List.of("0", "1"), details, "each loop has one of the connections");
      assertEquals(2, server.counters().responses(409));
      assertEquals(List.of(), errors);
    }
  }

  private static Endpoint refusing(final Refusal refusal) {
    return Endpoint.post("/refuses", "refuses")
        .members(ScriptedCounters.AMOUNT)
        .calls((request, exchange) -> exchange.refuse(refusal))
        .refuses(refusal);
  }
}
