package io.tally.launcher;

/** Writes {@code key=value} pairs so that no value can pass for anything else. */
final class Logfmt {
  private Logfmt() {}

  /** Appends a pair; the value is quoted where it has to be. */
  static void pair(final StringBuilder line, final String key, final String value) {
    line.append(' ').append(key).append('=');
    if (needsQuotes(value)) {
      quoted(line, value);
    } else {
      line.append(value);
    }
  }

  /** Appends a value in quotes, with what could end them or the line escaped. */
  static void quoted(final StringBuilder line, final String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      final char next = value.charAt(i);
      switch (next) {
        case '"', '\\' -> line.append('\\').append(next);
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (isVisible(value, i)) {
            line.append(next);
          } else {
            unicode(line, next);
          }
        }
      }
    }
    line.append('"');
  }

  private static boolean needsQuotes(final String value) {
    for (int i = 0; i < value.length(); i++) {
      final char next = value.charAt(i);
      if (next == ' ' || next == '=' || next == '"' || next == '\\' || !isVisible(value, i)) {
        return true;
      }
    }
    return value.isEmpty();
  }

  /**
   * False for characters that break a line, change its direction, or are half of a surrogate pair.
   */
  private static boolean isVisible(final String value, final int index) {
    final char next = value.charAt(index);
    if (Character.isHighSurrogate(next)) {
      return index + 1 < value.length() && Character.isLowSurrogate(value.charAt(index + 1));
    }
    if (Character.isLowSurrogate(next)) {
      return index > 0 && Character.isHighSurrogate(value.charAt(index - 1));
    }
    return switch (Character.getType(next)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  private static void unicode(final StringBuilder line, final char next) {
    line.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      line.append(Character.forDigit(next >> shift & 0xF, 16));
    }
  }
}
