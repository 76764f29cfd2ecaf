package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Reads a query as an {@link ItemsQuery} describes it, without garbage but for integers. A plus
 * sign stands for a space, as in forms. Not thread-safe.
 */
final class QueryReader {
  private static final int BAD_ESCAPE = -1;

  /** Names and values after percent-decoding. A query is part of a request line. */
  private final byte[] bytes = new byte[HeadRules.MAX_REQUEST_LINE_BYTES];

  private int length;
  private ItemList items;
  private GivenTexts texts;
  private GivenValues values;

  /** Holds the texts. */
  byte[] bytes() {
    return bytes;
  }

  /** Reads a query; returns the first fault, or null. */
  Refusal parse(final Endpoint row, final String query, final Request into) {
    items = into.items;
    texts = into.texts;
    values = into.parameters;
    items.clear(Parameters.NONE);
    texts.clear();
    length = 0;
    int start = 0;
    while (start < query.length()) {
      final int mark = query.indexOf('&', start);
      final int end = mark < 0 ? query.length() : mark;
      final Refusal fault = end == start ? null : parameter(row, query, start, end);
      if (fault != null) {
        return fault;
      }
      start = end + 1;
    }
    return null;
  }

  private Refusal parameter(
      final Endpoint row, final String query, final int start, final int end) {
    final int mark = query.indexOf('=', start);
    final int nameEnd = mark < 0 || mark > end ? end : mark;
    final int name = length;
    final int value = decode(query, start, nameEnd);
    if (value == BAD_ESCAPE) {
      return Refusals.QUERY;
    }
    length = value;
    final int valueEnd = decode(query, Math.min(nameEnd + 1, end), end);
    if (valueEnd == BAD_ESCAPE) {
      return Refusals.QUERY;
    }
    length = valueEnd;
    final ItemsQuery known = row.itemsQuery;
    if (isName(known.nameBytes, name, value)) {
      return item(known, value);
    }
    for (int i = 0; i < known.texts.size(); i++) {
      if (isName(known.texts.get(i).nameBytes, name, value)) {
        return text(known, i, value);
      }
    }
    return integer(row.query, name, value);
  }

  /** Appends what a part of the query stands for, and returns its end. */
  private int decode(final String query, final int start, final int end) {
    int to = length;
    for (int i = start; i < end; i++) {
      int next = query.charAt(i);
      if (next == '+') {
        next = ' ';
      } else if (next == '%') {
        final int high = i + 2 < end ? PathId.hexDigit(query.charAt(i + 1)) : -1;
        final int low = i + 2 < end ? PathId.hexDigit(query.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          return BAD_ESCAPE;
        }
        next = high << 4 | low;
        i += 2;
      }
      bytes[to++] = (byte) next;
    }
    return to;
  }

  private boolean isName(final byte[] known, final int start, final int end) {
    return Arrays.equals(known, 0, known.length, bytes, start, end);
  }

  private Refusal item(final ItemsQuery known, final int start) {
    final int count = length - start;
    if (items.count() == known.maxItems) {
      return known.tooMany;
    }
    if (count == 0 || count > PathId.MAX_BYTES) {
      return count == 0 ? known.idEmpty : known.idTooLong;
    }
    final int offset = items.begin();
    System.arraycopy(bytes, start, items.ids(), offset, count);
    items.end(count);
    return known.id.check(bytes, start, length);
  }

  private Refusal text(final ItemsQuery known, final int index, final int start) {
    final TextParameter parameter = known.texts.get(index);
    if (texts.has(index)) {
      return Refusals.UNKNOWN_PARAMETER;
    }
    if (length - start > parameter.maxBytes) {
      return parameter.tooLong;
    }
    texts.set(index, start, length - start);
    return known.id.checkText(bytes, start, length) == null ? null : parameter.invalidText;
  }

  private Refusal integer(final Parameters known, final int name, final int start) {
    final byte[] nameBytes = Arrays.copyOfRange(bytes, name, start);
    final int index = known.indexOf(nameBytes, nameBytes.length);
    return index < 0 || values.has(index)
        ? Refusals.UNKNOWN_PARAMETER
        : known.parseInteger(index, new String(bytes, start, length - start, US_ASCII), values);
  }
}
