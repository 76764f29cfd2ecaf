package io.tally.http;

/**
 * Reads a small JSON object: nothing, {@code null}, or an object with the members that an {@link
 * Endpoint} declares, each at most once and no other. Not thread-safe.
 */
final class JsonObjectParser {
  private final BodyCache bodies = new BodyCache();
  private final JsonReader json = new JsonReader();
  private Parameters members;
  private long[] values;

  /** Bit i is set if member i was given. */
  private long seen;

  /** The same if it was given as null. */
  private long nulls;

  private int member;

  /**
   * Parses a body.
   *
   * @param into gets the values of the members that are given, and not as null, if the body is
   *     valid.
   * @return null if it is valid, else the first fault.
   */
  Refusal parse(
      final Parameters expected,
      final byte[] body,
      final int offset,
      final int length,
      final GivenValues into) {
    if (bodies.read(expected, body, offset, length, into)) {
      return null;
    }
    final Refusal fault = parseUnknown(expected, body, offset, length, into);
    if (fault == null) {
      bodies.learn(expected, body, offset, length, into);
    }
    return fault;
  }

  private Refusal parseUnknown(
      final Parameters expected,
      final byte[] body,
      final int offset,
      final int length,
      final GivenValues into) {
    members = expected;
    values = into.slots();
    seen = 0;
    nulls = 0;
    json.wrap(body, offset, length);
    if (length > 0) {
      final Refusal refusal = value();
      if (refusal != null) {
        return refusal;
      }
      if (json.peek() >= 0) {
        return Refusals.JSON_TRAILING;
      }
    }
    into.given(seen & ~nulls);
    return expected.missing(into);
  }

  private Refusal value() {
    final int first = json.peek();
    if (first == '{') {
      json.position++;
      return object();
    }
    if (first == 'n') {
      return json.literal("null");
    }
    if (first < 0) {
      return Refusals.JSON_END;
    }
    return JsonReader.startsValue(first) ? Refusals.JSON_SHAPE : Refusals.JSON_SYNTAX;
  }

  private Refusal object() {
    if (json.peek() == '}') {
      json.position++;
      return null;
    }
    Refusal refusal = member();
    while (refusal == null && json.peek() == ',') {
      json.position++;
      refusal = member();
    }
    return refusal != null ? refusal : json.expect('}');
  }

  private Refusal member() {
    Refusal refusal = json.expect('"');
    if (refusal == null) {
      refusal = name();
    }
    if (refusal == null && (seen & 1L << member) != 0) {
      return members.get(member).repeated;
    }
    if (refusal == null) {
      seen |= 1L << member;
      refusal = json.expect(':');
    }
    if (refusal == null) {
      refusal = json.valueOf(members.get(member));
    }
    if (refusal == null) {
      values[member] = json.value;
      nulls |= json.isGiven ? 0 : 1L << member;
    }
    return refusal;
  }

  private Refusal name() {
    final Refusal refusal = json.text();
    if (refusal != null) {
      return refusal;
    }
    final int length = json.textLength();
    member = length < 0 ? -1 : members.indexOf(json.text, length);
    return member < 0 ? members.unknownMember() : null;
  }
}
