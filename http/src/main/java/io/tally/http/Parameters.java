package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

  private final Parameter[] parameters;
  private final Refusal unknownMember;

  /** Bit i is set if parameter i has to be given. */
  private final long required;

  Parameters(final List<? extends Parameter> list) {
    if (list.size() > MAX) {
      throw new IllegalArgumentException("more than " + MAX + " parameters");
    }
    parameters = list.toArray(new Parameter[0]);
    final String names = list.stream().map(Parameter::name).collect(Collectors.joining(", "));
    unknownMember =
        Refusal.of(
            ProblemTypes.UNKNOWN_MEMBER,
            400,
            (list.size() == 1 ? "the only member known is " : "the members known are ") + names);
    long mask = 0;
    for (int i = 0; i < parameters.length; i++) {
      mask |= parameters[i].missing() == null ? 0 : 1L << i;
    }
    required = mask;
  }

  boolean isEmpty() {
    return parameters.length == 0;
  }

  List<Parameter> all() {
    return List.of(parameters);
  }

  Parameter get(final int index) {
    return parameters[index];
  }

  Refusal unknownMember() {
    return unknownMember;
  }

  /** What is wrong if no more than these are given; null if nothing is. */
  Refusal missing(final GivenValues values) {
    final long missing = required & ~values.mask();
    return missing == 0 ? null : parameters[Long.numberOfTrailingZeros(missing)].missing();
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

  /** Reads a query, whose parameters are integers; returns the first fault, or null. */
  Refusal parseQuery(final String query, final GivenValues values) {
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
      final Refusal fault = parseInteger(index, parameter.getValue().get(0), values);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  /** Reads an integer of a query; returns what is wrong with it, or null. */
  Refusal parseInteger(final int index, final String text, final GivenValues values) {
    final IntegerParameter integer = (IntegerParameter) parameters[index];
    if (!INTEGER.matcher(text).matches()) {
      return integer.type;
    }
    final long value;
    try {
      value = Long.parseLong(text);
    } catch (final NumberFormatException tooLong) {
      return integer.outOfRange();
    }
    values.set(index, value);
    return integer.check(value);
  }

  List<Refusal> refusals() {
    final List<Refusal> all = new ArrayList<>();
    all.add(unknownMember);
    for (final Parameter parameter : parameters) {
      all.addAll(parameter.refusals());
    }
    return all;
  }
}
