package io.tally.launcher;

import java.util.ArrayList;
import java.util.List;

/** The fields of a line of CSV (RFC 4180), none of which has a line feed in it. */
final class CsvFields {
  private CsvFields() {}

  static List<String> split(final long line, final String text) throws ImportException {
    final List<String> fields = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      final int end = end(line, text, start);
      final String field = text.substring(start, end);
      fields.add(
          field.startsWith("\"")
              ? field.substring(1, field.length() - 1).replace("\"\"", "\"")
              : field);
      start = end + 1;
    }
    return fields;
  }

  private static int end(final long line, final String text, final int start)
      throws ImportException {
    if (!text.startsWith("\"", start)) {
      final int comma = text.indexOf(',', start);
      return comma < 0 ? text.length() : comma;
    }
    int end = start + 1;
    while (end < text.length()) {
      if (text.charAt(end) != '"') {
        end++;
      } else if (text.startsWith("\"\"", end)) {
        end += 2;
      } else if (end + 1 == text.length() || text.charAt(end + 1) == ',') {
        return end + 1;
      } else {
        throw new ImportException(line, "something follows a quoted field");
      }
    }
    throw new ImportException(line, "a quoted field does not end");
  }
}
