package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.http.RawClient.Response;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The document follows from the rows, and the rows from the document. */
@Timeout(60)
class OpenApiDocumentTest {
  private static final ProblemType INVALID =
      new ProblemType("invalid-window", "Invalid window", "Some windows are none.");

  private TestServer server;
  private RawClient client;
  private ApiDocument document;

  @BeforeEach
  void launch() throws IOException {
    final List<Endpoint> rows = new ArrayList<>(new Shelf().rows());
    rows.add(
        Endpoint.get("/window", "a window")
            .query(IntegerParameter.query("from", -10, 100, 5, INVALID))
            .calls((request, exchange) -> {}));
    server = new TestServer(settings -> settings.rows(rows.toArray(new Endpoint[0])));
    client = server.connect();
    document = ApiDocument.read(client);
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

  @Test
  void shouldFollowTheRulesOfOpenApi() {
    document.checkRules();
  }

  /** A check that could not fail would show nothing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"title\":\"Counters for tests\", | ''",
        "\"openapi\":\"3.1.1\" | \"openapi\":\"3.0.3\"",
        "\"in\":\"path\" | \"in\":\"road\"",
        "\"in\":\"path\",\"required\":true | \"in\":\"path\"",
        "\"description\":\"Yes.\", | ''",
        "\"operationId\":\"putShelfId\" | \"operationId\":\"getShelfId\"",
        "#/components/schemas/Problem | #/components/schemas/Nothing",
        "\"type\":\"integer\" | \"type\":\"long\"",
        "\"minimum\":-100 | \"minimum\":\"-100\"",
        "\"responses\":{ | \"replies\":{",
        "/shelf/{id}/use | /shelf/{name}/use",
      })
  void shouldNoticeWhatBreaksTheRules(final String part, final String broken) throws IOException {
    final String json = document.root().toString();
    final ApiDocument mutant = ApiDocument.of(json.replaceFirst(Pattern.quote(part), broken));
    assertNotEquals(json, mutant.root().toString());
    assertThrows(AssertionError.class, mutant::checkRules);
  }

  @Test
  void shouldDocumentTheEndpointsOfTheServerAndNoOthers() throws IOException {
    document.checkEndpoints(client);
    final Set<String> operations = document.operations();
    assertTrue(
        operations.containsAll(
            Set.of(
                "GET /shelf/{id}",
                "PUT /shelf/{id}",
                "DELETE /shelf/{id}",
                "POST /shelf/{id}/use",
                "GET /window",
                "GET /cluster",
                "GET /livez",
                "GET /readyz",
                "GET /openapi.json")),
        operations::toString);
  }

  @Test
  void shouldShowWhatARowDeclares() {
    final JsonNode put = document.operation("putShelfId");
    assertEquals(
        "{\"type\":\"object\",\"properties\":{"
            + "\"value\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":-100,\"maximum\":100},"
            + "\"twice\":{\"type\":[\"boolean\",\"null\"],\"default\":false},"
            + "\"unit\":{\"type\":[\"string\",\"null\"],\"enum\":[\"one\",\"dozen\",null]}},"
            + "\"required\":[\"value\"],\"additionalProperties\":false}",
        put.at("/requestBody/content/application~1json/schema").toString());
    assertTrue(put.at("/requestBody/required").asBoolean());
    assertEquals(
        List.of("id", "Idempotency-Key", "If-Match", "If-None-Match"),
        put.path("parameters").findValuesAsText("name"));
    final JsonNode answer = put.at("/responses/200");
    assertEquals(
        "{\"thing\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":256},"
            + "\"value\":{\"type\":\"integer\",\"format\":\"int64\"},"
            + "\"before\":{\"type\":\"integer\",\"format\":\"int64\"},"
            + "\"left\":{\"type\":\"integer\",\"format\":\"int64\"}}",
        answer.at("/content/application~1json/schema/properties").toString());
    assertEquals(
        "[\"thing\",\"value\"]",
        answer.at("/content/application~1json/schema/required").toString());
    assertTrue(answer.path("headers").has("ETag"));
    final JsonNode failed =
        put.at("/responses/412/content/application~1problem+json/schema/allOf/1/properties");
    assertEquals("[\"/problems/precondition-failed\"]", failed.at("/type/enum").toString());
    assertEquals(412, failed.at("/status/const").asInt());
    assertTrue(failed.has("left") && failed.has("thing"), failed::toString);
    assertEquals("[\"not_applied\"]", failed.at("/outcome/enum").toString());
    assertTrue(put.at("/responses/422").isObject());
    assertTrue(put.at("/responses/304").isMissingNode());
    final JsonNode get = document.operation("getShelfId");
    assertTrue(get.at("/responses/304").isObject());
    assertTrue(get.at("/responses/406").isObject());
    assertTrue(get.at("/responses/422").isMissingNode(), "it takes no key");
    assertEquals(
        "\"^-?[0-9]+\\\\n$\"",
        get.at("/responses/200/content/text~1plain/schema/pattern").toString());
    assertTrue(document.operation("postShelfIdUse").at("/responses/429/headers").has("RateLimit"));
    assertEquals(
        "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":-10,\"maximum\":100,\"default\":5}",
        document.operation("getWindow").at("/parameters/0/schema").toString());
  }

  @Test
  void shouldDocumentWhatIsAnswered() throws IOException {
    exchange("PUT", "/shelf/a", "{\"value\":7}");
    exchange("PUT", "/shelf/a", "{\"value\":null}");
    exchange("PUT", "/shelf/a", "{\"value\":7,\"twice\":false,\"unit\":\"dozen\"}");
    exchange("PUT", "/shelf/a", "");
    exchange("PUT", "/shelf/a?x=1", "{\"value\":7}");
    exchange("GET", "/shelf/a", "");
    exchange("HEAD", "/shelf/a", "");
    exchange("POST", "/shelf/a/use", "{\"quota\":1,\"window_ms\":1000}");
    server.readiness = new ProbeResult(false, "{\"ready\":false}");
    for (final String page : List.of("/", "/readyz", "/livez", "/cluster", "/openapi.json")) {
      exchange("GET", page, "");
    }
    assertThrows(AssertionError.class, () -> document.check("GET", "/shelf/a", "", unexpected()));
  }

  private static Response unexpected() {
    return new Response(
        409,
        "Conflict",
        Map.of("content-type", "application/problem+json"),
        "{\"type\":\"/problems/x\",\"title\":\"X\",\"status\":409}".getBytes(UTF_8));
  }

  private void exchange(final String method, final String target, final String body)
      throws IOException {
    client.send(RawClient.request(method, target, "", body));
    document.check(method, target, body, client.read(method.equals("HEAD")));
  }

  @Test
  void shouldKnowWhichRowsMeetEachRefusal() {
    final Set<Refusal> known = new HashSet<>(RowRefusals.OF_HTTP);
    new Shelf().rows().forEach(row -> known.addAll(RowRefusals.of(row)));
    known.addAll(
        RowRefusals.of(
            Endpoint.get("/window", "")
                .query(IntegerParameter.query("from", -10, 100, 5, INVALID))
                .answers((buffer, offset, length, exchange) -> true, AnswerShape.text())
                .streams((request, exchange) -> {})));
    known.addAll(
        RowRefusals.of(
            Endpoint.post("/windows", "")
                .items(new PathId("window", "name", INVALID), List.of(), List.of())));
    final List<Refusal> missing = new ArrayList<>(Refusals.ALL);
    missing.removeAll(known);
    // Of the metrics port, and of events that end a stream.
    assertEquals(List.of(Refusals.NOT_ACCEPTABLE, Refusals.WATCHES), missing);
  }

  @Test
  void shouldRefuseToDocumentWhatARowDoesNotDeclare() {
    final Endpoint row = Endpoint.get("/window", "").calls((request, exchange) -> {});
    assertThrows(
        IllegalArgumentException.class,
        () -> ApiOperation.of(row.documented(Documentation.of("w", "").request("from", "x"))));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ApiOperation.of(
                row.documented(
                    Documentation.of("w", "")
                        .answer(200, "text/plain", "{}", "")
                        .examples(Example.of("e", "").with("from", "1")))));
    final OpenApiDocument same = new OpenApiDocument();
    row.documented(Documentation.of("getOpenApi", ""));
    assertThrows(
        IllegalArgumentException.class,
        () -> same.describe(List.of(row, same.row()), List.of(), "Title"));
  }
}
