package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class ExportFormatTest {
  private static String line(final ExportFormat format, final String id, final long value) {
    final StringBuilder line = new StringBuilder();
    format.append(line, id, value, 0, 0, "");
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
    assertEquals("id,value,ttl_ms,version,kind\r\n", ExportFormat.CSV.header);
    assertEquals("a/ü,-7,,,\r\n", line(ExportFormat.CSV, "a/ü", -7));
    assertEquals("\"a,\"\"b\"\"\",1,,,\r\n", line(ExportFormat.CSV, "a,\"b\"", 1));
    assertEquals("\" a\",1,,,\r\n", line(ExportFormat.CSV, " a", 1));
    assertEquals("\"a\nb\",1,,,\r\n", line(ExportFormat.CSV, "a\nb", 1));
  }

  @Test
  void shouldWriteTimeLeftAndVersionWhereThereAreSuch() {
    final StringBuilder lines = new StringBuilder();
    ExportFormat.NDJSON.append(lines, "a", 1, 250, 7, "");
    ExportFormat.NDJSON.append(lines, "b", 2, 0, Long.MAX_VALUE, "");
    ExportFormat.NDJSON.append(lines, "c", 3, 9, 8, "rate");
    ExportFormat.CSV.append(lines, "a", 1, 250, 7, "");
    ExportFormat.CSV.append(lines, "b", 2, 0, 8, "");
    ExportFormat.CSV.append(lines, "c", 3, 9, 0, "rate");
    assertEquals(
        "{\"id\":\"a\",\"value\":1,\"ttl_ms\":250,\"version\":7}\n"
            + "{\"id\":\"b\",\"value\":2,\"version\":9223372036854775807}\n"
            + "{\"id\":\"c\",\"value\":3,\"ttl_ms\":9,\"version\":8,\"kind\":\"rate\"}\n"
            + "a,1,250,7,\r\nb,2,,8,\r\nc,3,9,,rate\r\n",
        lines.toString());
  }
}
