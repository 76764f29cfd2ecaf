package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tally.engine.EntityMessage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The id in a path: one segment of 1 to {@link #MAX_BYTES} bytes of UTF-8 after one
 * percent-decoding, without control characters, and neither {@code .} nor {@code ..} alone.
 * Immutable.
 */
public final class PathId {
  /** Bound of an id in bytes. */
  public static final int MAX_BYTES = EntityMessage.MAX_ID_LENGTH;

  /** How long an id is, in words. */
  public static final String LENGTHS = "1 to " + MAX_BYTES + " bytes of UTF-8";

  /** Longest id as JSON shows it. */
  static final int MAX_ESCAPED = 2 * MAX_BYTES;

  private static final int MAX_MEMBER_LENGTH = 64;

  final ProblemType invalid;
  private final String member;
  private final byte[] asMember;
  private final byte[] asFirstMember;
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
    this.invalid = invalid;
    asMember = (",\"" + member + "\":\"").getBytes(US_ASCII);
    asFirstMember = Arrays.copyOfRange(asMember, 1, asMember.length);
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

  /** The JSON Schema of such ids; it counts characters, so it allows some ids that are too long. */
  Map<String, Object> schema() {
    final Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "string");
    schema.put("minLength", 1);
    schema.put("maxLength", MAX_BYTES);
    return schema;
  }

  /** What stands before an id that is not the first member of its object. */
  byte[] asMember() {
    return asMember;
  }

  /** The same for an id that is the first one. */
  byte[] asFirstMember() {
    return asFirstMember;
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
    final Refusal fault = plain ? checkDots(id, 0, length) : check(id, 0, length);
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

  /** What is wrong with an id that is not empty, from start to end; null if nothing is. */
  Refusal check(final byte[] id, final int start, final int end) {
    final Refusal fault = checkDots(id, start, end);
    return fault == null ? checkText(id, start, end) : fault;
  }

  /** Whether it is . or .., which clients and proxies take out of a path. */
  Refusal checkDots(final byte[] id, final int start, final int end) {
    final int length = end - start;
    final boolean isDots = id[start] == '.' && (length == 1 || length == 2 && id[start + 1] == '.');
    return isDots ? dots : null;
  }

  /** What is wrong with the bytes of a text, from start to end; null if nothing is. */
  Refusal checkText(final byte[] id, final int start, final int end) {
    int i = start;
    while (i < end) {
      final int first = id[i];
      if (first >= 0) {
        if (first < 0x20 || first == 0x7F) {
          return control;
        }
        i++;
        continue;
      }
      final int count = sequenceLength(first & 0xFF);
      if (count == 0 || i + count > end) {
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
