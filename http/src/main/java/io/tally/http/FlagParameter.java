package io.tally.http;

import java.util.Map;

/**
 * A truth value that a request may give as a member of its JSON body: 1 for {@code true}, 0 for
 * {@code false}, and where it is absent or null. Immutable.
 */
public final class FlagParameter extends Parameter {
  private FlagParameter(final String name, final ProblemType invalid) {
    super(JSON, "true, false or null", name, 0, false, invalid);
  }

  /**
   * A member of the JSON body.
   *
   * @param name of the member; ASCII, 64 characters at most.
   * @param invalid problem type of an invalid value.
   * @return the parameter.
   */
  public static FlagParameter member(final String name, final ProblemType invalid) {
    return new FlagParameter(name, invalid);
  }

  @Override
  Map<String, Object> schema() {
    final Map<String, Object> schema = typed("boolean");
    schema.put("default", false);
    return schema;
  }
}
