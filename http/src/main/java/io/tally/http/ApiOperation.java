package io.tally.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** One endpoint as an operation of the OpenAPI document. */
final class ApiOperation {
  static final String PROBLEM_JSON = "application/problem+json";

  private static final String OTHERWISE = "#/components/responses/Refused";
  private static final Pattern PARTS_OF_PATH = Pattern.compile("[^A-Za-z0-9]+");

  private final Endpoint row;
  private final Documentation documentation;

  private ApiOperation(final Endpoint row) {
    this.row = row;
    documentation = row.documentation;
  }

  /**
   * The operation of a row.
   *
   * @throws IllegalArgumentException if it documents what it does not declare.
   */
  static Map<String, Object> of(final Endpoint row) {
    return new ApiOperation(row).operation();
  }

  private Map<String, Object> operation() {
    final Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("operationId", operationId());
    if (!row.summary.isEmpty()) {
      operation.put("summary", row.summary);
    }
    if (!documentation.description.isEmpty()) {
      operation.put("description", documentation.description);
    }
    final List<Object> parameters = parameters();
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    if (!row.members.isEmpty() || row.items != null) {
      operation.put("requestBody", requestBody());
    }
    operation.put("responses", responses());
    return operation;
  }

  private String operationId() {
    if (!documentation.operationId.isEmpty()) {
      return documentation.operationId;
    }
    final StringBuilder id = new StringBuilder(row.verb.name().toLowerCase(Locale.ROOT));
    for (final String part : PARTS_OF_PATH.split(row.path)) {
      if (!part.isEmpty()) {
        id.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
      }
    }
    return id.toString();
  }

  private List<Object> parameters() {
    final List<Object> all = new ArrayList<>();
    final Set<String> names = new LinkedHashSet<>();
    if (row.id != null) {
      all.add(parameter("id", "path", true, row.id.schema(), names));
    }
    for (final Parameter ofQuery : row.query.all()) {
      all.add(parameter(ofQuery.name(), "query", false, ofQuery.schema(), names));
    }
    if (row.itemsQuery != null) {
      final ItemsQuery query = row.itemsQuery;
      all.add(parameter(query.name, "query", false, query.schema(), names));
      for (final TextParameter text : query.texts) {
        all.add(parameter(text.name(), "query", false, text.schema(), names));
      }
    }
    ApiHeaders.ofRequests(row)
        .forEach(
            (name, header) -> {
              final Map<String, Object> parameter = ApiSchemas.object("name", name, "in", "header");
              parameter.putAll(header);
              all.add(withExamples(parameter, name));
              names.add(name);
            });
    documentation.examples.forEach(
        example -> checkDeclared(names, example.parameters.keySet(), "gives"));
    row.members.all().forEach(member -> names.add(member.name()));
    if (row.items != null) {
      names.add("items");
      names.add(row.items.id.member());
      row.items.members.all().forEach(member -> names.add(member.name()));
    }
    checkDeclared(names, documentation.requestTexts.keySet(), "describes");
    return all;
  }

  private void checkDeclared(
      final Set<String> declared, final Set<String> named, final String does) {
    if (!declared.containsAll(named)) {
      throw new IllegalArgumentException(
          row.verb + " " + row.path + " " + does + " what it does not declare: " + named);
    }
  }

  private Map<String, Object> parameter(
      final String name,
      final String in,
      final boolean required,
      final Map<String, Object> schema,
      final Set<String> names) {
    names.add(name);
    final Map<String, Object> parameter = ApiSchemas.object("name", name, "in", in);
    if (required) {
      parameter.put("required", true);
    }
    ApiSchemas.described(parameter, name, documentation.requestTexts);
    parameter.put("schema", schema);
    return withExamples(parameter, name);
  }

  private Map<String, Object> withExamples(final Map<String, Object> parameter, final String name) {
    final boolean integer = row.query.all().stream().anyMatch(known -> known.name().equals(name));
    final Map<String, Object> examples = new LinkedHashMap<>();
    for (final Example example : documentation.examples) {
      final List<String> values = example.parameters.get(name);
      if (values != null) {
        final boolean many =
            row.itemsQuery != null
                && row.itemsQuery.name.equals(name)
                && row.itemsQuery.maxItems > 1;
        final Object one = integer ? new JsonText.Raw(values.get(0)) : values.get(0);
        examples.put(example.name, ApiSchemas.object("value", many ? values : one));
      }
    }
    if (!examples.isEmpty()) {
      parameter.put("examples", examples);
    }
    return parameter;
  }

