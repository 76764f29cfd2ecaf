package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that a request may give by name: as a member of its JSON body, or as a parameter of its
 * query. Whatever its kind, its value is one {@code long}. Immutable.
 */
public abstract sealed class Parameter permits IntegerParameter, FlagParameter, WordParameter {
  /** Prefix of what is said of a body that cannot be decoded; what it says is another matter. */
  static final String JSON = "invalid JSON";

  final byte[] nameBytes;

  /** What is said of a value of another kind. */
  final Refusal type;

  final Refusal repeated;
  private final String name;
  private final boolean inBody;
  private final long absent;

  /** What is said where it is not given; null if it need not be. */
  private final Refusal missing;

  Parameter(
      final String where,
      final String kind,
      final String name,
      final long absent,
      final boolean required,
      final ProblemType invalid) {
    this.name = name;
    inBody = where.equals(JSON);
    this.absent = absent;
    nameBytes = name.getBytes(US_ASCII);
    final String given = where + ": " + name;
    type = Refusal.of(invalid, 400, given + " must be " + kind);
    repeated = Refusal.of(ProblemTypes.INVALID_JSON, 400, given + " is given twice");
    missing = required ? Refusal.of(invalid, 400, name + " is missing") : null;
  }

  final String name() {
    return name;
  }

  /** Value where it is not given. */
  final long absent() {
    return absent;
  }

  /** What is said where it is not given; null if it need not be. */
  final Refusal missing() {
    return missing;
  }

  /** The JSON Schema of its values. */
  abstract Map<String, Object> schema();

  /** Begins a schema: where nothing has to be given in a body, null is the same as absent. */
  final Map<String, Object> typed(final String type) {
    final Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", inBody && missing == null ? List.of(type, "null") : type);
    return schema;
  }

  /** All that can be wrong with it. */
  List<Refusal> refusals() {
    return missing == null ? List.of(type, repeated) : List.of(type, repeated, missing);
  }
}
