package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** {@code /openapi.json} of a server, as a reader of OpenAPI understands it. */
public final class ApiDocument {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDialect(Dialects.getDraft202012());

  /** Of HTTP itself; OpenAPI leaves these out, or need not name them. */
  private static final Set<String> COMMON_HEADERS =
      Set.of("date", "content-length", "content-type", "connection", "vary", "cache-control");

  private static final Pattern HELP_LINE =
      Pattern.compile("(?m)^  (GET|POST|PUT|DELETE) +(/\\S*) +.*$");

  private final JsonNode root;

  /** A request as an example of the document gives it, and its answer. */
  public record Call(
      String name,
      String method,
      String target,
      String headers,
      String body,
      int status,
      String mediaType,
      String answer) {
    /** Whether the answer is what a stream begins with, so that its connection is used up. */
    public boolean isStream() {
      return mediaType.equals("text/event-stream");
    }

    /** Sends the request and reads its answer. */
    public Response exchange(final RawClient client) throws IOException {
      client.send(RawClient.request(method, target, headers, body));
      return isStream() ? client.readParts(answer.split("\n\n").length) : client.read();
    }

    @Override
    public String toString() {
      return method + " " + target + " (" + name + ")";
    }
  }

  private ApiDocument(final JsonNode root) {
    this.root = root;
  }

  /** Reads it from a server. */
  public static ApiDocument read(final RawClient client) throws IOException {
    final Response response = client.exchange(RawClient.get("/openapi.json"));
    assertEquals(200, response.status(), response::body);
    assertEquals("application/json", response.header("Content-Type"));
    return of(response.body());
  }

  static ApiDocument of(final String json) throws IOException {
    return new ApiDocument(JSON.readTree(json));
  }

  JsonNode root() {
    return root;
  }

  /** Fails where it breaks a rule of OpenAPI 3.1, or one of JSON Schema 2020-12. */
  public void checkRules() {
    final SwaggerParseResult result =
        new OpenAPIV3Parser().readContents(root.toString(), null, null);
    assertEquals(List.of(), result.getMessages() == null ? List.of() : result.getMessages());
    assertNotNull(result.getOpenAPI());
    assertTrue(result.isOpenapi31());
    final Schema metaSchema =
        SCHEMAS.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    for (final JsonNode schema : root.findValues("schema")) {
      assertEquals(List.of(), metaSchema.validate(schema), schema::toString);
    }
    for (final JsonNode reference : root.findValues("$ref")) {
      assertNotNull(resolve(reference.asText()), reference::asText);
    }
    final List<String> ids = root.findValuesAsText("operationId");
    assertEquals(ids.size(), Set.copyOf(ids).size(), ids::toString);
    checkPathsAndExamples();
  }

  private void checkPathsAndExamples() {
    for (final Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      for (final JsonNode operation : path.getValue()) {
        final Set<String> inPath = new TreeSet<>();
        for (final JsonNode parameter : operation.path("parameters")) {
          if (parameter.path("in").asText().equals("path")) {
            inPath.add("{" + parameter.path("name").asText() + "}");
            assertTrue(parameter.path("required").asBoolean(), parameter::toString);
          }
          for (final JsonNode example : parameter.path("examples")) {
            assertValid(parameter.path("schema"), example.path("value"));
          }
        }
        final Set<String> wanted = new TreeSet<>();
        Pattern.compile("\\{\\w+}")
            .matcher(path.getKey())
            .results()
            .forEach(found -> wanted.add(found.group()));
        assertEquals(wanted, inPath, path.getKey());
        for (final JsonNode content : operation.path("requestBody").path("content")) {
          checkExamples(content);
        }
        for (final JsonNode response : operation.path("responses")) {
          response.path("content").forEach(this::checkExamples);
        }
      }
    }
  }

  private void checkExamples(final JsonNode content) {
    for (final JsonNode example : content.path("examples")) {
      assertValid(content.path("schema"), example.path("value"));
    }
  }

  private JsonNode resolve(final String reference) {
    assertTrue(reference.startsWith("#/"), reference);
    final JsonNode target = root.at(reference.substring(1));
    return target.isMissingNode() ? null : target;
  }

  private JsonNode resolved(final JsonNode node) {
    return node.has("$ref") ? resolve(node.path("$ref").asText()) : node;
  }

  private void assertValid(final JsonNode schema, final JsonNode value) {
    assertEquals(List.of(), errors(schema, value), () -> value + " against " + schema);
  }

