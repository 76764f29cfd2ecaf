package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.CountingLeakDetector;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rows can declare beyond GET and POST of an integer, with the toy service {@link Shelf}. */
@Timeout(60)
class ShelfTest {
  private static final String PUT_5 = "{\"value\":5}";

  private final Shelf shelf = new Shelf();
  private TestServer server;
  private RawClient client;

  @BeforeEach
  void launch() throws IOException {
    server = new TestServer(settings -> settings.rows(shelf.rows().toArray(new Endpoint[0])));
    client = server.connect();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private Response put(final String headers, final String body) throws IOException {
    return client.exchange(RawClient.request("PUT", "/shelf/a", headers, body));
  }

  private Response delete(final String headers) throws IOException {
    return client.exchange(RawClient.request("DELETE", "/shelf/a", headers, ""));
  }

  private Response get(final String headers) throws IOException {
    return client.exchange(RawClient.request("GET", "/shelf/a", headers, ""));
  }

  private static void assertProblem(
      final int status, final String slug, final String detail, final Response response) {
    assertEquals(status, response.status(), response::body);
    assertEquals("application/problem+json", response.header("Content-Type"));
    final String start = "{\"type\":\"/problems/" + slug + "\",\"title\":\"";
    assertTrue(response.body().startsWith(start), response::body);
    assertTrue(response.body().contains("\"detail\":\"" + detail + "\""), response::body);
  }

  @Test
  void shouldPutAndDelete() throws IOException {
    assertEquals("{\"thing\":\"a\",\"value\":5}\n", put("", PUT_5).body());
    assertEquals(
        "{\"thing\":\"a\",\"value\":-24,\"before\":5}\n",
        put("", "{\"twice\":true,\"value\":-1,\"unit\":\"dozen\"}").body());
    assertEquals("{\"thing\":\"a\",\"value\":-24}\n", get("").body());
    assertEquals("{\"thing\":\"a\",\"value\":0}\n", delete("").body());
    assertEquals("{\"thing\":\"a\",\"value\":0}\n", get("").body());
  }

  @Test
  void shouldTakeABodyInPieces() throws IOException {
    client.send("PUT /shelf/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (final String piece :
        List.of("4\r\n{\"va\r\n", "5\r\nlue\":\r\n", "2\r\n5}\r\n0\r\n\r\n")) {
      client.send(piece);
      server.awaitLoop();
    }
    assertEquals("{\"thing\":\"a\",\"value\":5}\n", client.read().body());
  }

  @Test
  void shouldSayThatNothingWasAppliedOfABodyThatIsMalformed() throws IOException {
    for (final String method : List.of("PUT", "DELETE")) {
      try (RawClient another = server.connect()) {
        final Response response =
            another.exchange(
                method
                    + " /shelf/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\ng\r\n");
        assertEquals(400, response.status());
        assertTrue(response.body().endsWith(",\"outcome\":\"not_applied\"}\n"), response::body);
      }
    }
    assertEquals(0, shelf.callCount.get());
  }

  @Test
  void shouldRefuseABodyWhereNoneIsTaken() throws IOException {
    final String detail = "this request takes no body";
    final Response whole = client.exchange(RawClient.request("DELETE", "/shelf/a", "", "{}"));
    assertProblem(400, "bad-request", detail, whole);
    assertTrue(whole.body().endsWith(",\"thing\":\"a\",\"outcome\":\"not_applied\"}\n"));
    client.send(
        "DELETE /shelf/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
    server.awaitLoop();
    assertProblem(400, "bad-request", detail, client.exchange("1\r\n}\r\n0\r\n\r\n"));
    assertEquals(0, shelf.callCount.get());
    assertEquals(200, delete("Content-Length: 0\r\n").status());
    assertEquals(200, delete("").status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|value is missing",
        "{\"value\":101}|value is outside the range -100 to 100",
        "{\"value\":1,\"twice\":0}|invalid JSON: twice must be true, false or null",
        "{\"value\":1,\"unit\":\"tons\"}|invalid JSON: unit must be one, dozen or null",
      })
  void shouldRefuseBadMembers(final String body, final String detail) throws IOException {
    assertProblem(400, "invalid-thing", detail, put("", body));
    assertEquals(0, shelf.callCount.get());
  }

  @Test
  void shouldTellMembersThatWereGivenFromDefaults() throws IOException {
    final String both = "{\"value\":1,\"twice\":false,\"unit\":\"one\"}";
    assertProblem(400, "invalid-thing", "the wrong way round", put("", both));
    assertEquals(200, put("", "{\"value\":1,\"twice\":null,\"unit\":\"one\"}").status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE"})
  void shouldRefuseAQueryOfAWrite(final String method) throws IOException {
    final String body = method.equals("PUT") ? PUT_5 : "";
    final Response response = client.exchange(RawClient.request(method, "/shelf/a?x=1", "", body));
    assertProblem(400, "unknown-parameter", "a write takes no query parameters", response);
    assertTrue(response.body().endsWith(",\"outcome\":\"not_applied\"}\n"), response::body);
    assertEquals(0, shelf.callCount.get());
  }

  @Test
  void shouldNameAllMethodsOfAPath() throws IOException {
    for (final String method : List.of("POST", "PATCH", "OPTIONS")) {
      final Response response = client.exchange(RawClient.request(method, "/shelf/a", "", ""));
      assertEquals(method.equals("OPTIONS") ? 204 : 405, response.status());
      assertEquals("GET, HEAD, PUT, DELETE", response.header("Allow"));
    }
    final Response server = client.exchange("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n");
    assertEquals("GET, HEAD, POST, PUT, DELETE", server.header("Allow"));
    final String help = client.exchange(RawClient.get("/")).body();
    assertTrue(help.contains("\n  DELETE /shelf/{id} "), help);
    assertTrue(help.contains("\n  GET    /shelf/{id} "), help);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|application/json",
        "Accept: */*|application/json",
        "Accept: application/json|application/json",
        "Accept: application/json; charset=UTF-8|application/json",
        "Accept: application/*|application/json",
        "Accept: text/plain|text/plain",
        "Accept: text/*|text/plain",
        "Accept: TEXT/PLAIN;charset=utf-8|text/plain",
        "Accept: application/json;q=0.5, text/plain|text/plain",
        "Accept: text/plain, application/json|application/json",
        "Accept: text/html,application/xhtml+xml,*/*;q=0.8|application/json",
        "Accept: application/json;q=0, */*|text/plain",
        "Accept: |application/json",
      })
  void shouldAnswerInTheFormThatTheClientPrefers(final String accept, final String type)
      throws IOException {
    put("", PUT_5);
    final String header = accept.isEmpty() ? "" : accept + "\r\n";
    for (int i = 0; i < 2; i++) {
      final Response response = get(header);
      assertEquals(200, response.status());
      assertEquals(type, response.header("Content-Type"));
      assertEquals("Accept", response.header("Vary"));
      assertEquals("no-store", response.header("Cache-Control"));
      final boolean text = type.equals("text/plain");
      assertEquals(text ? "5\n" : "{\"thing\":\"a\",\"value\":5}\n", response.body());
    }
    client.send(RawClient.request("HEAD", "/shelf/a", header, ""));
    assertEquals(type, client.read(true).header("Content-Type"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/html", "image/*", "application/json;q=0", "*/*;q=0", "text/plain;format=x"})
  void shouldRefuseAnAcceptThatNothingSatisfies(final String accept) throws IOException {
    for (int i = 0; i < 2; i++) {
      final Response response = get("Accept: " + accept + "\r\n");
      final String detail = "the answer is application/json or text/plain";
      assertProblem(406, "not-acceptable", detail, response);
      assertEquals("Accept", response.header("Vary"));
      assertFalse(response.body().contains("outcome"), response::body);
      assertEquals(200, get("").status());
    }
    assertEquals(200, put("Accept: " + accept + "\r\n", PUT_5).status(), "it has but one form");
  }

  @Test
  void shouldNotVaryWhereTheAnswerHasOneForm() throws IOException {
    final Response response = put("", PUT_5);
    assertNull(response.header("Vary"));
    assertNull(response.header("Cache-Control"));
  }

  @Test
  void shouldNameTheVersionOfWhatExists() throws IOException {
    assertNull(get("").header("ETag"));
    for (int version = 1; version <= 17; version++) {
      final String tag = "\"1f-" + Integer.toHexString(version) + "\"";
      assertEquals(tag, put("", PUT_5).header("ETag"));
      assertEquals(tag, get("").header("ETag"));
    }
    assertNull(delete("").header("ETag"));
    assertNull(get("").header("ETag"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "If-None-Match: \"1f-1\"|304",
        "If-None-Match: W/\"1f-1\"|304",
        "If-None-Match: *|304",
        "If-None-Match: \"x\", \"1f-2\" ,, W/\"1f-1\"|304",
        "If-None-Match: \"x\"~If-None-Match: \"1f-1\"|304",
        "If-None-Match: \"1f-2\"|200",
        "If-None-Match: \"2f-1\"|200",
        "If-None-Match: \"1F-1\"|200",
        "If-None-Match: \"1f-01\"|200",
        "If-None-Match: \"01f-1\"|200",
        "If-None-Match: \"1f1\"|200",
        "If-None-Match: \"1f-1-1\"|200",
        "If-None-Match: \"\"|200",
        "If-Match: \"1f-1\"|200",
        "If-Match: \"x\", \"1f-1\"|200",
        "If-Match: *|200",
        "If-Match: \"1f-2\"|412",
      })
  void shouldCompareTheConditionOfARead(final String headers, final int status) throws IOException {
    put("", PUT_5);
    final String lines = headers.replace("~", "\r\n") + "\r\n";
    final Response response = get(lines);
    assertEquals(status, response.status(), response::body);
    assertEquals("\"1f-1\"", response.header("ETag"));
    assertEquals("Accept", response.header("Vary"));
    assertEquals("31", response.header("Tally-Incarnation"));
    if (status == 304) {
      assertNull(response.header("Content-Length"));
      assertNull(response.header("Content-Type"));
      assertEquals("Not Modified", response.reason());
    }
    client.send(RawClient.request("HEAD", "/shelf/a", lines, ""));
    assertEquals(status, client.read(true).status());
    assertEquals(status == 304 ? 2 : 0, server.http.counters().responses(304));
    assertEquals(200, get("").status());
  }

  @Test
  void shouldCompareTheConditionOfAReadWithNothing() throws IOException {
    assertEquals(200, get("If-None-Match: *\r\n").status());
    assertEquals(200, get("If-None-Match: \"1f-0\"\r\n").status());
    final Response refused = get("If-Match: *\r\n");
    assertEquals(412, refused.status());
    assertTrue(refused.body().endsWith(",\"thing\":\"a\",\"value\":0}\n"), refused::body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "If-Match: \"1f-1\"|200",
        "If-Match: *|200",
        "If-Match: \"1f-2\"|412",
        "If-Match: \"1e-1\"|412",
        "If-Match: \"other\"|412",
        "If-Match: \"\"|412",
        "If-None-Match: *|412",
        "If-None-Match: \"1f-1\"|412",
        "If-None-Match: W/\"1f-1\"|412",
        "If-None-Match: \"1f-2\"|200",
        "If-None-Match: \"other\"|200",
      })
  void shouldHandOnTheConditionOfAWrite(final String header, final int status) throws IOException {
    put("", PUT_5);
    final Response response = put(header + "\r\n", "{\"value\":6}");
    assertEquals(status, response.status(), response::body);
    assertEquals(status == 200 ? "\"1f-2\"" : "\"1f-1\"", response.header("ETag"));
    if (status == 412) {
      assertEquals(
          "{\"type\":\"/problems/precondition-failed\",\"title\":\"Precondition failed\",\"status\":412,\"detail\":"
              + "\"the condition in If-Match or If-None-Match does not hold\",\"thing\":\"a\",\"value\":5,"
              + "\"outcome\":\"not_applied\"}\n",
          response.body());
    }
    assertEquals(
        status == 200 ? 6 : 5, Long.parseLong(get("Accept: text/plain\r\n").body().trim()));
  }

  @Test
  void shouldHandOnTheConditionOfAWriteToNothing() throws IOException {
    assertEquals(412, put("If-Match: *\r\n", PUT_5).status());
    assertEquals(412, put("If-Match: \"1f-1\"\r\n", PUT_5).status());
    assertEquals(412, delete("If-Match: *\r\n").status());
    assertEquals(200, put("If-None-Match: *\r\n", PUT_5).status());
    assertEquals(412, put("If-None-Match: *\r\n", PUT_5).status());
    assertEquals(200, delete("If-Match: \"1f-1\"\r\n").status());
    assertNull(get("").header("ETag"));
  }

  /** What is left of an earlier request would make another payload, and so a mismatch of keys. */
  @Test
  void shouldNameNoVersionWhereTheConditionNamesNone() throws IOException {
    put("If-Match: \"1f-1\"\r\n", PUT_5);
    assertEquals("IF_MATCH 31 1", shelf.lastCondition);
    put("If-Match: *\r\n", PUT_5);
    assertEquals("IF_EXISTS 0 0", shelf.lastCondition);
    put("If-None-Match: *\r\n", PUT_5);
    assertEquals("IF_ABSENT 0 0", shelf.lastCondition);
    put("If-None-Match: \"x\"\r\n", PUT_5);
    assertEquals("IF_NOT_MATCH 0 0", shelf.lastCondition);
    put("", PUT_5);
    assertEquals("NONE 0 0", shelf.lastCondition);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "If-Match: \"1f-1\", \"1f-2\"|If-Match or If-None-Match of a write names more than one tag",
        "If-Match: \"1f-1\"~If-Match: \"1f-1\"|If-Match or If-None-Match of a write names more than one tag",
        "If-None-Match: \"1f-1\", \"1f-2\"|If-Match or If-None-Match of a write names more than one tag",
        "If-Match: W/\"1f-1\"|If-Match names a weak tag, which never matches",
        "If-Match: \"1f-1\"~If-None-Match: *|the request has both If-Match and If-None-Match",
        "If-Match: 1f-1|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: |If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: ,|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: \"1f-1|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: \"1f 1\"|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: \"1f-1\"x|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: \"1f-1\" \"1f-2\"|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: w/\"1f-1\"|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: W/|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: *, \"1f-1\"|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-Match: *, *|If-Match or If-None-Match is neither * nor entity tags in quotes",
        "If-None-Match: **|If-Match or If-None-Match is neither * nor entity tags in quotes",
      })
  void shouldRefuseAConditionThatIsNone(final String headers, final String detail)
      throws IOException {
    put("", PUT_5);
    final int calls = shelf.callCount.get();
    final String lines = headers.replace("~", "\r\n") + "\r\n";
    for (final Response response : List.of(put(lines, PUT_5), delete(lines))) {
      assertProblem(400, "invalid-precondition", detail, response);
      assertTrue(response.body().endsWith(",\"outcome\":\"not_applied\"}\n"), response::body);
    }
    final boolean list = detail.contains("more than one");
    final int ofList = headers.startsWith("If-None") ? 304 : 200;
    assertEquals(list ? ofList : 400, get(lines).status());
    assertEquals(calls + (list ? 1 : 0), shelf.callCount.get());
  }

  @Test
  void shouldRememberSoManyTagsAndNoMore() throws IOException {
    put("", PUT_5);
    final String others = "\"x\",".repeat(EntityTags.MAX - 1);
    assertEquals(304, get("If-None-Match: " + others + "\"1f-1\"\r\n").status());
    assertEquals(200, get("If-None-Match: " + others + "\"x\",\"1f-1\"\r\n").status());
  }

  @Test
  void shouldRefuseAConditionWhereTheRowDoesNotDeclareThem() throws IOException {
    final String used = "{\"quota\":1,\"window_ms\":1000}";
    for (final String name : List.of("If-Match", "if-none-match")) {
      final Response response =
          client.exchange(RawClient.post("/shelf/a/use", name + ": *\r\n", used));
      assertEquals(400, response.status());
      assertTrue(response.body().contains("takes neither If-Match nor If-None-Match"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "100|60000|63|41250|\"default\";q=100;w=60|\"default\";r=63;t=42",
        "100|1000|63|1|\"default\";q=100;w=1|\"default\";r=63;t=1",
        "100|1500|63|1000|\"default\";q=100|\"default\";r=63;t=1",
        "100|999|63|1001|\"default\";q=100|\"default\";r=63;t=2",
        "100|2000|100|-1|\"default\";q=100;w=2|\"default\";r=100",
        "9223372036854775807|1000|9223372036854775807|5000|\"default\";q=999999999999999;w=1|"
            + "\"default\";r=999999999999999;t=5",
        "1|9223372036854775000|1|9223372036854775807|\"default\";q=1;w=999999999999999|"
            + "\"default\";r=1;t=999999999999999",
      })
  void shouldSayHowMuchOfAQuotaIsLeft(
      final String quota,
      final String windowMs,
      final long left,
      final long resetMs,
      final String policy,
      final String limit)
      throws IOException {
    shelf.left = left;
    shelf.resetMs = resetMs;
    final Response response = use(quota, windowMs);
    assertEquals(200, response.status(), response::body);
    assertEquals("{\"thing\":\"a\",\"value\":0,\"left\":" + left + "}\n", response.body());
    assertEquals(policy, response.header("RateLimit-Policy"));
    assertEquals(limit, response.header("RateLimit"));
    assertNull(response.header("Retry-After"));
  }

  private Response use(final String quota, final String windowMs) throws IOException {
    final String body = "{\"quota\":" + quota + ",\"window_ms\":" + windowMs + "}";
    return client.exchange(RawClient.post("/shelf/a/use", body));
  }

  @Test
  void shouldSayThatAQuotaIsUsedUp() throws IOException {
    put("", PUT_5);
    shelf.resetMs = 41_250;
    final Response soon = use("5", "60000");
    assertEquals(429, soon.status());
    assertEquals("Too Many Requests", soon.reason());
    assertEquals("application/problem+json", soon.header("Content-Type"));
    assertEquals("\"default\";q=5;w=60", soon.header("RateLimit-Policy"));
    assertEquals("\"default\";r=0;t=42", soon.header("RateLimit"));
    assertEquals("42", soon.header("Retry-After"));
    final String document =
        "{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\",\"title\":\"Quota exceeded\","
            + "\"status\":429,\"violated-policies\":[\"default\"],\"thing\":\"a\",\"value\":5,\"left\":0,"
            + "\"outcome\":\"not_applied\"}\n";
    assertEquals(document, soon.body());
    shelf.resetMs = RateLimit.NO_RESET;
    final Response never = use("5", "60000");
    assertEquals(document, never.body());
    assertEquals("\"default\";r=0", never.header("RateLimit"));
    assertNull(never.header("Retry-After"));
    final Response page = client.exchange(RawClient.get("/problems/quota-exceeded"));
    assertTrue(page.body().startsWith("Quota exceeded\n\n"), page::body);
    assertNull(get("").header("RateLimit"));
  }
}
