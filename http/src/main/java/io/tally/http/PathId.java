package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;

/**
 * The id in a path: one segment of 1 to 256 bytes of UTF-8 after one percent-decoding, without
 * control characters, and neither {@code .} nor {@code ..} alone. Immutable.
 */
public final class PathId {
  /** Bound of an id in bytes. */
  public static final int MAX_BYTES = 256;

  /** Longest id as JSON shows it. */
  static final int MAX_ESCAPED = 2 * MAX_BYTES;

  private static final int MAX_MEMBER_LENGTH = 64;

  private final String member;
  private final byte[] asMember;
  private final Refusal empty;
  private final Refusal tooLong;
  private final Refusal dots;
  private final Refusal escape;
  private final Refusal control;
  private final Refusal utf8;

  /**
   * Describes ids of a kind.
   *
   * @param member name under which JSON answers show the id.
   * @param noun what it is called in refusals.
   * @param invalid problem type of an invalid id.
   */
  public PathId(final String member, final String noun, final ProblemType invalid) {
    Refusal.checkText(member);
    if (member.length() > MAX_MEMBER_LENGTH) {
      throw new IllegalArgumentException("longer than " + MAX_MEMBER_LENGTH + ": " + member);
    }
    this.member = member;
    asMember = (",\"" + member + "\":\"").getBytes(US_ASCII);
    final String id = "the " + noun;
    empty = Refusal.of(invalid, 400, id + " is empty");
    tooLong =
        Refusal.of(ProblemTypes.TOO_LARGE, 414, id + " is longer than " + MAX_BYTES + " bytes");
    dots = Refusal.of(invalid, 400, id + " is . or ..");
    escape = Refusal.of(invalid, 400, id + " has a % that two hexadecimal digits do not follow");
    control = Refusal.of(invalid, 400, id + " has a control character");
    utf8 = Refusal.of(invalid, 400, id + " is not valid UTF-8");
  }

  String member() {
    return member;
  }

  /** What stands before an id that is not the first member of its object. */
  byte[] asMember() {
    return asMember;
  }

  List<Refusal> refusals() {
    return List.of(empty, tooLong, dots, escape, control, utf8);
  }

  /** Decodes a segment of a path into the exchange; returns what is wrong with it, or null. */
  Refusal decode(final byte[] path, final int start, final int end, final HttpExchange exchange) {
    exchange.reserveId(Math.min(end - start, MAX_BYTES));
    final byte[] id = exchange.id;
    int length = 0;
    boolean plain = true;
    for (int i = start; i < end; i++) {
      int value = path[i] & 0xFF;
      if (value == '%') {
        final int high = i + 2 < end ? hexDigit(path[i + 1]) : -1;
        final int low = i + 2 < end ? hexDigit(path[i + 2]) : -1;
        if (high < 0 || low < 0) {
          return escape;
        }
        value = high << 4 | low;
        i += 2;
      }
      if (length == MAX_BYTES) {
        return tooLong;
      }
      id[length++] = (byte) value;
      plain &= value >= ' ' && value < 0x7F;
    }
    if (length == 0) {
      return empty;
    }
    if (id[0] == '.' && (length == 1 || length == 2 && id[1] == '.')) {
      return dots;
    }
    final Refusal fault = plain ? null : checkText(id, length);
    if (fault == null) {
      exchange.idLength = length;
    }
    return fault;
  }

  static int hexDigit(final int value) {
    if (value >= '0' && value <= '9') {
      return value - '0';
    }
    final int lower = value | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  private Refusal checkText(final byte[] id, final int length) {
    int i = 0;
    while (i < length) {
      final int first = id[i];
      if (first >= 0) {
        if (first < 0x20 || first == 0x7F) {
          return control;
        }
        i++;
        continue;
      }
      final int count = sequenceLength(first & 0xFF);
      if (count == 0 || i + count > length) {
        return utf8;
      }
      final int codePoint = codePoint(id, i, count);
      if (codePoint < 0) {
        return utf8;
      }
      if (codePoint < 0xA0) {
        return control;
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

  private static int codePoint(final byte[] id, final int offset, final int count) {
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