  private Map<String, Object> requestBody() {
    final Map<String, Object> schema = ApiSchemas.body(row);
    final Map<String, Object> content = ApiSchemas.object("schema", schema);
    final Map<String, Object> examples = new LinkedHashMap<>();
    for (final Example example : documentation.examples) {
      if (!example.body.isEmpty()) {
        examples.put(
            example.name,
            ApiSchemas.object("summary", example.summary, "value", new JsonText.Raw(example.body)));
      }
    }
    if (!examples.isEmpty()) {
      content.put("examples", examples);
    }
    return ApiSchemas.object(
        "required",
        schema.containsKey("required"),
        "content",
        ApiSchemas.object("application/json", content));
  }

  private Map<String, Object> responses() {
    final SortedMap<Integer, Map<String, Object>> contents = new TreeMap<>();
    final SortedMap<Integer, Set<String>> texts = new TreeMap<>();
    for (final AnswerShape shape : row.choice.shapes()) {
      final String schema = documentation.schema(200, shape.mediaType());
      addContent(
          contents,
          200,
          shape.mediaType(),
          schema == null ? ApiSchemas.answer(row, shape) : new JsonText.Raw(schema));
    }
    for (final Documentation.Answer answer : documentation.answers) {
      addContent(contents, answer.status(), answer.mediaType(), new JsonText.Raw(answer.schema()));
      text(texts, answer.status(), answer.description());
    }
    final Map<Integer, List<Refusal>> refusals = refusals();
    refusals.forEach(
        (status, ofStatus) -> {
          addContent(contents, status, PROBLEM_JSON, ApiSchemas.problem(row, ofStatus));
          ofStatus.forEach(refusal -> text(texts, status, refusal.type().title()));
        });
    contents.computeIfAbsent(200, status -> new LinkedHashMap<>());
    if (row.conditional && !row.verb.mayWrite()) {
      contents.put(304, Map.of());
      text(texts, 304, "It has not changed.");
    }
    final Map<String, Object> responses = new LinkedHashMap<>();
    contents.forEach(
        (status, content) ->
            responses.put(Integer.toString(status), response(status, texts.get(status), content)));
    responses.put("default", ApiSchemas.reference(OTHERWISE));
    return responses;
  }

  /** Refusals by status; with those of HTTP itself where there are others of the same status. */
  private SortedMap<Integer, List<Refusal>> refusals() {
    final SortedMap<Integer, List<Refusal>> byStatus = new TreeMap<>();
    for (final Refusal refusal : RowRefusals.of(row)) {
      byStatus.computeIfAbsent(refusal.status(), status -> new ArrayList<>()).add(refusal);
    }
    for (final Refusal refusal : RowRefusals.OF_HTTP) {
      if (byStatus.containsKey(refusal.status())) {
        byStatus.get(refusal.status()).add(refusal);
      }
    }
    return byStatus;
  }

  private void addContent(
      final SortedMap<Integer, Map<String, Object>> contents,
      final int status,
      final String mediaType,
      final Object schema) {
    final Map<String, Object> content = ApiSchemas.object("schema", schema);
    final Map<String, Object> examples = new LinkedHashMap<>();
    for (final Example example : documentation.examples) {
      if (example.status == status && mediaType.equals(form(example))) {
        final boolean json = mediaType.endsWith("json");
        examples.put(
            example.name,
            ApiSchemas.object(
                "summary",
                example.summary,
                "value",
                json ? new JsonText.Raw(example.answer) : example.answer));
      }
    }
    if (!examples.isEmpty()) {
      content.put("examples", examples);
    }
    contents.computeIfAbsent(status, any -> new LinkedHashMap<>()).put(mediaType, content);
  }

  private String form(final Example example) {
    if (example.mediaType != null) {
      return example.mediaType;
    }
    final AnswerShape first = row.choice.first();
    return first == null ? documentation.answers.get(0).mediaType() : first.mediaType();
  }

  private static void text(
      final Map<Integer, Set<String>> texts, final int status, final String text) {
    texts.computeIfAbsent(status, any -> new LinkedHashSet<>()).add(text);
  }

  private Map<String, Object> response(
      final int status, final Set<String> texts, final Map<String, Object> content) {
    final Map<String, Object> response =
        ApiSchemas.object("description", texts == null ? "OK" : String.join("; ", texts));
    final Map<String, Object> headers = ApiHeaders.ofAnswers(row, status);
    if (!headers.isEmpty()) {
      response.put("headers", headers);
    }
    if (!content.isEmpty()) {
      response.put("content", content);
    }
    return response;
  }
}
