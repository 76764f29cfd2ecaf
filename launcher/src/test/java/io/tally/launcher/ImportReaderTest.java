package io.tally.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
final class ImportReaderTest {
  private static final String CSV = "id,value,ttl_ms,version,kind\n";

  private static List<ImportRow> read(final byte[] input) throws IOException, ImportException {
    final ImportReader reader = new ImportReader(new ByteArrayInputStream(input));
    final List<ImportRow> rows = new ArrayList<>();
    for (ImportRow row = reader.next(); row != null; row = reader.next()) {
      rows.add(row);
    }
    return rows;
  }

  private static List<ImportRow> read(final String input) throws IOException, ImportException {
    return read(input.getBytes(UTF_8));
  }

  @ParameterizedTest
  @EnumSource(ExportFormat.class)
  void shouldReadWhatAnExportWrites(final ExportFormat format) throws Exception {
    final List<String> ids =
        List.of(
            "a",
            "{x}:y",
            "a,b",
            "\"",
            "\\",
            "\"a\"\"",
            " a ",
            "a b",
            "ü€😀",
            "{",
            "id",
            "a/../b",
            "x".repeat(256));
    final StringBuilder lines = new StringBuilder(format.header);
    final List<ImportRow> expected = new ArrayList<>();
    for (final String id : ids) {
      final long line = expected.size() + (format == ExportFormat.CSV ? 2 : 1);
      final long value = expected.isEmpty() ? Long.MIN_VALUE : Long.MAX_VALUE - expected.size();
      final long ttlMs = expected.size() % 2 == 0 ? 0 : line;
      final String kind = expected.size() == 3 ? "rate" : "";
      format.append(lines, id, value, ttlMs, line, kind);
      expected.add(new ImportRow(line, id, value, ttlMs, kind));
    }
    assertEquals(expected, read(lines.toString()));
  }

  @Test
  void shouldReadOlderExportsAndBlankLines() throws Exception {
    assertEquals(
        List.of(new ImportRow(2, "a", 1, 0, ""), new ImportRow(4, "b", -2, 0, "")),
        read("id,value\r\na,1\r\n\r\nb,-2"));
    assertEquals(
        List.of(new ImportRow(1, "a", 1, 0, ""), new ImportRow(3, "b", -2, 0, "")),
        read(
            "{\"id\":\"a\",\"value\":1}\n\n { \"value\" : -2 , \"id\" : \"\\u0062\" } \n"
                .replace("\n {", "\n{")));
    assertEquals(List.of(), read(""));
    assertEquals(List.of(), read(CSV));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}",
        "{\"id\":\"a\"}",
        "{\"value\":1}",
        "{\"id\":\"\",\"value\":1}",
        "{\"id\":\"a\",\"value\":1",
        "{\"id\":\"a\",\"value\":1}}",
        "{\"id\":\"a\",\"value\":1,}",
        "{\"id\":\"a\",\"value\":1.5}",
        "{\"id\":\"a\",\"value\":1e3}",
        "{\"id\":\"a\",\"value\":\"1\"}",
        "{\"id\":\"a\",\"value\":null}",
        "{\"id\":\"a\",\"value\":9223372036854775808}",
        "{\"id\":\"a\",\"value\":-}",
        "{\"id\":\"a\",\"value\":1,\"id\":\"b\"}",
        "{\"id\":\"a\",\"value\":1,\"ttl_ms\":0}",
        "{\"id\":\"a\",\"value\":1,\"ttl_ms\":-1}",
        "{\"id\":\"a\",\"value\":1,\"more\":1}",
        "{\"id\":\"a\",\"value\":1,\"version\":\"x\"}",
        "{\"id\":\"a\\x\",\"value\":1}",
        "{\"id\":\"a\\u12g4\",\"value\":1}",
        "{\"id\":\"a",
        "{\"id\":1,\"value\":1}",
        "[1]",
        "a,1",
      })
  void shouldNameABadLineOfJson(final String line) {
    final String input = "{\"id\":\"good\",\"value\":1}\n" + line + "\n";
    final ImportException fault = assertThrows(ImportException.class, () -> read(input));
    assertTrue(fault.getMessage().startsWith("line 2: "), fault::getMessage);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a,1",
        "a,1,,,,",
        "a,x,,,",
        "a,,,,",
        ",1,,,",
        "a,+1,,,",
        "a,1.0,,,",
        "\"a,1,,,",
        "\"a\"b,1,,,",
        "a,1,0,,",
        "a,1,,x,",
        "a,9223372036854775808,,,",
        "{\"id\":\"a\",\"value\":1}",
      })
  void shouldNameABadLineOfCsv(final String line) {
    final String input = CSV + "good,1,,,\n" + line + "\n";
    final ImportException fault = assertThrows(ImportException.class, () -> read(input));
    assertTrue(fault.getMessage().startsWith("line 3: "), fault::getMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"counter", "value,id", "id,value,version", "id", "a,1", "<html>"})
  void shouldRefuseAFirstLineThatIsNoneOfAnExport(final String line) {
    final ImportException fault =
        assertThrows(ImportException.class, () -> read(line + "\na,1,,,\n"));
    assertTrue(fault.getMessage().startsWith("line 1: "), fault::getMessage);
  }

  @Test
  void shouldRefuseLinesThatAreTooLongOrNoText() {
    final String good = "{\"id\":\"a\",\"value\":1}\n";
    assertEquals(
        "line 2: this is longer than 4096 bytes",
        assertThrows(ImportException.class, () -> read(good + "x".repeat(5_000))).getMessage());
    assertEquals(
        "line 2: this is not valid UTF-8",
        assertThrows(
                ImportException.class,
                () -> read((good + "{\"id\":\"\u00ff\",\"value\":1}").getBytes(ISO_8859_1)))
            .getMessage());
  }
}
