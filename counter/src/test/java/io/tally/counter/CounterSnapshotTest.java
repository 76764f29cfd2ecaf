package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Places;
import io.tally.engine.SnapshotSink;
import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class CounterSnapshotTest {
  private final UnsafeBuffer id = new UnsafeBuffer(new byte[256]);

  /** Keeps records, as many as it has room for. */
  private static final class Records implements SnapshotSink {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final List<Integer> ends = new ArrayList<>(List.of(0));
    private final int maxCount;
    private int claimed;

    Records(final int maxCount) {
      this.maxCount = maxCount;
    }

    @Override
    public int tryClaim(final int length) {
      if (count() >= maxCount) {
        return FULL;
      }
      final int start = ends.get(count());
      buffer.checkLimit(start + length);
      claimed = start + length;
      return start;
    }

    @Override
    public MutableDirectBuffer buffer() {
      return buffer;
    }

    @Override
    public void commit() {
      ends.add(claimed);
    }

    int count() {
      return ends.size() - 1;
    }

    void restoreInto(final CounterSnapshot snapshot) {
      for (int i = 0; i < count(); i++) {
        snapshot.restore(buffer, ends.get(i), ends.get(i + 1) - ends.get(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20240229, -77, 4, 5, 6, 7, 8})
  void shouldShowAllAsItWasAtOneInstant(final long seed) {
    final Random random = new Random(seed);
    final CounterTable table = new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED);
    final List<String> ids = ids(random, 2_000);
    for (int snapshot = 0; snapshot < 3; snapshot++) {
      change(random, table, ids, random.nextInt(3_000));
      final Map<String, Long> atBegin = values(table, ids);
      final long sizeAtBegin = table.size();
      final Records records = new Records(Integer.MAX_VALUE);
      table.snapshot().beginSnapshot(records);
      boolean done = false;
      while (!done) {
        change(random, table, ids, random.nextInt(40));
        done = table.snapshot().writeSnapshot(1 + random.nextInt(200));
      }
      change(random, table, ids, random.nextInt(40));
      table.snapshot().endSnapshot();

      final CounterTable restored =
          new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED);
      records.restoreInto(restored.snapshot());
      assertEquals(atBegin, values(restored, ids), "seed " + seed);
      assertEquals(sizeAtBegin, restored.size());
      assertEquals(sizeAtBegin + 1, records.count(), "each row is shown once");
      assertEquals(rows(restored, ids), rowsOf(table, atBegin), "rows keep their numbers");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void shouldGoOnAfterARestoreAsTheOriginalDoes(final long seed) {
    final Random random = new Random(seed);
    final CounterTable table = new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED);
    final List<String> ids = ids(random, 5_000);
    change(random, table, ids, random.nextInt(9_000));
    final CounterTable restored = restored(table, new CounterLimit(Long.MAX_VALUE));
    change(new Random(seed), table, ids, 9_000);
    change(new Random(seed), restored, ids, 9_000);
    assertEquals(values(table, ids), values(restored, ids));
    assertEquals(rows(table, ids), rows(restored, ids), "new rows, too, have the same numbers");
    assertEquals(table.capacityBytes(), restored.capacityBytes());
  }

  @Test
  void shouldRestoreAnEmptyTable() {
    final CounterTable table = new CounterTable(new CounterLimit(1), Places.ASKED);
    final CounterTable restored = restored(table, new CounterLimit(1));
    assertEquals(0, restored.size());
    assertEquals(1, add(restored, "a", 1));
  }

  @Test
  void shouldShowTheRowsOfAChunkThatIsExactlyFull() {
    final CounterTable table = new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED);
    // Rows of 32 bytes fill each chunk to its end, and the chunks of a large table are of the
    // greatest length.
    long count = 0;
    for (int full = 0; full < 3; ) {
      id.putLong(0, count);
      id.putLong(Long.BYTES, count);
      table.findOrCreate(count * 0x9E37_79B9_7F4A_7C15L, id, 0, 2 * Long.BYTES);
      count++;
      if (table.roomOffset() == CounterTable.MAX_CHUNK_BYTES) {
        full++;
        int shown = 0;
        for (int row = table.firstRow(); row != table.endRow(); row = table.rowAfter(row)) {
          shown++;
        }
        assertEquals(count, shown, "rows of " + table.chunkCount() + " chunks");
      }
    }
  }

  @Test
  void shouldNotSayThatAllWasShownWhereEvenTheHeadFoundNoRoom() {
    final CounterTable table = new CounterTable(new CounterLimit(1), Places.ASKED);
    table.snapshot().beginSnapshot(new Records(0));
    assertFalse(table.snapshot().writeSnapshot(1));
    table.snapshot().endSnapshot();
  }

  @Test
  void shouldKeepRestoredRowsAboveTheLimitAndRefuseNewOnes() {
    final CounterTable table = new CounterTable(new CounterLimit(3), Places.ASKED);
    add(table, "a", 1);
    add(table, "b", 2);
    add(table, "c", 3);
    final CounterTable restored = restored(table, new CounterLimit(2));
    assertEquals(3, restored.size());
    assertEquals(4, add(restored, "c", 1));
    assertEquals(CounterTable.FULL, row(restored, "d"));
  }

  @Test
  void shouldGoOnCountingWhenTheSinkIsFull() {
    final CounterTable table = new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED);
    for (int i = 0; i < 10; i++) {
      add(table, "counter-" + i, i);
    }
    final Records records = new Records(3);
    table.snapshot().beginSnapshot(records);
    add(table, "counter-9", 1);
    assertFalse(table.snapshot().writeSnapshot(100));
    assertEquals(9, add(table, "counter-8", 1));
    assertFalse(table.snapshot().writeSnapshot(100));
    table.snapshot().endSnapshot();
    assertEquals(10, add(table, "counter-8", 1));
    assertEquals(10, restored(table, new CounterLimit(10)).size());
  }

  @Test
  void shouldRefuseWhatIsNoRecord() {
    final CounterTable table = new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED);
    add(table, "a", 1);
    final Records records = new Records(Integer.MAX_VALUE);
    table.snapshot().beginSnapshot(records);
    assertTrue(table.snapshot().writeSnapshot(10));
    final CounterTable restored = new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED);
    records.restoreInto(restored.snapshot());
    assertThrows(IllegalArgumentException.class, () -> records.restoreInto(restored.snapshot()));
    final CounterSnapshot empty = new CounterTable(new CounterLimit(1), Places.ASKED).snapshot();
    for (int length = 0; length < records.ends.get(1); length++) {
      final int cut = length;
      assertThrows(IllegalArgumentException.class, () -> empty.restore(records.buffer, 0, cut));
    }
    final int row = records.ends.get(1);
    final int rowLength = records.ends.get(2) - row;
    for (int length = 0; length <= rowLength; length++) {
      final int cut = length;
      assertThrows(IllegalArgumentException.class, () -> empty.restore(records.buffer, row, cut));
    }
  }

  private static CounterTable restored(final CounterTable table, final CounterLimit limit) {
    final Records records = new Records(Integer.MAX_VALUE);
    table.snapshot().beginSnapshot(records);
    while (!table.snapshot().writeSnapshot(100)) {
      assertTrue(records.count() <= table.size() + 1);
    }
    table.snapshot().endSnapshot();
    final CounterTable restored = new CounterTable(limit, Places.ASKED);
    records.restoreInto(restored.snapshot());
    return restored;
  }

  private static List<String> ids(final Random random, final int count) {
    final List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final int length = random.nextInt(10) == 0 ? 1 + random.nextInt(250) : 1 + random.nextInt(20);
      ids.add((i + "-" + "x".repeat(length)).substring(0, Math.max(length, (i + "-").length())));
    }
    return ids;
  }

  private void change(
      final Random random, final CounterTable table, final List<String> ids, final int times) {
    for (int i = 0; i < times; i++) {
      add(table, ids.get(random.nextInt(ids.size())), random.nextLong());
    }
  }

  private long add(final CounterTable table, final String name, final long amount) {
    final int row = row(table, name);
    table.value(row, table.value(row) + amount);
    return table.value(row);
  }

  private int row(final CounterTable table, final String name) {
    final int length = wrap(name);
    return table.findOrCreate(StableHash.hash(name), id, 0, length);
  }

  private int wrap(final String name) {
    final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    id.putBytes(0, bytes);
    return bytes.length;
  }

  private Map<String, Long> values(final CounterTable table, final List<String> ids) {
    final Map<String, Long> values = new LinkedHashMap<>();
    rows(table, ids).forEach((name, row) -> values.put(name, table.value(row)));
    return values;
  }

  private Map<String, Integer> rowsOf(final CounterTable table, final Map<String, Long> names) {
    return rows(table, List.copyOf(names.keySet()));
  }

  private Map<String, Integer> rows(final CounterTable table, final List<String> ids) {
    final Map<String, Integer> rows = new LinkedHashMap<>();
    for (final String name : ids) {
      final int length = wrap(name);
      final int row = table.find(StableHash.hash(name), id, 0, length);
      if (row != CounterTable.ABSENT) {
        rows.put(name, row);
      }
    }
    return rows;
  }
}
