package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.SystemEpochClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class EndpointTableTest {
  private static final PathId ID = ScriptedCounters.ID;

  /** What is said of each fault, by the name that it has in the vectors. */
  private static final Map<String, String> DETAILS =
      Map.of(
          "ID_EMPTY", "400 invalid-id: the counter id is empty",
          "ID_DOTS", "400 invalid-id: the counter id is . or ..",
          "ID_ESCAPE",
              "400 invalid-id: the counter id has a % that two hexadecimal digits do not follow",
          "ID_CONTROL", "400 invalid-id: the counter id has a control character",
          "ID_UTF8", "400 invalid-id: the counter id is not valid UTF-8");

  private final List<Throwable> errors = new ArrayList<>();
  private final EndpointTable table =
      new EndpointTable(
          List.of(
              calling("INCREMENT", Endpoint.post("/counter/{id}/increment", "").id(ID)),
              calling("COUNTER", Endpoint.get("/counter/{id}", "").id(ID)),
              calling("HELP", Endpoint.get("/", "")),
              calling("CLUSTER", Endpoint.get("/cluster", "")),
              calling("READYZ", Endpoint.get("/readyz", "")),
              calling("LIVEZ", Endpoint.get("/livez", "")),
              calling("PROBLEM", Endpoint.get("/problems/overflow", ""))),
          () -> true);

  private final HttpExchange exchange =
      new HttpExchange(
          new HttpProtocol(
              0,
              table,
              1_024,
              new ResponseCounters(1, Endpoint.get("/{id}", "").id(ID).refusals()),
              errors::add,
              SystemEpochClock.INSTANCE));

  private String called = "";
  private String query = "";

  private Endpoint calling(final String name, final Endpoint row) {
    return row.calls(
        (request, asking) -> {
          called = name;
          query = request.query;
        });
  }

  private void dispatch(final Verb verb, final String target) {
    exchange.reset();
    called = "";
    query = "";
    table.dispatch(verb, target, EmptyHttpHeaders.INSTANCE, new byte[0], 0, exchange);
  }

  /** Dispatches with the method that is there. */
  private void dispatch(final String target) {
    dispatch(Verb.GET, target);
    if (exchange.refusal == Refusals.METHOD_NOT_ALLOWED) {
      dispatch(Verb.POST, target);
    }
  }

  private String route(final String target) {
    dispatch(target);
    if (exchange.refusal != Refusals.NOT_FOUND) {
      return called;
    }
    dispatch(Verb.OPTIONS, target);
    return exchange.page != null ? "SERVER" : "UNKNOWN";
  }

  private String id() {
    return new String(exchange.id(), 0, exchange.idLength(), UTF_8);
  }

  @AfterEach
  void wasToldOfNoError() {
    assertEquals(List.of(), errors);
  }

  @ParameterizedTest
  @CsvSource({
    "/counter/a, COUNTER, a",
    "/counter/a/increment, INCREMENT, a",
    "/counter/increment, COUNTER, increment",
    "/counter/a%2Fb, COUNTER, a/b",
    "/counter/a%2fb/increment, INCREMENT, a/b",
    "/counter/a%252Fb, COUNTER, a%2Fb",
    "/counter/a+b, COUNTER, a+b",
    "/counter/a%20b, COUNTER, 'a b'",
    "/counter/%C3%A9, COUNTER, é",
    "/counter/%F0%9F%98%80, COUNTER, 😀",
    "/counter/..., COUNTER, ...",
    "/counter/.a, COUNTER, .a",
    "/counter/..a, COUNTER, ..a",
    "http://host:80/counter/a, COUNTER, a",
    "HTTPS://host/counter/a/increment, INCREMENT, a",
  })
  void shouldReadCounterPaths(final String target, final String route, final String id) {
    assertEquals(route, route(target));
    assertNull(exchange.refusal);
    assertEquals(id, id());
  }

  @ParameterizedTest
  @CsvSource({
    "/, HELP",
    "/?x=1, HELP",
    "http://host, HELP",
    "http://host?x, HELP",
    "/cluster, CLUSTER",
    "/readyz?verbose, READYZ",
    "/livez, LIVEZ",
    "/problems/overflow, PROBLEM",
    "/problems/none, UNKNOWN",
    "/problems/, UNKNOWN",
    "*, SERVER",
    "/counter, UNKNOWN",
    "/counter/, UNKNOWN",
    "/counter/?x, UNKNOWN",
    "/counter/a/, UNKNOWN",
    "/counter/a/b, UNKNOWN",
    "/counter/a/increment/, UNKNOWN",
    "/counter/a/increment/b, UNKNOWN",
    "/counter/a//increment, UNKNOWN",
    "/counter/a/Increment, UNKNOWN",
    "/counters/a, UNKNOWN",
    "//, UNKNOWN",
    "/favicon.ico, UNKNOWN",
    "counter/a, UNKNOWN",
    "ftp://host/counter/a, UNKNOWN",
    "http:///counter/a, UNKNOWN",
    "'', UNKNOWN",
  })
  void shouldReadOtherPaths(final String target, final String route) {
    assertEquals(route, route(target));
  }

  @ParameterizedTest
  @CsvSource({
    "/counter//increment, ID_EMPTY",
    "/counter/., ID_DOTS",
    "/counter/.., ID_DOTS",
    "/counter/%2e%2E/increment, ID_DOTS",
    "/counter/%, ID_ESCAPE",
    "/counter/%4, ID_ESCAPE",
    "/counter/%4/increment, ID_ESCAPE",
    "/counter/%zz, ID_ESCAPE",
    "/counter/%-1, ID_ESCAPE",
    "/counter/%00, ID_CONTROL",
    "/counter/a%0Ab, ID_CONTROL",
    "/counter/%7F, ID_CONTROL",
    "/counter/%C2%85, ID_CONTROL",
    "/counter/%80, ID_UTF8",
    "/counter/%C3, ID_UTF8",
    "/counter/%C0%AF, ID_UTF8",
    "/counter/%E0%80%AF, ID_UTF8",
    "/counter/%ED%A0%80, ID_UTF8",
    "/counter/%F4%90%80%80, ID_UTF8",
    "/counter/%F5%80%80%80, ID_UTF8",
    "/counter/%FF, ID_UTF8",
  })
  void shouldRefuseBadIds(final String target, final String refusal) {
    dispatch(target);
    assertEquals(DETAILS.get(refusal), String.valueOf(exchange.refusal));
    assertEquals("", called);
    assertEquals(0, exchange.idLength());
  }

  @Test
  void shouldTellQueriesFromNone() {
    dispatch("/counter/a?");
    assertEquals("", query);
    assertEquals("a", id());
    dispatch("/counter/a?x=/increment");
    assertEquals("x=/increment", query);
    assertEquals("COUNTER", called);
    assertEquals("a", id());
    dispatch("/counter/a");
    assertEquals("", query);
    dispatch("/counter/a/increment?");
    assertEquals("INCREMENT", called);
    dispatch("/counter/a/increment?x");
    assertEquals(Refusals.PARAMETER, exchange.refusal);
  }

  @Test
  void shouldRefuseTwoRowsForTheSameMethodAndPath() {
    assertRefused(Endpoint.get("/a", ""), Endpoint.get("/a", ""));
    assertRefused(Endpoint.post("/a", ""), Endpoint.get("/a", ""), Endpoint.post("/a", ""));
    assertRefused(Endpoint.get("/a/{id}/b", "").id(ID), Endpoint.get("/a/{id}/b", "").id(ID));
    assertRefused(Endpoint.page("/a", "", () -> null), Endpoint.get("/a", ""));
  }

  @Test
  void shouldRefuseARowWhoseTemplateHasNoDescriptionOfItsId() {
    assertRefused(Endpoint.get("/a/{id}", ""));
    assertRefused(Endpoint.get("/a/{id}", "").id(ID), Endpoint.post("/a/{id}", ""));
    assertRefused(Endpoint.get("/a", "").id(ID));
  }

  private static void assertRefused(final Endpoint... rows) {
    assertThrows(
        IllegalArgumentException.class, () -> new EndpointTable(List.of(rows), () -> true));
  }
}
