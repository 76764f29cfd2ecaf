package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;

/**
 * An integer that a request may give: as a member of its JSON body, where it is a number without
 * fraction or exponent, or as a parameter of its query. Where it is absent, or null in JSON, the
 * default holds. Immutable.
 */
public final class IntegerParameter {
  final byte[] nameBytes;
  final Refusal type;
  final Refusal fraction;
  final Refusal repeated;
  private final String name;
  private final long min;
  private final long max;
  private final long absent;
  private final Refusal range;

  private IntegerParameter(
      final String where,
      final String kind,
      final String name,
      final long min,
      final long max,
      final long absent,
      final ProblemType invalid) {
    this.name = name;
    this.min = min;
    this.max = max;
    this.absent = absent;
    nameBytes = name.getBytes(US_ASCII);
    final String given = where + ": " + name;
    type = Refusal.of(invalid, 400, given + " must be " + kind);
    fraction = Refusal.of(invalid, 400, given + " must be an integer without fraction or exponent");
    repeated = Refusal.of(ProblemTypes.INVALID_JSON, 400, given + " is given twice");
    final boolean all = min == Long.MIN_VALUE && max == Long.MAX_VALUE;
    range =
        Refusal.of(
            invalid,
            400,
            given + " is outside the range " + (all ? "of 64 bits" : min + " to " + max));
  }

  /**
   * A member of the JSON body.
   *
   * @param name of the member; ASCII, 64 characters at most.
   * @param min smallest value.
   * @param max largest value.
   * @param absent value where it is absent or null.
   * @param invalid problem type of an invalid value.
   * @return the parameter.
   */
  public static IntegerParameter member(
      final String name,
      final long min,
      final long max,
      final long absent,
      final ProblemType invalid) {
    return new IntegerParameter(
        "invalid JSON", "an integer or null", name, min, max, absent, invalid);
  }

  /**
   * A parameter of the query.
   *
   * @param name of the parameter; ASCII.
   * @param min smallest value.
   * @param max largest value.
   * @param absent value where it is absent.
   * @param invalid problem type of an invalid value.
   * @return the parameter.
   */
  public static IntegerParameter query(
      final String name,
      final long min,
      final long max,
      final long absent,
      final ProblemType invalid) {
    return new IntegerParameter("invalid query", "an integer", name, min, max, absent, invalid);
  }

  String name() {
    return name;
  }

  long absent() {
    return absent;
  }

  /** What is wrong with a value, or null. */
  Refusal check(final long value) {
    return value < min || value > max ? range : null;
  }

  Refusal outOfRange() {
    return range;
  }

  List<Refusal> refusals() {
    return List.of(type, fraction, repeated, range);
  }
}
