package io.tally.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An integer that a request may give: as a member of its JSON body, where it is a number without
 * fraction or exponent, or as a parameter of its query. Where it is absent, or null in JSON, the
 * default holds. Immutable.
 */
public final class IntegerParameter extends Parameter {
  final Refusal fraction;
  private final long min;
  private final long max;
  private final Refusal range;
  private final boolean hasDefault;

  /** The value where it is absent is null if there is no default. */
  private IntegerParameter(
      final String where,
      final String kind,
      final String name,
      final long min,
      final long max,
      final Long absent,
      final boolean required,
      final ProblemType invalid) {
    super(where, kind, name, absent == null ? 0 : absent, required, invalid);
    hasDefault = absent != null;
    this.min = min;
    this.max = max;
    final String given = where + ": " + name;
    fraction = Refusal.of(invalid, 400, given + " must be an integer without fraction or exponent");
    final boolean all = min == Long.MIN_VALUE && max == Long.MAX_VALUE;
    // A number that 64 bits do not hold cannot be decoded.
    range =
        Refusal.of(
            invalid,
            400,
            all
                ? given + " is outside the range of 64 bits"
                : (where.equals(JSON) ? name : given)
                    + " is outside the range "
                    + min
                    + " to "
                    + max);
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
    return new IntegerParameter(JSON, "an integer or null", name, min, max, absent, false, invalid);
  }

  /**
   * A member of the JSON body without a default: to be asked for only where {@link
   * Request#hasMember} says that it was given.
   *
   * @param name of the member; ASCII, 64 characters at most.
   * @param min smallest value.
   * @param max largest value.
   * @param invalid problem type of an invalid value.
   * @return the parameter.
   */
  public static IntegerParameter optional(
      final String name, final long min, final long max, final ProblemType invalid) {
    return new IntegerParameter(JSON, "an integer or null", name, min, max, null, false, invalid);
  }

  /**
   * A member of the JSON body without which the request is refused.
   *
   * @param name of the member; ASCII, 64 characters at most.
   * @param min smallest value.
   * @param max largest value.
   * @param invalid problem type of an invalid value, and of none.
   * @return the parameter.
   */
  public static IntegerParameter required(
      final String name, final long min, final long max, final ProblemType invalid) {
    return new IntegerParameter(JSON, "an integer", name, min, max, null, true, invalid);
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
    return new IntegerParameter(
        "invalid query", "an integer", name, min, max, absent, false, invalid);
  }

  /** What is wrong with a value, or null. */
  Refusal check(final long value) {
    return value < min || value > max ? range : null;
  }

  Refusal outOfRange() {
    return range;
  }

  @Override
  Map<String, Object> schema() {
    final Map<String, Object> schema = typed("integer");
    schema.put("format", "int64");
    schema.put("minimum", min);
    schema.put("maximum", max);
    if (hasDefault) {
      schema.put("default", absent());
    }
    return schema;
  }

  @Override
  List<Refusal> refusals() {
    final List<Refusal> all = new ArrayList<>(super.refusals());
    all.add(fraction);
    all.add(range);
    return all;
  }
}
