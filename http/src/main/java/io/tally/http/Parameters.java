package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The parameters that a request may give in one place: its body or its query. Immutable. */
final class Parameters {
  static final int MAX = 8;

  /**
   * Parameters of a query that are looked at. Of so many, one is given twice or is unknown, so the
   * query is refused without a look at the rest.
   */
  private static final int MAX_GIVEN = 64;

  static final Parameters NONE = new Parameters(List.of());

  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");

  private final IntegerParameter[] parameters;
  private final Refusal unknownMember;

  Parameters(final List<IntegerParameter> list) {
    if (list.size() > MAX) {
      throw new IllegalArgumentException("more than " + MAX + " parameters");
    }
    parameters = list.toArray(new IntegerParameter[0]);
    final String names =
        list.stream().map(IntegerParameter::name).collect(Collectors.joining(", "));
    unknownMember =
        Refusal.of(
            ProblemTypes.UNKNOWN_MEMBER,
            400,
            "invalid JSON: "
                + (list.size() == 1 ? "the only member known is " : "the members known are ")
                + names);
  }

  boolean isEmpty() {
    return parameters.length == 0;
  }

  IntegerParameter get(final int index) {
    return parameters[index];
  }

  /** One of the values, which are another request's beyond the parameters. */
  long checked(final long[] values, final int index) {
    return values[Objects.checkIndex(index, parameters.length)];
  }

  Refusal unknownMember() {
    return unknownMember;
  }

  void absent(final long[] values) {
    for (int i = 0; i < parameters.length; i++) {
      values[i] = parameters[i].absent();
    }
  }

  /** Index of the parameter with this name, or -1. */
  int indexOf(final byte[] name, final int length) {
    for (int i = 0; i < parameters.length; i++) {
      final byte[] known = parameters[i].nameBytes;
      if (Arrays.equals(known, 0, known.length, name, 0, length)) {
        return i;
      }
    }
    return -1;
  }

  /** Reads a query; returns the first fault, or null. */
  Refusal parseQuery(final String query, final long[] values) {
    absent(values);
    final Map<String, List<String>> given;
    try {
      given = new QueryStringDecoder(query, UTF_8, false, MAX_GIVEN, true).parameters();
    } catch (final IllegalArgumentException malformed) {
      return Refusals.QUERY;
    }
    for (final Map.Entry<String, List<String>> parameter : given.entrySet()) {
      final byte[] name = parameter.getKey().getBytes(UTF_8);
      final int index = indexOf(name, name.length);
      if (index < 0 || parameter.getValue().size() != 1) {
        return Refusals.UNKNOWN_PARAMETER;
      }
      final String value = parameter.getValue().get(0);
      if (!INTEGER.matcher(value).matches()) {
        return parameters[index].type;
      }
      try {
        values[index] = Long.parseLong(value);
      } catch (final NumberFormatException tooLong) {
        return parameters[index].outOfRange();
      }
      final Refusal range = parameters[index].check(values[index]);
      if (range != null) {
        return range;
      }
    }
    return null;
  }

  List<Refusal> refusals() {
    final List<Refusal> all = new ArrayList<>();
    all.add(unknownMember);
    for (final IntegerParameter parameter : parameters) {
      all.addAll(parameter.refusals());
    }
    return all;
  }
}
