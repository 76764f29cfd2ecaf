package io.tally.http;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The JSON Schemas of what an endpoint takes and answers. */
final class ApiSchemas {
  private static final String INCARNATION = "incarnation";
  private static final String PROBLEM = "#/components/schemas/Problem";

  private ApiSchemas() {}

  static Map<String, Object> string() {
    return object("type", "string");
  }

  static Map<String, Object> integer() {
    return object("type", "integer", "format", "int64");
  }

  static Map<String, Object> reference(final String to) {
    return object("$ref", to);
  }

  /** Names and values in turn. */
  static Map<String, Object> object(final Object... members) {
    final Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < members.length; i += 2) {
      object.put((String) members[i], members[i + 1]);
    }
    return object;
  }

  /** Adds the description of something, if there is one. */
  static Map<String, Object> described(
      final Map<String, Object> schema, final String name, final Map<String, String> texts) {
    if (texts.containsKey(name)) {
      schema.put("description", texts.get(name));
    }
    return schema;
  }

  /** The body of a request; no other members may be given. */
  static Map<String, Object> body(final Endpoint row) {
    final Map<String, String> texts = row.documentation.requestTexts;
    if (row.items == null) {
      final Map<String, Object> body =
          members(new LinkedHashMap<>(), new ArrayList<>(), row.members, texts);
      return row.members.all().stream().allMatch(member -> member.missing() == null)
          ? orNull(body)
          : body;
    }
    final String id = row.items.id.member();
    final Map<String, Object> item =
        members(
            object(id, described(row.items.id.schema(), id, texts)),
            new ArrayList<>(List.of(id)),
            row.items.members,
            texts);
    final Map<String, Object> items =
        object("type", "array", "items", item, "minItems", 1, "maxItems", ItemList.MAX_ITEMS);
    return members(
        object("items", described(items, "items", texts)),
        new ArrayList<>(List.of("items")),
        row.items.beside,
        texts);
  }

  private static Map<String, Object> orNull(final Map<String, Object> object) {
    object.put("type", List.of("object", "null"));
    return object;
  }

  private static Map<String, Object> members(
      final Map<String, Object> properties,
      final List<String> required,
      final Parameters members,
      final Map<String, String> texts) {
    for (final Parameter member : members.all()) {
      properties.put(member.name(), described(member.schema(), member.name(), texts));
      if (member.missing() != null) {
        required.add(member.name());
      }
    }
    final Map<String, Object> schema = object("type", "object", "properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  /** An answer in one of a row's shapes. */
  static Map<String, Object> answer(final Endpoint row, final AnswerShape shape) {
    if (shape.id() == null) {
      final Map<String, Object> text = string();
      if (shape.fixedCount() > 0) {
        text.put("pattern", "^-?[0-9]+\\n$");
      }
      return text;
    }
    final Map<String, Object> one = one(shape, row.documentation.answerTexts);
    return row.isOfItems() ? list(row, one, shape) : one;
  }

  private static Map<String, Object> one(final AnswerShape shape, final Map<String, String> texts) {
    final Map<String, Object> properties = new LinkedHashMap<>();
    final String id = shape.id().member();
    properties.put(id, described(shape.id().schema(), id, texts));
    properties.putAll(members(shape, texts));
    final List<String> required = new ArrayList<>(List.of(id));
    required.addAll(shape.members().subList(0, shape.fixedCount()));
    return object("type", "object", "required", required, "properties", properties);
  }

  /** The members of an answer beside its id. */
  private static Map<String, Object> members(
      final AnswerShape shape, final Map<String, String> texts) {
    final Map<String, Object> members = new LinkedHashMap<>();
    for (int i = 0; i < shape.members().size(); i++) {
      final String member = shape.members().get(i);
      if (!member.isEmpty()) {
        members.put(member, described(shape.isTag(i) ? string() : integer(), member, texts));
      }
    }
    return members;
  }

  private static Map<String, Object> list(
      final Endpoint row, final Map<String, Object> one, final AnswerShape shape) {
    final String id = shape.id().member();
    final Map<String, Object> ofFailed =
        object(
            id,
            shape.id().schema(),
            "status",
            object("type", "integer", "minimum", 400, "maximum", 599),
            "type",
            string());
    if (row.verb.mayWrite()) {
      ofFailed.put("outcome", object("enum", List.of("not_applied", "unknown")));
      ofFailed.put(INCARNATION, string());
      properties(one).put(INCARNATION, string());
    }
    final Map<String, Object> failed =
        object(
            "type",
            "object",
            "description",
            "An item that was refused.",
            "required",
            List.of(id, "status", "type"),
            "properties",
            ofFailed);
    final Map<String, Object> properties =
        object("items", object("type", "array", "items", object("oneOf", List.of(one, failed))));
    if (row.items != null) {
      properties.put(
          "refused_item",
          object(
              "type",
              "integer",
              "description",
              "Of items that are applied all or none: the one because of which nothing was."));
    }
    row.documentation.listMembers.forEach(
        (name, schema) -> properties.put(name, new JsonText.Raw(schema)));
    return object("type", "object", "required", List.of("items"), "properties", properties);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> properties(final Map<String, Object> schema) {
    return (Map<String, Object>) schema.get("properties");
  }

  /** The problem documents of one status of a row. */
  static Map<String, Object> problem(final Endpoint row, final Collection<Refusal> refusals) {
    final Set<String> types = new LinkedHashSet<>();
    final Set<String> outcomes = new LinkedHashSet<>();
    boolean integers = false;
    int status = 0;
    for (final Refusal refusal : refusals) {
      types.add(refusal.type().uri());
      outcomes.add(refusal.isUnknown() ? "unknown" : "not_applied");
      integers |= refusal.showsIntegers();
      status = refusal.status();
    }
    final Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("type", object("enum", types));
    properties.put("status", object("const", status));
    if (row.id != null) {
      properties.put(row.id.member(), row.id.schema());
    }
    if (integers) {
      final Map<String, String> texts = row.documentation.answerTexts;
      properties.putAll(members(row.choice.first(), texts));
    }
    if (row.items != null) {
      properties.put(
          "item", object("type", "integer", "description", "The item at fault, from 0."));
    }
    if (refusals.contains(RateLimit.EXCEEDED)) {
      properties.put("violated-policies", object("type", "array", "items", string()));
    }
    final Map<String, Object> ofRow = object("properties", properties);
    if (row.verb.mayWrite()) {
      properties.put("outcome", object("enum", outcomes));
      ofRow.put("required", List.of("outcome"));
    }
    return object("allOf", List.of(reference(PROBLEM), ofRow));
  }

  /** What all problem documents have. */
  static Map<String, Object> anyProblem() {
    return object(
        "type",
        "object",
        "description",
        "A problem document (RFC 9457).",
        "required",
        List.of("type", "title", "status"),
        "properties",
        object(
            "type",
            object(
                "type",
                "string",
                "format",
                "uri-reference",
                "description",
                "The kind of problem; a page at /problems/ tells of each."),
            "title",
            object("type", "string", "description", "The kind in a few words."),
            "status",
            object("type", "integer", "minimum", 400, "maximum", 599),
            "detail",
            object("type", "string", "description", "What is wrong with this request."),
            "outcome",
            object(
                "type",
                "string",
                "enum",
                List.of("not_applied", "unknown"),
                "description",
                "What became of a write. Of an unknown one, a repetition with the same Idempotency-Key"
                    + " tells.")));
  }
}
