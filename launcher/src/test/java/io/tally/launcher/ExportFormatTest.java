package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class ExportFormatTest {
  private static String line(final ExportFormat format, final String id, final long value) {
    final StringBuilder line = new StringBuilder();
    format.append(line, id, value);
    return line.toString();
  }

  @Test
  void shouldWriteALineOfJsonForEach() {
    assertEquals("", ExportFormat.NDJSON.header);
    assertEquals("{\"id\":\"a\",\"value\":-7}\n", line(ExportFormat.NDJSON, "a", -7));
    assertEquals(
        "{\"id\":\"\\\"\\\\/ü\\u0001\",\"value\":9223372036854775807}\n",
        line(ExportFormat.NDJSON, "\"\\/ü\u0001", Long.MAX_VALUE));
  }

  @Test
  void shouldWriteCsvWithAHeader() {
    assertEquals("id,value\r\n", ExportFormat.CSV.header);
    assertEquals("a/ü,-7\r\n", line(ExportFormat.CSV, "a/ü", -7));
    assertEquals("\"a,\"\"b\"\"\",1\r\n", line(ExportFormat.CSV, "a,\"b\"", 1));
    assertEquals("\" a\",1\r\n", line(ExportFormat.CSV, " a", 1));
    assertEquals("\"a\nb\",1\r\n", line(ExportFormat.CSV, "a\nb", 1));
  }
}
