package io.tally.launcher;

import io.tally.counter.CounterExport;
import java.util.HexFormat;

/** How exported counters are written: a line each. */
enum ExportFormat {
  /** A JSON object a line. */
  NDJSON("") {
    @Override
    void append(
        final StringBuilder line,
        final String id,
        final long value,
        final long ttlMs,
        final long version,
        final String kind) {
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
      line.append("\",\"value\":").append(value);
      if (ttlMs != CounterExport.Handler.NONE) {
        line.append(",\"ttl_ms\":").append(ttlMs);
      }
      if (version != CounterExport.Handler.NONE) {
        line.append(",\"version\":").append(version);
      }
      if (!kind.isEmpty()) {
        line.append(",\"kind\":\"").append(kind).append('"');
      }
      line.append("}\n");
    }
  },

  /** Lines by RFC 4180, with a header. */
  CSV("id,value,ttl_ms,version,kind\r\n") {
    @Override
    void append(
        final StringBuilder line,
        final String id,
        final long value,
        final long ttlMs,
        final long version,
        final String kind) {
      final boolean isPlain = id.chars().noneMatch(c -> c == ',' || c == '"' || c <= ' ');
      if (isPlain) {
        line.append(id);
      } else {
        line.append('"').append(id.replace("\"", "\"\"")).append('"');
      }
      line.append(',').append(value).append(',');
      if (ttlMs != CounterExport.Handler.NONE) {
        line.append(ttlMs);
      }
      line.append(',');
      if (version != CounterExport.Handler.NONE) {
        line.append(version);
      }
      line.append(',').append(kind).append("\r\n");
    }
  };

  /** What stands before the first counter. */
  final String header;

  ExportFormat(final String header) {
    this.header = header;
  }

  /** Appends a whole line, with nothing for what is {@link CounterExport.Handler#NONE} or empty. */
  abstract void append(
      StringBuilder line, String id, long value, long ttlMs, long version, String kind);
}
