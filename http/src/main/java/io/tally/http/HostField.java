package io.tally.http;

/**
 * What a Host field may hold (RFC 9110, 7.2): a host, and perhaps a port; or nothing. A comma is
 * refused, although a name may have one: it more likely comes from two Host lines that were joined.
 */
final class HostField {
  private static final boolean[] IN_NAME = new boolean[128];
  private static final boolean[] IN_BRACKETS = new boolean[128];

  static {
    for (char c = 0; c < IN_NAME.length; c++) {
      final boolean plain = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      IN_NAME[c] = plain || "-._~!$&'()*+;=".indexOf(c) >= 0;
      IN_BRACKETS[c] = IN_NAME[c] || c == ':';
    }
  }

  private HostField() {}

  static boolean isValid(final String value) {
    final int port = value.startsWith("[") ? afterBrackets(value) : afterName(value);
    return port == value.length() || port >= 0 && isPort(value, port);
  }

  private static int afterBrackets(final String value) {
    int i = 1;
    while (i < value.length() && isIn(IN_BRACKETS, value.charAt(i))) {
      i++;
    }
    return i > 1 && i < value.length() && value.charAt(i) == ']' ? i + 1 : -1;
  }

  private static int afterName(final String value) {
    int i = 0;
    while (i < value.length() && (isIn(IN_NAME, value.charAt(i)) || isEscape(value, i))) {
      i++;
    }
    return i;
  }

  private static boolean isEscape(final String value, final int i) {
    return value.charAt(i) == '%'
        && i + 2 < value.length()
        && Character.digit(value.charAt(i + 1), 16) >= 0
        && Character.digit(value.charAt(i + 2), 16) >= 0;
  }

  private static boolean isPort(final String value, final int colon) {
    if (value.charAt(colon) != ':') {
      return false;
    }
    for (int i = colon + 1; i < value.length(); i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean isIn(final boolean[] set, final char c) {
    return c < set.length && set[c];
  }
}
