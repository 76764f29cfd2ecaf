package io.tally.launcher;

/**
 * One line of an export.
 *
 * @param line its number in the input, from 1.
 * @param id of the counter.
 * @param value of the counter.
 * @param ttlMs milliseconds until it ends, above 0; 0 if it does not.
 * @param kind empty for a counter that can be set.
 */
record ImportRow(long line, String id, long value, long ttlMs, String kind) {
  static final String ID = "id";
  static final String VALUE = "value";
  static final String TTL_MS = "ttl_ms";
  static final String VERSION = "version";
  static final String KIND = "kind";

  /** Takes what a line says under the names above, and checks it. */
  static final class Builder {
    private final long line;
    private String id;
    private String value;
    private String ttlMs = "";
    private String version = "";
    private String kind = "";

    Builder(final long line) {
      this.line = line;
    }

    /** Sets a member by its text. */
    void set(final String name, final String text) throws ImportException {
      switch (name) {
        case ID -> id = text;
        case VALUE -> value = text;
        case TTL_MS -> ttlMs = text;
        case VERSION -> version = text;
        case KIND -> kind = text;
        default -> throw new ImportException(line, "an export has no '" + name + "'");
      }
    }

    ImportRow build() throws ImportException {
      if (id == null || id.isEmpty() || value == null) {
        throw new ImportException(line, "id and value are needed");
      }
      if (!version.isEmpty()) {
        integer(VERSION, version);
      }
      final long ms = ttlMs.isEmpty() ? 0 : integer(TTL_MS, ttlMs);
      if (!ttlMs.isEmpty() && ms <= 0) {
        throw new ImportException(line, "ttl_ms is not above 0: " + ttlMs);
      }
      return new ImportRow(line, id, integer(VALUE, value), ms, kind);
    }

    private long integer(final String name, final String text) throws ImportException {
      try {
        if (text.startsWith("+")) {
          throw new NumberFormatException();
        }
        return Long.parseLong(text);
      } catch (final NumberFormatException fault) {
        throw new ImportException(line, name + " is not an integer of 64 bits: " + text);
      }
    }
  }
}
