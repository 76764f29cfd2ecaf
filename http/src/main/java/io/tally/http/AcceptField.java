package io.tally.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client accepts and how much, as an Accept or Accept-Encoding field says it on one line or
 * several (RFC 9110, 12.4.2). Elements that are malformed are passed over.
 */
final class AcceptField {
  /** Elements that are looked at; further ones are passed over, so that none costs much. */
  private static final int MAX_ELEMENTS = 64;

  /** Weights are in thousandths: this is the highest. */
  static final int FULL_WEIGHT = 1_000;

  private static final Pattern WEIGHT = Pattern.compile("(0?)(\\.[0-9]{0,3})?|1(\\.0{0,3})?");

  private final List<Range> ranges;

  private AcceptField(final List<Range> ranges) {
    this.ranges = ranges;
  }

  /** What a server can send: a name in lower case, and what its parameters may be. */
  record Offer(String name, Map<String, Set<String>> parameters) {}

  /** A name, or a pattern for names with {@code *}, in lower case. */
  record Range(String name, Map<String, String> parameters, int weight) {
    boolean covers(final String offered, final Map<String, Set<String>> offeredParameters) {
      final boolean named =
          name.equals(offered)
              || name.equals("*")
              || name.equals("*/*")
              || name.endsWith("/*") && offered.startsWith(name.substring(0, name.length() - 1));
      return named
          && parameters.entrySet().stream()
              .allMatch(
                  p -> offeredParameters.getOrDefault(p.getKey(), Set.of()).contains(p.getValue()));
    }

    boolean isBefore(final Range other) {
      return weight > other.weight || weight == other.weight && specificity() > other.specificity();
    }

    int specificity() {
      final int wildcards =
          name.equals("*") || name.equals("*/*") ? 2 : name.endsWith("/*") ? 1 : 0;
      return 2 - wildcards + parameters.size();
    }
  }

  /** Reads all lines of a field as the one list that they are. */
  static AcceptField parse(final List<String> lines) {
    final List<Range> ranges = new ArrayList<>();
    for (final String element : split(String.join(",", lines), ',', MAX_ELEMENTS)) {
      final Range range = range(split(element, ';', Integer.MAX_VALUE));
      if (range != null) {
        ranges.add(range);
      }
    }
    return new AcceptField(ranges);
  }

  /** Whether the field names nothing. */
  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /**
   * The most specific range that matches this name, or null. A range with parameters matches only
   * if their values are among those offered.
   */
  Range rangeFor(final String offered, final Map<String, Set<String>> offeredParameters) {
    Range best = null;
    for (final Range range : ranges) {
      if (range.covers(offered, offeredParameters)
          && (best == null || range.specificity() > best.specificity())) {
        best = range;
      }
    }
    return best;
  }

  /**
   * Index of what the client prefers; of two with the same weight, of the one that it names more
   * specifically, or else of the first. -1 if it accepts none.
   */
  int choose(final List<Offer> offers) {
    if (isEmpty()) {
      return 0;
    }
    int best = -1;
    Range bestRange = null;
    for (int i = 0; i < offers.size(); i++) {
      final Range range = rangeFor(offers.get(i).name(), offers.get(i).parameters());
      if (range != null && range.weight() > 0 && (best < 0 || range.isBefore(bestRange))) {
        best = i;
        bestRange = range;
      }
    }
    return best;
  }

  private static Range range(final List<String> parts) {
    final String name = parts.get(0).toLowerCase(Locale.ROOT);
    final Map<String, String> parameters = new HashMap<>();
    for (final String part : parts.subList(1, parts.size())) {
      final int equals = part.indexOf('=');
      final String key =
          equals < 0 ? "" : part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
      final String value = part.substring(equals + 1).strip();
      if (key.equals("q")) {
        // What follows the weight was meant for extensions, of which there are none.
        final int weight = weight(value);
        return weight < 0 || name.isEmpty() ? null : new Range(name, parameters, weight);
      }
      if (!key.isEmpty()) {
        parameters.put(key, unquoted(value).toLowerCase(Locale.ROOT));
      }
    }
    return name.isEmpty() ? null : new Range(name, parameters, FULL_WEIGHT);
  }

  private static int weight(final String value) {
    final Matcher matcher = WEIGHT.matcher(value);
    if (value.isEmpty() || value.equals(".") || !matcher.matches()) {
      return -1;
    }
    if (value.startsWith("1")) {
      return FULL_WEIGHT;
    }
    final String decimals = value.substring(value.indexOf('.') + 1);
    return value.indexOf('.') < 0 ? 0 : Integer.parseInt((decimals + "000").substring(0, 3));
  }

  private static String unquoted(final String value) {
    final boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
  }

  /** Splits at a separator outside quoted strings, into the first parts if there are too many. */
  private static List<String> split(final String text, final char separator, final int limit) {
    final List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      final char next = text.charAt(i);
      if (next == '"') {
        quoted = !quoted;
      } else if (next == '\\' && quoted) {
        i++;
      } else if (next == separator && !quoted) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
        if (parts.size() == limit) {
          return parts;
        }
      }
    }
    parts.add(text.substring(start).strip());
    return parts;
  }
}
