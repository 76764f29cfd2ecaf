package io.tally.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads what an export has written, line by line: JSON objects, or CSV whose first line names its
 * fields. The first line tells which.
 */
final class ImportReader {
  /** Longer than any line of an export: an id has 256 bytes at most. */
  private static final int MAX_LINE_BYTES = 4_096;

  private static final List<String> FIELDS =
      List.of(ImportRow.ID, ImportRow.VALUE, ImportRow.TTL_MS, ImportRow.VERSION, ImportRow.KIND);

  private final InputStream in;
  private final byte[] bytes = new byte[MAX_LINE_BYTES];
  private long line;

  /** The fields of the header; null if the lines are JSON. */
  private List<String> fields;

  /** The stream should be buffered. */
  ImportReader(final InputStream in) {
    this.in = in;
  }

  /**
   * The next row; null at the end.
   *
   * @throws ImportException if a line is none of an export.
   */
  ImportRow next() throws IOException, ImportException {
    String text = readLine();
    while (text != null && text.isBlank()) {
      text = readLine();
    }
    if (text == null) {
      return null;
    }
    if (fields == null && text.startsWith("{")) {
      return new JsonRow(line, text).parse();
    }
    if (fields != null) {
      return csv(text);
    }
    if (line > 1) {
      throw new ImportException(line, "this is no JSON object");
    }
    fields = CsvFields.split(line, text);
    if (fields.size() < 2 || !FIELDS.subList(0, Math.min(5, fields.size())).equals(fields)) {
      throw new ImportException(
          line, "this is neither a JSON object nor the first line of a CSV export");
    }
    return next();
  }

  private ImportRow csv(final String text) throws ImportException {
    final List<String> values = CsvFields.split(line, text);
    if (values.size() != fields.size()) {
      throw new ImportException(
          line, "this has " + values.size() + " fields, not " + fields.size());
    }
    final ImportRow.Builder row = new ImportRow.Builder(line);
    for (int i = 0; i < values.size(); i++) {
      row.set(fields.get(i), values.get(i));
    }
    return row.build();
  }

  /** The next line without its end; null if there is no more. */
  private String readLine() throws IOException, ImportException {
    int length = 0;
    int next = in.read();
    if (next < 0) {
      return null;
    }
    line++;
    while (next >= 0 && next != '\n') {
      if (length == MAX_LINE_BYTES) {
        throw new ImportException(line, "this is longer than " + MAX_LINE_BYTES + " bytes");
      }
      bytes[length++] = (byte) next;
      next = in.read();
    }
    if (length > 0 && bytes[length - 1] == '\r') {
      length--;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (final CharacterCodingException fault) {
      throw new ImportException(line, "this is not valid UTF-8");
    }
  }
}
