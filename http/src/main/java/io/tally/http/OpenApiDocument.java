package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code /openapi.json}: all endpoints of a server, made of their rows at the start, as OpenAPI 3.1
 * describes an API (https://spec.openapis.org/oas/v3.1.1.html).
 */
final class OpenApiDocument implements Supplier<Page> {
  static final String PATH = "/openapi.json";

  private static final String NOTES =
      """
      Every GET answers HEAD too, and every path answers OPTIONS. Integers have 64 bits, which not every reader of \
      JSON keeps. Members that are not documented are refused in requests; in answers there may be further ones, which \
      are to be passed over. Refusals are problem documents (RFC 9457); `outcome` says of a write whether it was \
      `not_applied` or is `unknown`.""";

  /** Set once, before the server serves. */
  private Page page;

  @Override
  public Page get() {
    return page;
  }

  /** The row that shows it. */
  Endpoint row() {
    return Endpoint.page(PATH, "this API as OpenAPI 3.1", this)
        .documented(
            Documentation.of("getOpenApi", "This document.")
                .answer(200, "application/json", "{\"type\":\"object\"}", "An OpenAPI document."));
  }

  /**
   * Makes it.
   *
   * @param rows all endpoints, but for the pages of problems.
   * @param problems that have a page.
   * @param title of the API.
   * @throws IllegalArgumentException if a row documents what it does not declare, or as what
   *     another row is.
   */
  void describe(
      final List<Endpoint> rows, final Collection<ProblemType> problems, final String title) {
    final String json = JsonText.of(document(rows, problems, title));
    page =
        Page.of(
            "Content-Type: application/json\r\nCache-Control: no-cache\r\n",
            (json + "\n").getBytes(UTF_8));
  }

  private static Map<String, Object> document(
      final List<Endpoint> rows, final Collection<ProblemType> problems, final String title) {
    final Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
    final Set<String> operationIds = new LinkedHashSet<>();
    for (final Endpoint row : rows) {
      final Map<String, Object> operation = ApiOperation.of(row);
      if (!operationIds.add((String) operation.get("operationId"))) {
        throw new IllegalArgumentException(
            "two operations are called " + operation.get("operationId"));
      }
      paths
          .computeIfAbsent(row.path, path -> new LinkedHashMap<>())
          .put(row.verb.name().toLowerCase(Locale.ROOT), operation);
    }
    paths.put("/problems/{slug}", ApiSchemas.object("get", problemPage(problems)));
    return ApiSchemas.object(
        "openapi",
        "3.1.1",
        "info",
        ApiSchemas.object("title", title, "version", version(), "description", NOTES),
        "paths",
        paths,
        "components",
        ApiSchemas.object(
            "schemas",
            ApiSchemas.object("Problem", ApiSchemas.anyProblem()),
            "headers",
            ApiHeaders.components(),
            "responses",
            ApiSchemas.object("Refused", otherwise())));
  }

  private static Map<String, Object> problemPage(final Collection<ProblemType> problems) {
    final List<String> slugs = problems.stream().map(ProblemType::slug).toList();
    final Map<String, Object> slug =
        ApiSchemas.object(
            "name",
            "slug",
            "in",
            "path",
            "required",
            true,
            "schema",
            ApiSchemas.object("type", "string", "enum", slugs));
    return ApiSchemas.object(
        "operationId",
        "getProblem",
        "summary",
        "what a kind of problem means, and what can be done",
        "parameters",
        List.of(slug),
        "responses",
        ApiSchemas.object(
            "200",
            ApiSchemas.object(
                "description",
                "The kind of problem, for people.",
                "content",
                ApiSchemas.object("text/plain", ApiSchemas.object("schema", ApiSchemas.string()))),
            "default",
            ApiSchemas.reference("#/components/responses/Refused")));
  }

  /** What any request may be answered, whatever it asks for. */
  private static Map<String, Object> otherwise() {
    final Set<String> types = new LinkedHashSet<>();
    RowRefusals.OF_HTTP.forEach(refusal -> types.add(refusal.type().uri()));
    final Map<String, Object> schema =
        ApiSchemas.object(
            "allOf",
            List.of(
                ApiSchemas.reference("#/components/schemas/Problem"),
                ApiSchemas.object(
                    "properties", ApiSchemas.object("type", ApiSchemas.object("enum", types)))));
    return ApiSchemas.object(
        "description",
        "A request that HTTP itself refuses: malformed, too slow, too large, or at a bad moment.",
        "content",
        ApiSchemas.object(ApiOperation.PROBLEM_JSON, ApiSchemas.object("schema", schema)));
  }

  /** The version of the jar, as its manifest says. */
  private static String version() {
    final String version = OpenApiDocument.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
