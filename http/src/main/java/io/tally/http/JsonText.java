package io.tally.http;

import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;

/**
 * Writes what a document is made of as JSON: maps, collections, texts, numbers, truth values, null,
 * and JSON that is there already.
 */
final class JsonText {
  /** JSON that is written as it is. */
  record Raw(String json) {}

  private final StringBuilder out = new StringBuilder();

  private JsonText() {}

  static String of(final Object value) {
    final JsonText text = new JsonText();
    text.append(value);
    return text.out.toString();
  }

  private void append(final Object value) {
    if (value instanceof Map<?, ?> map) {
      append(map);
    } else if (value instanceof Iterable<?> elements) {
      append(elements);
    } else if (value instanceof String string) {
      append(string);
    } else if (value instanceof Raw raw) {
      out.append(raw.json);
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      throw new IllegalArgumentException("no JSON: " + value.getClass());
    }
  }

  private void append(final Map<?, ?> map) {
    out.append('{');
    String separator = "";
    for (final Map.Entry<?, ?> member : map.entrySet()) {
      out.append(separator);
      append((String) member.getKey());
      out.append(':');
      append(member.getValue());
      separator = ",";
    }
    out.append('}');
  }

  private void append(final Iterable<?> elements) {
    out.append('[');
    for (final Iterator<?> each = elements.iterator(); each.hasNext(); ) {
      append(each.next());
      out.append(each.hasNext() ? "," : "");
    }
    out.append(']');
  }

  private void append(final String string) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      final char next = string.charAt(i);
      if (next == '"' || next == '\\') {
        out.append('\\').append(next);
      } else if (next == '\n') {
        out.append("\\n");
      } else if (next < ' ') {
        out.append("\\u").append(HexFormat.of().toHexDigits(next));
      } else {
        out.append(next);
      }
    }
    out.append('"');
  }
}
