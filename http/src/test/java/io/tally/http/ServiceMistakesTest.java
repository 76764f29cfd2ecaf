package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.EventLoops;
import io.tally.engine.EntityMessage;
import io.tally.engine.MessageType;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceProxy;
import io.tally.engine.ShardService;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service does wrong meets its own requests, or is refused when the server is launched. */
@Timeout(60)
class ServiceMistakesTest {
  private static final PathId ID = ScriptedCounters.ID;
  private static final AnswerShape VALUE = AnswerShape.json(ID, "value");
  private static final Refusal NO = Refusal.of(new ProblemType("no-no", "No", "No."), 409, "no");

  private final List<Ask> asks = Collections.synchronizedList(new ArrayList<>());

  private record Ask(ReplyHandler handler, long cookie) {
    void reply(final long value) {
      reply(0, value);
    }

    void reply(final int serviceCode, final long value) {
      final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Long.BYTES]);
      buffer.putLong(0, value);
      handler.onReply(cookie, Outcome.ANSWERED, serviceCode, 7, false, buffer, 0, Long.BYTES);
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
  void shouldNameTheRowWhoseCallDoesNothing() throws IOException {
    final Endpoint row = Endpoint.post("/x/{id}", "").id(ID).calls((request, exchange) -> {});
    try (TestServer server = new TestServer(settings -> settings.rows(row));
        RawClient client = server.connect()) {
      assertEquals(500, client.exchange(RawClient.post("/x/a", "")).status());
      assertEquals(
          "a request to POST /x/{id} was neither answered nor asked for",
          server.errors.get(0).getMessage());
      server.errors.clear();
    }
  }

  @Test
  void shouldRefuseWhatTheServiceRefusedAsTheRowDeclaresIt() throws IOException {
    final Endpoint row =
        Endpoint.post("/x/{id}", "")
            .id(ID)
            .calls(this::ask)
            .answers(ServiceMistakesTest::read, VALUE)
            .refuses(3, NO);
    try (TestServer server = new TestServer(settings -> settings.rows(row));
        RawClient client = server.connect()) {
      client.send(RawClient.post("/x/a", ""));
      awaitAsked(1);
      server.onLoop(() -> asks.get(0).reply(3, 1));
      assertEquals(409, client.read().status());
      client.send(RawClient.post("/x/a", ""));
      awaitAsked(2);
      server.onLoop(() -> asks.get(1).reply(4, 1));
      assertEquals(200, client.read().status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "", "/x?y", "/x#y", "/x y", "/ü", "/x{id}", "/{id}x", "/{id}/{id}", "/{ID}"})
  void shouldRefuseAPathThatNoRequestCanHave(final String path) {
    assertThrows(IllegalArgumentException.class, () -> Endpoint.get(path, ""));
  }

  @Test
  void shouldRefuseRowsThatAreDeclaredInAnotherOrder() {
    final Endpoint unshown = Endpoint.get("/x/{id}", "").id(ID);
    assertThrows(IllegalArgumentException.class, () -> unshown.watched(null, null));
    final Endpoint streaming = Endpoint.get("/x", "").streams(this::ask);
    assertThrows(
        IllegalArgumentException.class, () -> streaming.answers(ServiceMistakesTest::read, VALUE));
  }

  @Test
  void shouldRefuseRowsThatAskForAnEntityInAWayThatCannotWork() {
    final ServiceProxy plain = new ServiceProxy(null, new PlainDefinition());
    final Endpoint get = Endpoint.get("/x/{id}", "");
    assertThrows(IllegalArgumentException.class, () -> get.asks(plain, PlainDefinition.WRITE));
    assertThrows(IllegalArgumentException.class, () -> get.asks(plain, PlainDefinition.UNKNOWN));
    assertThrows(IllegalArgumentException.class, () -> get.asks(plain, PlainDefinition.FIELDS));
    get.asks(plain, PlainDefinition.READ).answers(ServiceMistakesTest::read, VALUE);
    assertThrows(IllegalArgumentException.class, get::check);
    get.id(ID);
    get.check();
    final Endpoint unread = Endpoint.post("/x/{id}", "").id(ID).asks(plain, PlainDefinition.WRITE);
    assertThrows(IllegalArgumentException.class, unread::check);
  }

  /** Messages without fields, and one with. */
  private static final class PlainDefinition implements ServiceDefinition {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int FIELDS = 3;
    static final int UNKNOWN = 4;

    @Override
    public String name() {
      return "plain";
    }

    @Override
    public int schemaId() {
      return 1;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(
          new MessageType(READ, "Read", false, 0, 8),
          new MessageType(WRITE, "Write", true, 0, 8),
          new MessageType(FIELDS, "Fields", false, 8, 8));
    }

    @Override
    public int maxCommandLength() {
      return EntityMessage.MAX_PLAIN_LENGTH;
    }

    @Override
    public ShardService create(final int shardId) {
      throw new UnsupportedOperationException();
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
    final Refusal later = Refusal.of(type, 503, "d");
    assertThrows(IllegalArgumentException.class, () -> later.retryAfter(5));
    assertThrows(IllegalArgumentException.class, () -> Refusal.of(type, 409, "d").retryAfter(0));
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
