package io.tally.http;

/**
 * Reads a small JSON object: nothing, {@code null}, or an object with the members that an {@link
 * Endpoint} declares, each at most once and no other. Not thread-safe.
 */
final class JsonObjectParser {
  private static final int NAME_BYTES = 64;

  private final byte[] name = new byte[NAME_BYTES];
  private Parameters members;
  private long[] values;
  private long seen;
  private byte[] bytes;
  private int position;
  private int end;
  private int member;

  /**
   * Parses a body.
   *
   * @param into gets the value of each member, in their order.
   * @return null if it is valid, else the first fault.
   */
  Refusal parse(
      final Parameters expected,
      final byte[] body,
      final int offset,
      final int length,
      final long[] into) {
    members = expected;
    values = into;
    seen = 0;
    bytes = body;
    position = offset;
    end = offset + length;
    expected.absent(into);
    if (length == 0) {
      return null;
    }
    final Refusal refusal = value();
    if (refusal != null) {
      return refusal;
    }
    return peek() < 0 ? null : Refusals.JSON_TRAILING;
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
      return Refusals.JSON_END;
    }
    final boolean startsValue =
        first == '"'
            || first == '['
            || first == '-'
            || first == 't'
            || first == 'f'
            || isDigit(first);
    return startsValue ? Refusals.JSON_SHAPE : Refusals.JSON_SYNTAX;
  }

  private Refusal object() {
    if (peek() == '}') {
      position++;
      return null;
    }
    Refusal refusal = member();
    while (refusal == null && peek() == ',') {
      position++;
      refusal = member();
    }
    return refusal != null ? refusal : expect('}');
  }

  private Refusal member() {
    Refusal refusal = expect('"');
    if (refusal == null) {
      refusal = name();
    }
    if (refusal == null && (seen & 1L << member) != 0) {
      return members.get(member).repeated;
    }
    if (refusal == null) {
      seen |= 1L << member;
      refusal = expect(':');
    }
    return refusal != null ? refusal : integerOrNull(members.get(member));
  }

  private Refusal name() {
    int length = 0;
    while (position < end) {
      int next = bytes[position++] & 0xFF;
      if (next == '"') {
        member = length > NAME_BYTES ? -1 : members.indexOf(name, length);
        return member < 0 ? members.unknownMember() : null;
      }
      if (next < 0x20) {
        return Refusals.JSON_SYNTAX;
      }
      if (next == '\\') {
        next = escape();
        if (next < 0) {
          return position < end ? Refusals.JSON_SYNTAX : Refusals.JSON_END;
        }
      }
      // A name that is too long, or not ASCII, matches none of those expected.
      if (length >= NAME_BYTES || next > 0x7F) {
        length = NAME_BYTES + 1;
      } else {
        name[length++] = (byte) next;
      }
    }
    return Refusals.JSON_END;
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
      final int digit = PathId.hexDigit(bytes[position++]);
      if (digit < 0) {
        return -1;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  private Refusal integerOrNull(final IntegerParameter parameter) {
    final int first = peek();
    if (first == 'n') {
      return literalNull();
    }
    if (first == '-' || isDigit(first)) {
      return integer(parameter);
    }
    if (first < 0) {
      return Refusals.JSON_END;
    }
    final boolean otherType =
        first == '"' || first == '{' || first == '[' || first == 't' || first == 'f';
    return otherType ? parameter.type : Refusals.JSON_SYNTAX;
  }

  private Refusal integer(final IntegerParameter parameter) {
    final boolean negative = bytes[position] == '-';
    if (negative) {
      position++;
    }
    if (position == end) {
      return Refusals.JSON_END;
    }
    if (!isDigit(bytes[position])) {
      return Refusals.JSON_SYNTAX;
    }
    if (bytes[position] == '0' && position + 1 < end && isDigit(bytes[position + 1])) {
      return Refusals.JSON_SYNTAX;
    }
    // Summed as a negative number, because the range reaches one further below zero.
    final long limit = negative ? Long.MIN_VALUE : -Long.MAX_VALUE;
    long sum = 0;
    boolean inRange = true;
    while (position < end && isDigit(bytes[position])) {
      final int digit = bytes[position++] - '0';
      inRange &= sum >= limit / 10 && sum * 10 >= limit + digit;
      sum = sum * 10 - digit;
    }
    if (position < end && isFractionOrExponent(bytes[position])) {
      return parameter.fraction;
    }
    if (!inRange) {
      return parameter.outOfRange();
    }
    values[member] = negative ? sum : -sum;
    return parameter.check(values[member]);
  }

  private Refusal literalNull() {
    if (end - position < 4) {
      return Refusals.JSON_SYNTAX;
    }
    if (bytes[position + 1] != 'u' || bytes[position + 2] != 'l' || bytes[position + 3] != 'l') {
      return Refusals.JSON_SYNTAX;
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
    return next < 0 ? Refusals.JSON_END : Refusals.JSON_SYNTAX;
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