  private List<?> errors(final JsonNode schema, final JsonNode value) {
    final ObjectNode whole = schema.deepCopy();
    whole.set("components", root.path("components"));
    return SCHEMAS.getSchema(whole).validate(value);
  }

  /** All operations as method and path. */
  public Set<String> operations() {
    final Set<String> all = new TreeSet<>();
    for (final Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(verb -> all.add(verb.toUpperCase(Locale.ROOT) + " " + path.getKey()));
    }
    return all;
  }

  /** An operation by its name. */
  public JsonNode operation(final String operationId) {
    for (final JsonNode path : root.path("paths")) {
      for (final JsonNode operation : path) {
        if (operation.path("operationId").asText().equals(operationId)) {
          return operation;
        }
      }
    }
    throw new AssertionError(operationId + " is none of " + operations());
  }

  /** Fails where the server has an endpoint that is not documented, or the other way round. */
  public void checkEndpoints(final RawClient client) throws IOException {
    final Set<String> documented = operations();
    final Set<String> listed = new TreeSet<>();
    HELP_LINE
        .matcher(client.exchange(RawClient.get("/")).body())
        .results()
        .forEach(line -> listed.add(line.group(1) + " " + line.group(2)));
    final Set<String> unlisted = new TreeSet<>(documented);
    unlisted.removeAll(listed);
    assertEquals(Set.of("GET /", "GET /problems/{slug}"), unlisted);
    assertTrue(documented.containsAll(listed), () -> documented + " lacks some of " + listed);
    for (final Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      final JsonNode slugs = path.getValue().at("/get/parameters/0/schema/enum");
      final String id = slugs.isMissingNode() ? "some-id" : slugs.get(0).asText();
      final String target = path.getKey().replaceAll("\\{\\w+}", id);
      final Response response = client.exchange(RawClient.request("OPTIONS", target, "", ""));
      final Set<String> allowed = new TreeSet<>(Set.of(response.header("Allow").split(", ")));
      allowed.remove("HEAD");
      final Set<String> verbs = new TreeSet<>();
      path.getValue().fieldNames().forEachRemaining(v -> verbs.add(v.toUpperCase(Locale.ROOT)));
      assertEquals(verbs, allowed, target);
      for (final JsonNode slug : slugs) {
        final Response page = client.exchange(RawClient.get("/problems/" + slug.asText()));
        check("GET", "/problems/" + slug.asText(), "", page);
        assertEquals(200, page.status());
      }
    }
  }

  /** Fails where an answer, or a request that was not refused for its form, is not documented. */
  public void check(
      final String method, final String target, final String body, final Response response) {
    final String what = method + " " + target + " " + body + " -> " + response.body();
    final JsonNode operation = find(method.equals("HEAD") ? "GET" : method, target);
    if (operation == null) {
      assertTrue(method.equals("OPTIONS") || response.status() / 100 == 4, what);
      return;
    }
    final JsonNode requestSchema = operation.at("/requestBody/content/application~1json/schema");
    if (!requestSchema.isMissingNode() && response.status() != 400) {
      if (body.isEmpty()) {
        assertTrue(!operation.at("/requestBody/required").asBoolean(), what);
      } else {
        assertEquals(List.of(), errors(requestSchema, parse(body)), what);
      }
    }
    final JsonNode responses = operation.path("responses");
    final String status = Integer.toString(response.status());
    final JsonNode documented =
        resolved(responses.has(status) ? responses.path(status) : responses.path("default"));
    for (final String header : response.headers().keySet()) {
      final boolean named = toLowerCase(documented.path("headers").fieldNames()).contains(header);
      assertTrue(COMMON_HEADERS.contains(header) || named, header + " of " + what);
    }
    if (response.content().length > 0) {
      checkContent(documented, response, what);
    }
  }

  private void checkContent(final JsonNode documented, final Response response, final String what) {
    final String mediaType = response.header("Content-Type").replaceFirst(";.*", "");
    final JsonNode content = documented.path("content").path(mediaType);
    assertTrue(content.has("schema"), what + " is not documented as " + mediaType);
    final boolean json = mediaType.endsWith("json");
    final JsonNode value =
        json ? parse(response.body()) : JSON.getNodeFactory().textNode(response.body());
    assertEquals(List.of(), errors(content.path("schema"), value), what);
    final Set<String> names = new TreeSet<>();
    addMembers(content.path("schema"), names);
    if (json && !names.isEmpty()) {
      value
          .fieldNames()
          .forEachRemaining(
              name -> assertTrue(names.contains(name), name + " is not documented: " + what));
    }
  }

