package io.tally.http;

/**
 * Reads an increment's body: nothing, {@code null}, or an object whose only member may be an
 * integer {@code amount}. Not thread-safe.
 */
final class AmountParser {
  private static final byte[] NAME = {'a', 'm', 'o', 'u', 'n', 't'};

  private byte[] bytes;
  private int position;
  private int end;
  private long amount;
  private boolean nameMatches;

  /**
   * Parses a body.
   *
   * @return null if it is valid; {@link #amount()} is then the amount to add.
   */
  Refusal parse(final byte[] body, final int offset, final int length) {
    bytes = body;
    position = offset;
    end = offset + length;
    amount = 1;
    if (length == 0) {
      return null;
    }
    final Refusal refusal = value();
    if (refusal != null) {
      return refusal;
    }
    return peek() < 0 ? null : Refusal.JSON_TRAILING;
  }

  long amount() {
    return amount;
  }

  private Refusal value() {
    final int first = peek();
    if (first == '{') {
      position++;
      return object();
    }
    if (first == 'n') {
      return literalNull();
    }
    if (first < 0) {
      return Refusal.JSON_END;
    }
    final boolean startsValue =
        first == '"'
            || first == '['
            || first == '-'
            || first == 't'
            || first == 'f'
            || isDigit(first);
    return startsValue ? Refusal.JSON_SHAPE : Refusal.JSON_SYNTAX;
  }

  private Refusal object() {
    if (peek() == '}') {
      position++;
      return null;
    }
    Refusal refusal = member();
    if (refusal != null) {
      return refusal;
    }
    if (peek() == ',') {
      // The only member known has been seen: another one is its repetition, or unknown, or no JSON.
      position++;
      refusal = name();
      return refusal != null ? refusal : Refusal.JSON_DUPLICATE;
    }
    return expect('}');
  }

  private Refusal member() {
    Refusal refusal = name();
    if (refusal == null) {
      refusal = expect(':');
    }
    return refusal != null ? refusal : amountValue();
  }

  private Refusal name() {
    Refusal refusal = expect('"');
    if (refusal == null) {
      refusal = string();
    }
    if (refusal != null) {
      return refusal;
    }
    return nameMatches ? null : Refusal.MEMBER;
  }

  private Refusal string() {
    boolean matches = true;
    int length = 0;
    while (position < end) {
      int next = bytes[position++] & 0xFF;
      if (next == '"') {
        nameMatches = matches && length == NAME.length;
        return null;
      }
      if (next < 0x20) {
        return Refusal.JSON_SYNTAX;
      }
      if (next == '\\') {
        next = escape();
        if (next < 0) {
          return position < end ? Refusal.JSON_SYNTAX : Refusal.JSON_END;
        }
      }
      matches &= length < NAME.length && next == NAME[length];
      length++;
    }
    return Refusal.JSON_END;
  }

  private int escape() {
    if (position == end) {
      return -1;
    }
    final byte escaped = bytes[position++];
    return switch (escaped) {
      case '"', '\\', '/' -> escaped;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> codeUnit();
      default -> -1;
    };
  }

  private int codeUnit() {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      if (position == end) {
        return -1;
      }
      final int digit = TargetParser.hexDigit(bytes[position++]);
      if (digit < 0) {
        return -1;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  private Refusal amountValue() {
    final int first = peek();
    if (first == 'n') {
      return literalNull();
    }
    if (first == '-' || isDigit(first)) {
      return integer();
    }
    if (first < 0) {
      return Refusal.JSON_END;
    }
    final boolean otherType =
        first == '"' || first == '{' || first == '[' || first == 't' || first == 'f';
    return otherType ? Refusal.AMOUNT_TYPE : Refusal.JSON_SYNTAX;
  }

  private Refusal integer() {
    final boolean negative = bytes[position] == '-';
    if (negative) {
      position++;
    }
    if (position == end) {
      return Refusal.JSON_END;
    }
    if (!isDigit(bytes[position])) {
      return Refusal.JSON_SYNTAX;
    }
    if (bytes[position] == '0' && position + 1 < end && isDigit(bytes[position + 1])) {
      return Refusal.JSON_SYNTAX;
    }
    // Summed up below zero, where the range reaches one further.
    final long limit = negative ? Long.MIN_VALUE : -Long.MAX_VALUE;
    long sum = 0;
    boolean inRange = true;
    while (position < end && isDigit(bytes[position])) {
      final int digit = bytes[position++] - '0';
      inRange &= sum >= limit / 10 && sum * 10 >= limit + digit;
      sum = sum * 10 - digit;
    }
    if (position < end && isFractionOrExponent(bytes[position])) {
      return Refusal.AMOUNT_FRACTION;
    }
    if (!inRange) {
      return Refusal.AMOUNT_RANGE;
    }
    amount = negative ? sum : -sum;
    return null;
  }

  private Refusal literalNull() {
    if (end - position < 4) {
      return Refusal.JSON_SYNTAX;
    }
    if (bytes[position + 1] != 'u' || bytes[position + 2] != 'l' || bytes[position + 3] != 'l') {
      return Refusal.JSON_SYNTAX;
    }
    position += 4;
    return null;
  }

  private Refusal expect(final char wanted) {
    final int next = peek();
    if (next == wanted) {
      position++;
      return null;
    }
    return next < 0 ? Refusal.JSON_END : Refusal.JSON_SYNTAX;
  }

  /** Skips white space; -1 at the end. */
  private int peek() {
    while (position < end) {
      final int next = bytes[position] & 0xFF;
      if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
        return next;
      }
      position++;
    }
    return -1;
  }

  private static boolean isDigit(final int value) {
    return value >= '0' && value <= '9';
  }

  private static boolean isFractionOrExponent(final byte value) {
    return value == '.' || value == 'e' || value == 'E';
  }
}
