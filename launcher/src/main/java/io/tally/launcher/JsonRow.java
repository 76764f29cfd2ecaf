package io.tally.launcher;

import java.util.HashSet;
import java.util.Set;

/** Reads a line that is a JSON object of texts and integers. */
final class JsonRow {
  private static final int HEX = 16;
  private static final int CODE_UNIT_DIGITS = 4;

  private final long line;
  private final String text;
  private int position;

  JsonRow(final long line, final String text) {
    this.line = line;
    this.text = text;
  }

  ImportRow parse() throws ImportException {
    final ImportRow.Builder row = new ImportRow.Builder(line);
    final Set<String> seen = new HashSet<>();
    expect('{');
    if (peek() != '}') {
      do {
        final String name = string();
        if (!seen.add(name)) {
          throw new ImportException(line, name + " is given twice");
        }
        expect(':');
        final boolean isText = name.equals(ImportRow.ID) || name.equals(ImportRow.KIND);
        row.set(name, isText ? string() : integer());
      } while (takes(','));
    }
    expect('}');
    if (peek() != 0) {
      throw malformed();
    }
    return row.build();
  }

  private ImportException malformed() {
    return new ImportException(line, "this is no JSON object of an export");
  }

  /** The next character that is no white space; 0 at the end. */
  private char peek() {
    while (position < text.length() && " \t\r".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
    return position < text.length() ? text.charAt(position) : 0;
  }

  private boolean takes(final char wanted) {
    final boolean isThere = peek() == wanted;
    position += isThere ? 1 : 0;
    return isThere;
  }

  private void expect(final char wanted) throws ImportException {
    if (!takes(wanted)) {
      throw malformed();
    }
  }

  private String integer() throws ImportException {
    final char first = peek();
    final int start = position;
    if (first == '-') {
      position++;
    }
    while (position < text.length() && Character.isDigit(text.charAt(position))) {
      position++;
    }
    if (position == start) {
      throw malformed();
    }
    return text.substring(start, position);
  }

  private String string() throws ImportException {
    expect('"');
    final StringBuilder string = new StringBuilder();
    while (position < text.length()) {
      final char next = text.charAt(position++);
      if (next == '"') {
        return string.toString();
      }
      string.append(next == '\\' ? escaped() : next);
    }
    throw malformed();
  }

  private char escaped() throws ImportException {
    if (position == text.length()) {
      throw malformed();
    }
    final char escaped = text.charAt(position++);
    return switch (escaped) {
      case '"', '\\', '/' -> escaped;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> codeUnit();
      default -> throw malformed();
    };
  }

  private char codeUnit() throws ImportException {
    final int end = position + CODE_UNIT_DIGITS;
    if (end > text.length() || !text.substring(position, end).matches("[0-9A-Fa-f]+")) {
      throw malformed();
    }
    final char unit = (char) Integer.parseInt(text.substring(position, end), HEX);
    position = end;
    return unit;
  }
}