  private void addMembers(final JsonNode schema, final Set<String> names) {
    final JsonNode target = resolved(schema);
    target.path("properties").fieldNames().forEachRemaining(names::add);
    for (final String several : List.of("allOf", "oneOf", "anyOf")) {
      target.path(several).forEach(one -> addMembers(one, names));
    }
  }

  private static Set<String> toLowerCase(final Iterator<String> names) {
    final Set<String> lower = new TreeSet<>();
    names.forEachRemaining(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    return lower;
  }

  private JsonNode find(final String method, final String target) {
    final String path = target.replaceFirst("\\?.*", "");
    final String verb = method.toLowerCase(Locale.ROOT);
    final JsonNode fixed = root.path("paths").path(path);
    if (!fixed.isMissingNode()) {
      return fixed.get(verb);
    }
    for (final Map.Entry<String, JsonNode> entry : root.path("paths").properties()) {
      if (path.matches(entry.getKey().replaceAll("\\{\\w+}", "[^/]*"))) {
        return entry.getValue().get(verb);
      }
    }
    return null;
  }

  private static JsonNode parse(final String json) {
    try {
      return JSON.readTree(json);
    } catch (final JsonProcessingException fault) {
      throw new AssertionError(json, fault);
    }
  }

  /** All examples, in the order of the document. */
  public List<Call> examples() {
    final List<Call> all = new ArrayList<>();
    for (final Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      for (final Map.Entry<String, JsonNode> verb : path.getValue().properties()) {
        addExamples(path.getKey(), verb.getKey(), verb.getValue(), all);
      }
    }
    return all;
  }

  private static void addExamples(
      final String path, final String verb, final JsonNode operation, final List<Call> all) {
    final List<Call> ofOperation = new ArrayList<>();
    for (final Map.Entry<String, JsonNode> status : operation.path("responses").properties()) {
      for (final Map.Entry<String, JsonNode> content :
          status.getValue().path("content").properties()) {
        for (final Map.Entry<String, JsonNode> example :
            content.getValue().path("examples").properties()) {
          final JsonNode answer = example.getValue().path("value");
          ofOperation.add(
              call(
                  path,
                  verb.toUpperCase(Locale.ROOT),
                  operation,
                  example.getKey(),
                  Integer.parseInt(status.getKey()),
                  content.getKey(),
                  answer.isTextual() ? answer.asText() : answer + "\n"));
        }
      }
    }
    // Requests are in the order in which they were written; answers are grouped by status.
    final List<String> order = new ArrayList<>();
    operation
        .path("parameters")
        .forEach(one -> one.path("examples").fieldNames().forEachRemaining(order::add));
    ofOperation.sort((a, b) -> Integer.compare(order.indexOf(a.name), order.indexOf(b.name)));
    all.addAll(ofOperation);
  }

  private static Call call(
      final String path,
      final String method,
      final JsonNode operation,
      final String name,
      final int status,
      final String mediaType,
      final String answer) {
    String target = path;
    String query = "";
    final boolean refused = mediaType.equals(ApiOperation.PROBLEM_JSON);
    String headers = refused ? "" : "Accept: " + mediaType + "\r\n";
    for (final JsonNode parameter : operation.path("parameters")) {
      final String parameterName = parameter.path("name").asText();
      final JsonNode value = parameter.path("examples").path(name).path("value");
      if (value.isMissingNode()) {
        continue;
      }
      switch (parameter.path("in").asText()) {
        case "path" -> target = target.replace("{" + parameterName + "}", encoded(value.asText()));
        case "query" -> {
          for (final JsonNode one : value.isArray() ? value : List.of(value)) {
            query += (query.isEmpty() ? "?" : "&") + parameterName + "=" + encoded(one.asText());
          }
        }
        default -> headers += parameterName + ": " + value.asText() + "\r\n";
      }
    }
    final JsonNode body =
        operation.at("/requestBody/content/application~1json/examples/" + name + "/value");
    return new Call(
        name,
        method,
        target + query,
        headers,
        body.isMissingNode() ? "" : body.toString(),
        status,
        mediaType,
        answer);
  }

  private static String encoded(final String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
