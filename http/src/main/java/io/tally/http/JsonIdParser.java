package io.tally.http;

/**
 * Reads the ids of items, which are strings, and leaves their UTF-8 in the {@link ItemList}. Not
 * thread-safe.
 */
final class JsonIdParser {
  private static final int HIGH_SURROGATE = 0xD800;
  private static final int LOW_SURROGATE = 0xDC00;
  private static final int SURROGATES_END = 0xE000;
  private static final int UNPAIRED = -2;

  private final JsonReader json;
  private ItemsBody body;
  private ItemList items;
  private int offset;
  private int idLength;

  JsonIdParser(final JsonReader json) {
    this.json = json;
  }

  /** An item begins, whose id has not come. */
  void begin(final ItemsBody expected, final ItemList into) {
    body = expected;
    items = into;
    offset = into.begin();
    idLength = 0;
  }

  /** Length of the item's id in bytes; 0 if it has not come. */
  int length() {
    return idLength;
  }

  /** Reads the value of the member. */
  Refusal parse() {
    final int first = json.peek();
    if (first != '"') {
      return JsonItemsParser.notA(first, body.idType);
    }
    json.position++;
    final byte[] bytes = json.bytes;
    final int start = json.position;
    int end = start;
    while (end < json.end && isPlain(bytes[end])) {
      end++;
    }
    if (end == json.end || bytes[end] != '"') {
      return escapedId();
    }
    json.position = end + 1;
    final int length = end - start;
    if (length == 0 || length > PathId.MAX_BYTES) {
      return length == 0 ? body.idEmpty : body.idTooLong;
    }
    System.arraycopy(bytes, start, items.ids(), offset, length);
    idLength = length;
    return body.id.checkDots(bytes, start, end);
  }

  /** ASCII that stands for itself in a string. */
  private static boolean isPlain(final byte next) {
    return next >= ' ' && next != '"' && next != '\\' && next != 0x7F;
  }

  private Refusal escapedId() {
    int length = 0;
    while (json.position < json.end) {
      final int next = json.bytes[json.position++] & 0xFF;
      if (next == '"') {
        return checked(length);
      }
      if (next < ' ') {
        return Refusals.JSON_SYNTAX;
      }
      if (next != '\\') {
        length = append(length, next);
        continue;
      }
      final int codePoint = codePoint();
      if (codePoint < 0) {
        return codePoint == UNPAIRED ? body.idUnpaired : unescapable();
      }
      length = appendUtf8(length, codePoint);
    }
    return Refusals.JSON_END;
  }

  private Refusal unescapable() {
    return json.position < json.end ? Refusals.JSON_SYNTAX : Refusals.JSON_END;
  }

  /** What an escape stands for, or the two of a pair. */
  private int codePoint() {
    final int unit = json.escape();
    if (unit < HIGH_SURROGATE || unit >= SURROGATES_END) {
      return unit;
    }
    final boolean isPair =
        unit < LOW_SURROGATE
            && json.end - json.position > 1
            && json.bytes[json.position] == '\\'
            && json.bytes[json.position + 1] == 'u';
    if (!isPair) {
      return UNPAIRED;
    }
    json.position++;
    final int low = json.escape();
    if (low < 0) {
      return low;
    }
    return low < LOW_SURROGATE || low >= SURROGATES_END
        ? UNPAIRED
        : Character.toCodePoint((char) unit, (char) low);
  }

  private int appendUtf8(final int length, final int codePoint) {
    if (codePoint < 0x80) {
      return append(length, codePoint);
    }
    int end = length;
    if (codePoint < 0x800) {
      end = append(end, 0xC0 | codePoint >> 6);
    } else {
      if (codePoint < 0x10000) {
        end = append(end, 0xE0 | codePoint >> 12);
      } else {
        end = append(end, 0xF0 | codePoint >> 18);
        end = append(end, 0x80 | codePoint >> 12 & 0x3F);
      }
      end = append(end, 0x80 | codePoint >> 6 & 0x3F);
    }
    return append(end, 0x80 | codePoint & 0x3F);
  }

  /** Returns the new length, which may be one more than there is room for. */
  private int append(final int length, final int next) {
    if (length >= PathId.MAX_BYTES) {
      return PathId.MAX_BYTES + 1;
    }
    items.ids()[offset + length] = (byte) next;
    return length + 1;
  }

  private Refusal checked(final int length) {
    if (length == 0 || length > PathId.MAX_BYTES) {
      return length == 0 ? body.idEmpty : body.idTooLong;
    }
    idLength = length;
    return body.id.check(items.ids(), offset, offset + length);
  }
}
