package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a row holds, each beside all others. */
@Timeout(30)
final class CounterRowsTest {
  private static final int LAST_CELL = (1 << DeadlineCells.NUMBER_BITS) - 1;

  private static final long[] VERSIONS = {
    0, 1, (1L << 29) - 1, 1L << 29, 1L << 32, RowDescriptor.MAX_VERSION - 1, 1L << 52, 5
  };

  private final UnsafeBuffer id =
      new UnsafeBuffer("i".repeat(256).getBytes(StandardCharsets.US_ASCII));
  private final DirectChunks chunks = new DirectChunks();
  private final DeadlineCells cells = new DeadlineCells();
  private final CounterRows rows = new CounterRows(chunks, cells);
  private final RowSpace space = new RowSpace(chunks, RowDescriptor.MAX_CHUNKS);

  private int take(final int idLength, final boolean wide) {
    final int row = space.take(RowDescriptor.rowLength(idLength, wide));
    rows.write(row, RowDescriptor.tag(-1, idLength), wide, id, 0, idLength);
    return row;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 255, 256})
  void shouldHoldTheLongestVersionBesideACell(final int idLength) {
    final Random random = new Random(idLength);
    for (final boolean byBytes : new boolean[] {false, true}) {
      final int row = take(idLength, false);
      rows.version(row, RowDescriptor.MAX_VERSION);
      rows.value(row, random.nextLong());
      final long value = rows.value(row);
      final int length = rows.length(row);
      rows.setApart(row, cells.take(), byBytes);
      assertEquals(RowDescriptor.MAX_VERSION, rows.version(row));
      for (final long version : VERSIONS) {
        final long deadlineNs = random.nextLong() >>> 1;
        rows.deadlineNs(row, deadlineNs);
        rows.version(row, version);
        assertTrue(rows.isApart(row));
        assertTrue(rows.hasPlace(row));
        assertFalse(rows.isWide(row));
        assertFalse(rows.isRate(row));
        assertEquals(version, rows.version(row));
        assertEquals(deadlineNs, rows.deadlineNs(row));
        assertEquals(value, rows.value(row));
        assertEquals(idLength, rows.idLength(row));
        assertEquals(length, rows.length(row));
        assertEquals(byBytes, (word(row) & RowDescriptor.BY_BYTES) != 0);
      }
    }
  }

  private long word(final int row) {
    return rows.chunk(row).getLong(RowDescriptor.offset(row) + RowDescriptor.WORD_OFFSET);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1 << 28, LAST_CELL})
  void shouldNameAnyCell(final int cell) {
    final long flags = RowDescriptor.APART | RowDescriptor.TIMED | RowDescriptor.PLACELESS;
    for (final long version : VERSIONS) {
      final long word = RowDescriptor.wordApart(flags | cell, version);
      final int tag = RowDescriptor.tagApart(RowDescriptor.tag(-1, 77), version);
      assertEquals(cell, RowDescriptor.cell(word));
      assertEquals(version, RowDescriptor.version(word, tag));
      assertEquals(77, RowDescriptor.idLength(tag));
      final long allFlags = -1L << 58;
      assertEquals(flags, word & allFlags);
    }
  }

  @Test
  void shouldHaveNoDeadlineApartUntilItIsSet() {
    cells.set(cells.take(), 9);
    cells.free(0);
    final int row = take(8, false);
    rows.setApart(row, cells.take(), false);
    assertEquals(CounterRows.NO_DEADLINE, rows.deadlineNs(row));
    rows.deadlineNs(row, 4);
    assertEquals(4, rows.deadlineNs(row));
    rows.deadlineNs(row, CounterRows.NO_DEADLINE);
    assertEquals(CounterRows.NO_DEADLINE, rows.deadlineNs(row));
    assertTrue(rows.isApart(row));
  }

  @Test
  void shouldGiveTheCellThatWasFreedLastFirst() {
    assertEquals(DeadlineCells.CHUNK_BYTES, cells.wantedBytes());
    final int count = DeadlineCells.CHUNK_BYTES / 8;
    for (int cell = 0; cell < count; cell++) {
      assertEquals(cell, cells.take());
      cells.set(cell, 1_000 + cell);
      assertEquals(cell + 1 == count ? DeadlineCells.CHUNK_BYTES : 0, cells.wantedBytes());
    }
    cells.free(7);
    cells.free(0);
    assertEquals(0, cells.wantedBytes());
    assertEquals(0, cells.take());
    assertEquals(7, cells.take());
    assertEquals(DeadlineCells.CHUNK_BYTES, cells.wantedBytes());
    assertEquals(count, cells.take());
    assertEquals(2 * DeadlineCells.CHUNK_BYTES, cells.capacityBytes());
    cells.set(count, 5);
    for (int cell = 8; cell < count; cell++) {
      assertEquals(1_000 + cell, cells.get(cell));
    }
    assertEquals(5, cells.get(count));
  }
}
