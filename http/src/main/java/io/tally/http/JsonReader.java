package io.tally.http;

/**
 * Reads the parts of a JSON text, one after the other. What reads returns the first fault, or null
 * and stands behind what it has read. Not thread-safe.
 */
final class JsonReader {
  private static final int TEXT_BYTES = 64;

  /** The last string, if it is ASCII and not longer: the name of a member, or a word. */
  final byte[] text = new byte[TEXT_BYTES];

  private int textLength;

  byte[] bytes;
  int position;
  int end;

  /** The last value; of a parameter that is null, {@link #isGiven} is false. */
  long value;

  boolean isGiven;

  void wrap(final byte[] json, final int offset, final int length) {
    bytes = json;
    position = offset;
    end = offset + length;
  }

  /** Length of the last string; -1 if it is none that is expected anywhere. */
  int textLength() {
    return textLength > TEXT_BYTES ? -1 : textLength;
  }

  /** Reads a string behind its first quote. */
  Refusal text() {
    final byte[] json = bytes;
    final byte[] read = text;
    int length = 0;
    // Only an escape needs the position meanwhile, and a field would be written for each byte.
    int at = position;
    while (at < end) {
      int next = json[at++] & 0xFF;
      if (next == '"') {
        position = at;
        textLength = length;
        return null;
      }
      if (next < 0x20) {
        position = at;
        return Refusals.JSON_SYNTAX;
      }
      if (next == '\\') {
        position = at;
        next = escape();
        at = position;
        if (next < 0) {
          return at < end ? Refusals.JSON_SYNTAX : Refusals.JSON_END;
        }
      }
      // What is too long, or not ASCII, matches nothing that is expected.
      if (length >= TEXT_BYTES || next > 0x7F) {
        length = TEXT_BYTES + 1;
      } else {
        read[length++] = (byte) next;
      }
    }
    position = at;
    return Refusals.JSON_END;
  }

  /** The code unit that an escape stands for, behind its backslash; -1 if it stands for none. */
  int escape() {
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

  /** Reads the value of a parameter, which may be null. */
  Refusal valueOf(final Parameter parameter) {
    final int first = peek();
    isGiven = first != 'n';
    if (first == 'n') {
      return literal("null");
    }
    if (parameter instanceof IntegerParameter integer && (first == '-' || isDigit(first))) {
      return integer(integer);
    }
    if (first == '"' && parameter instanceof WordParameter word) {
      return word(word);
    }
    if ((first == 't' || first == 'f') && parameter instanceof FlagParameter) {
      value = first == 't' ? 1 : 0;
      return literal(first == 't' ? "true" : "false");
    }
    if (first < 0) {
      return Refusals.JSON_END;
    }
    return startsValue(first) ? parameter.type : Refusals.JSON_SYNTAX;
  }

  private Refusal word(final WordParameter parameter) {
    position++;
    final Refusal refusal = text();
    if (refusal != null) {
      return refusal;
    }
    final int length = textLength();
    value = length < 0 ? -1 : parameter.indexOf(text, length);
    return value < 0 ? parameter.type : null;
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
    final byte[] json = bytes;
    int at = position;
    long sum = 0;
    boolean inRange = true;
    while (at < end && isDigit(json[at])) {
      final int digit = json[at++] - '0';
      inRange &= sum >= limit / 10 && sum * 10 >= limit + digit;
      sum = sum * 10 - digit;
    }
    position = at;
    if (position < end && isFractionOrExponent(bytes[position])) {
      return parameter.fraction;
    }
    if (!inRange) {
      return parameter.outOfRange();
    }
    value = negative ? sum : -sum;
    return parameter.check(value);
  }

  Refusal literal(final String expected) {
    if (end - position < expected.length()) {
      return Refusals.JSON_SYNTAX;
    }
    for (int i = 0; i < expected.length(); i++) {
      if (bytes[position + i] != expected.charAt(i)) {
        return Refusals.JSON_SYNTAX;
      }
    }
    position += expected.length();
    return null;
  }

  Refusal expect(final char wanted) {
    final int next = peek();
    if (next == wanted) {
      position++;
      return null;
    }
    return next < 0 ? Refusals.JSON_END : Refusals.JSON_SYNTAX;
  }

  /** Skips white space; -1 at the end. */
  int peek() {
    for (int at = position; at < end; at++) {
      final int next = bytes[at] & 0xFF;
      if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
        position = at;
        return next;
      }
    }
    position = end;
    return -1;
  }

  static boolean startsValue(final int first) {
    return switch (first) {
      case '"', '{', '[', '-', 't', 'f' -> true;
      default -> isDigit(first);
    };
  }

  private static boolean isDigit(final int value) {
    return value >= '0' && value <= '9';
  }

  private static boolean isFractionOrExponent(final byte value) {
    return value == '.' || value == 'e' || value == 'E';
  }
}
