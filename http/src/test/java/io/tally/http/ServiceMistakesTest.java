package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.EventLoops;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.NodeView;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a service does wrong meets its own requests, or is refused when the server is launched. */
@Timeout(60)
class ServiceMistakesTest {
  private static final PathId ID = ScriptedCounters.ID;
  private static final AnswerShape VALUE = AnswerShape.json(ID, "value");
  private static final Refusal NO = Refusal.of(new ProblemType("no-no", "No", "No."), 409, "no");

  private final List<Ask> asks = Collections.synchronizedList(new ArrayList<>());

  private record Ask(ReplyHandler handler, long cookie) {
    void reply(final long value) {
      final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Long.BYTES]);
      buffer.putLong(0, value);
      handler.onReply(cookie, Outcome.ANSWERED, 0, 7, false, buffer, 0, Long.BYTES);
    }
  }

  private void ask(final Request request, final HttpExchange exchange) {
    asks.add(new Ask(exchange.replies(), exchange.cookie()));
  }

  private static boolean read(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    exchange.integer(0, buffer.getLong(offset));
    return true;
  }

  private void awaitAsked(final int count) {
    Await.until(count + " asked", () -> asks.size() == count);
  }

  @Test
  void shouldGiveNoOtherRequestTheReplyToOneThatWasRefusedAfterItAsked() throws IOException {
    final Endpoint row =
        Endpoint.post("/x/{id}", "")
            .id(ID)
            .calls(
                (request, exchange) -> {
                  ask(request, exchange);
                  if (asks.size() == 1) {
                    exchange.refuse(NO);
                  }
                })
            .answers(ServiceMistakesTest::read, VALUE)
            .refuses(NO);
    try (TestServer server = new TestServer(settings -> settings.rows(row));
        RawClient first = server.connect();
        RawClient second = server.connect()) {
      final Response failed = first.exchange(RawClient.post("/x/a", ""));
      assertEquals(500, failed.status());
      assertTrue(failed.body().contains("\"outcome\":\"unknown\""), failed::body);
      assertTrue(first.isClosed());
      second.send(RawClient.post("/x/b", ""));
      awaitAsked(2);
      server.onLoop(() -> asks.get(0).reply(111));
      server.awaitLoop();
      server.onLoop(() -> asks.get(1).reply(222));
      assertEquals("{\"counter_id\":\"b\",\"value\":222}\n", second.read().body());
      assertEquals(1, server.errors.size());
      server.errors.clear();
    }
  }

  @Test
  void shouldShowNoNumberOfAnotherClientWhereAReplySetsNone() throws IOException {
    final Endpoint reading =
        Endpoint.post("/x/{id}", "")
            .id(ID)
            .calls(this::ask)
            .answers(ServiceMistakesTest::read, VALUE);
    final Endpoint forgetting =
        Endpoint.get("/y/{id}", "")
            .id(ID)
            .calls(this::ask)
            .answers((buffer, offset, length, exchange) -> true, VALUE);
    try (TestServer server = new TestServer(settings -> settings.rows(reading, forgetting));
        RawClient first = server.connect();
        RawClient second = server.connect()) {
      first.send(RawClient.post("/x/a", ""));
      awaitAsked(1);
      server.onLoop(() -> asks.get(0).reply(424_242));
      first.read();
      second.send(RawClient.get("/y/b"));
      awaitAsked(2);
      server.onLoop(() -> asks.get(1).reply(1));
      assertEquals("{\"counter_id\":\"b\",\"value\":0}\n", second.read().body());
    }
  }

  @Test
  void shouldRefuseMembersThatTheRowDoesNotDeclare() throws IOException {
    final Endpoint row =
        Endpoint.post("/x/{id}", "")
            .id(ID)
            .calls((request, exchange) -> request.member(0))
            .answers(ServiceMistakesTest::read, VALUE);
    try (TestServer server = new TestServer(settings -> settings.rows(row));
        RawClient client = server.connect()) {
      assertEquals(500, client.exchange(RawClient.post("/x/a", "")).status());
      assertEquals(1, server.errors.size());
      server.errors.clear();
    }
  }

  @Test
  void shouldRefuseWhatDoesNotFitIntoAResponse() {
    assertThrows(IllegalArgumentException.class, () -> AnswerShape.json(ID, "n".repeat(1_500)));
    assertThrows(
        IllegalArgumentException.class, () -> AnswerShape.json(ID, "a", "b", "c", "d", "e", "f"));
    assertThrows(
        IllegalArgumentException.class,
        () -> AnswerShape.json(ID, "a").optional("b", "c", "d", "e", "f"));
    final ProblemType type = new ProblemType("long", "Long", "Long.");
    assertThrows(IllegalArgumentException.class, () -> Refusal.of(type, 400, "d".repeat(2_000)));
    assertThrows(IllegalArgumentException.class, () -> Refusal.of(type, 600, "d"));
    assertThrows(IllegalArgumentException.class, () -> Refusal.of(type, 200, "d"));
    assertThrows(IllegalArgumentException.class, () -> new PathId("m".repeat(65), "noun", type));
  }

  @Test
  void shouldWriteTheLongestAnswersThatItAccepts() throws IOException {
    final String name = "n".repeat(240);
    final Endpoint row =
        Endpoint.get("/x/{id}", "")
            .id(ID)
            .calls(this::ask)
            .answers(
                (buffer, offset, length, exchange) -> {
                  for (int i = 0; i < 5; i++) {
                    exchange.integer(i, Long.MIN_VALUE);
                  }
                  return true;
                },
                AnswerShape.json(ID, name, name).optional(name, name, name));
    try (TestServer server = new TestServer(settings -> settings.rows(row));
        RawClient client = server.connect()) {
      client.send(RawClient.get("/x/" + "%22".repeat(256)));
      awaitAsked(1);
      server.onLoop(() -> asks.get(0).reply(1));
      final Response response = client.read();
      assertEquals(200, response.status());
      assertTrue(response.body().length() > 1_800, response::body);
    }
  }

  @Test
  void shouldRefuseRowsThatCannotServe() throws IOException {
    final EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, error -> {});
    final Endpoint all =
        Endpoint.get("/{id}", "").id(ID).calls(this::ask).answers(ServiceMistakesTest::read, VALUE);
    final Endpoint twice = Endpoint.get("/livez", "").open().calls((request, exchange) -> {});
    final Endpoint idle =
        Endpoint.get("/x/{id}", "").id(ID).answers(ServiceMistakesTest::read, VALUE);
    final int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    for (final Endpoint row : List.of(all, twice, idle)) {
      assertThrows(IllegalArgumentException.class, () -> launch(loops, port, row), row.path);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> Endpoint.get("/x/{id}", "").members(ScriptedCounters.AMOUNT));
    assertThrows(
        IllegalArgumentException.class,
        () -> Endpoint.delete("/x/{id}", "").members(ScriptedCounters.AMOUNT));
    // None of them has kept the port.
    launch(loops, port).close();
    loops.close();
  }

  private static HttpServer launch(final EventLoops loops, final int port, final Endpoint... rows) {
    final NodeView node =
        new NodeView(
            () -> new ProbeResult(true, "{}"),
            () -> new ProbeResult(true, "{}"),
            () -> "{}",
            () -> true,
            () -> 1_000_000_000L);
    return HttpServers.get()
        .launch(
            HttpSettings.DEFAULTS.at("127.0.0.1", port),
            loops,
            node,
            loop -> List.of(rows),
            "Title\n",
            failure -> {});
  }
}
