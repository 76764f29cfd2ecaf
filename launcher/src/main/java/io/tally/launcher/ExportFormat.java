package io.tally.launcher;

import java.util.HexFormat;

/** How exported entities are written: a line each. */
enum ExportFormat {
  /** A JSON object a line. */
  NDJSON("") {
    @Override
    void append(final StringBuilder line, final String id, final long value) {
      line.append("{\"id\":\"");
      for (int i = 0; i < id.length(); i++) {
        final char character = id.charAt(i);
        if (character == '"' || character == '\\') {
          line.append('\\').append(character);
        } else if (character < ' ') {
          line.append("\\u").append(HexFormat.of().toHexDigits(character));
        } else {
          line.append(character);
        }
      }
      line.append("\",\"value\":").append(value).append("}\n");
    }
  },

  /** As RFC 4180 has it, with a header. */
  CSV("id,value\r\n") {
    @Override
    void append(final StringBuilder line, final String id, final long value) {
      final boolean isPlain = id.chars().noneMatch(c -> c == ',' || c == '"' || c <= ' ');
      if (isPlain) {
        line.append(id);
      } else {
        line.append('"').append(id.replace("\"", "\"\"")).append('"');
      }
      line.append(',').append(value).append("\r\n");
    }
  };

  /** What stands before the first entity. */
  final String header;

  ExportFormat(final String header) {
    this.header = header;
  }

  /** Appends a whole line. */
  abstract void append(StringBuilder line, String id, long value);
}
