package io.tally.http;

/**
 * Reads a request target into a route and, for a counter, the bytes of its id. Not thread-safe;
 * what it tells stands until the next parse.
 */
final class TargetParser {
  static final int MAX_ID_BYTES = 256;

  private static final String COUNTER = "/counter/";
  private static final String INCREMENT = "/increment";
  private static final String PROBLEMS = "/problems/";

  private final byte[] id = new byte[MAX_ID_BYTES];
  private int idLength;
  private String query;
  private Refusal refusal;
  private Problem problem;

  /**
   * Whether a request line has a target without control characters or a {@code #}, with nothing but
   * spaces around it. A fragment never leaves its client, and at a control character some readers
   * cut a target off.
   */
  static boolean isWellFormed(final byte[] line, final int start, final int length) {
    int from = start;
    while (from > 0 && isSpace(line[from - 1])) {
      from--;
    }
    int to = start + length;
    while (to < line.length && isSpace(line[to])) {
      to++;
    }
    for (int i = from; i < to; i++) {
      if (line[i] >= 0 && line[i] < ' ' || line[i] == '#' || line[i] == 0x7F) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(final byte value) {
    return value >= 0 && value <= ' ';
  }

  Route parse(final String target) {
    idLength = 0;
    query = "";
    refusal = null;
    problem = null;
    if (target.equals("*")) {
      return Route.SERVER;
    }
    final int start = pathStart(target);
    if (start < 0) {
      return Route.UNKNOWN;
    }
    final int mark = target.indexOf('?', start);
    final int end = mark < 0 ? target.length() : mark;
    if (mark >= 0) {
      query = target.substring(mark + 1);
    }
    if (start == end) {
      return Route.HELP;
    }
    if (target.startsWith(COUNTER, start)) {
      return counter(target, start + COUNTER.length(), end);
    }
    return fixed(target, start, end);
  }

  byte[] id() {
    return id;
  }

  int idLength() {
    return idLength;
  }

  boolean hasQuery() {
    return !query.isEmpty();
  }

  /** What follows the question mark, as it came; empty if there is none. */
  String query() {
    return query;
  }

  /** What is wrong with the id, or null. */
  Refusal refusal() {
    return refusal;
  }

  Problem problem() {
    return problem;
  }

  static int hexDigit(final int value) {
    if (value >= '0' && value <= '9') {
      return value - '0';
    }
    final int lower = value | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  private static int pathStart(final String target) {
    if (target.startsWith("/")) {
      return 0;
    }
    final int scheme = target.indexOf("://");
    final boolean http =
        scheme > 0
            && (target.regionMatches(true, 0, "http", 0, scheme) && scheme == 4
                || target.regionMatches(true, 0, "https", 0, scheme) && scheme == 5);
    if (!http) {
      return -1;
    }
    final int authority = scheme + 3;
    for (int i = authority; i < target.length(); i++) {
      final char next = target.charAt(i);
      if (next == '/' || next == '?') {
        return i == authority ? -1 : i;
      }
    }
    return target.length() == authority ? -1 : target.length();
  }

  private Route counter(final String target, final int start, final int end) {
    final int slash = target.indexOf('/', start);
    if (slash < 0 || slash >= end) {
      if (start == end) {
        return Route.UNKNOWN;
      }
      refusal = decodeId(target, start, end);
      return Route.COUNTER;
    }
    if (end - slash != INCREMENT.length() || !target.startsWith(INCREMENT, slash)) {
      return Route.UNKNOWN;
    }
    refusal = decodeId(target, start, slash);
    return Route.INCREMENT;
  }

  private Route fixed(final String target, final int start, final int end) {
    final String path = target.substring(start, end);
    if (path.startsWith(PROBLEMS)) {
      problem = Problem.ofSlug(path.substring(PROBLEMS.length()));
      return problem == null ? Route.UNKNOWN : Route.PROBLEM;
    }
    return switch (path) {
      case "/" -> Route.HELP;
      case "/cluster" -> Route.CLUSTER;
      case "/readyz" -> Route.READYZ;
      case "/livez" -> Route.LIVEZ;
      case "/metrics" -> Route.METRICS;
      default -> Route.UNKNOWN;
    };
  }

  private Refusal decodeId(final String target, final int start, final int end) {
    int length = 0;
    for (int i = start; i < end; i++) {
      int value = target.charAt(i);
      if (value == '%') {
        final int high = i + 2 < end ? hexDigit(target.charAt(i + 1)) : -1;
        final int low = i + 2 < end ? hexDigit(target.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          return Refusal.ID_ESCAPE;
        }
        value = high << 4 | low;
        i += 2;
      }
      if (length == MAX_ID_BYTES) {
        return Refusal.ID_TOO_LONG;
      }
      id[length++] = (byte) value;
    }
    if (length == 0) {
      return Refusal.ID_EMPTY;
    }
    if (id[0] == '.' && (length == 1 || length == 2 && id[1] == '.')) {
      return Refusal.ID_DOTS;
    }
    idLength = length;
    return checkText(length);
  }

  private Refusal checkText(final int length) {
    int i = 0;
    while (i < length) {
      final int first = id[i];
      if (first >= 0) {
        if (first < 0x20 || first == 0x7F) {
          return Refusal.ID_CONTROL;
        }
        i++;
        continue;
      }
      final int count = sequenceLength(first & 0xFF);
      if (count == 0 || i + count > length) {
        return Refusal.ID_UTF8;
      }
      final int codePoint = codePoint(i, count);
      if (codePoint < 0) {
        return Refusal.ID_UTF8;
      }
      if (codePoint < 0xA0) {
        return Refusal.ID_CONTROL;
      }
      i += count;
    }
    return null;
  }

  private static int sequenceLength(final int first) {
    if (first >= 0xC2 && first <= 0xDF) {
      return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
      return 3;
    }
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
  }

  private int codePoint(final int offset, final int count) {
    int codePoint = id[offset] & 0xFF >> count + 1;
    for (int i = 1; i < count; i++) {
      final int next = id[offset + i] & 0xFF;
      if (next >> 6 != 0b10) {
        return -1;
      }
      codePoint = codePoint << 6 | next & 0x3F;
    }
    final boolean overlong = count == 3 && codePoint < 0x800 || count == 4 && codePoint < 0x10000;
    final boolean surrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
    return overlong || surrogate || codePoint > 0x10FFFF ? -1 : codePoint;
  }
}
