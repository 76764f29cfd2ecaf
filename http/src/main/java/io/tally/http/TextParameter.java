package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import java.util.Map;

/**
 * A text that a request may give as a parameter of its query: bytes of UTF-8 after one
 * percent-decoding, without control characters. Immutable.
 */
public final class TextParameter {
  private final String name;
  final byte[] nameBytes;
  final int maxBytes;
  final Refusal tooLong;
  final Refusal invalidText;

  private TextParameter(final String name, final int maxBytes, final ProblemType invalid) {
    this.name = name;
    this.maxBytes = maxBytes;
    nameBytes = name.getBytes(US_ASCII);
    final String given = "invalid query: " + name;
    tooLong = Refusal.of(invalid, 400, given + " is longer than " + maxBytes + " bytes");
    invalidText = Refusal.of(invalid, 400, given + " has a control character or is no UTF-8");
  }

  /**
   * A parameter of the query.
   *
   * @param name of the parameter; ASCII.
   * @param maxBytes longest text.
   * @param invalid problem type of an invalid text.
   * @return the parameter.
   */
  public static TextParameter query(
      final String name, final int maxBytes, final ProblemType invalid) {
    return new TextParameter(name, maxBytes, invalid);
  }

  String name() {
    return name;
  }

  /** The JSON Schema of its values; it counts characters, so it allows some that are too long. */
  Map<String, Object> schema() {
    return ApiSchemas.object("type", "string", "maxLength", maxBytes);
  }

  /** All that can be wrong with it. */
  List<Refusal> refusals() {
    return List.of(tooLong, invalidText);
  }
}
