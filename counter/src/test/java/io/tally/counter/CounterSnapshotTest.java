package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Places;
import io.tally.engine.SnapshotSource;
import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class CounterSnapshotTest {
  private static final List<String> HITS_AND_ROWS = List.of("hits", "rows");

  private final UnsafeBuffer id = new UnsafeBuffer(new byte[256]);

  @ParameterizedTest
  @ValueSource(longs = {1, 20240229, -77, 4, 5, 6, 7, 8})
  void shouldShowAllAsItWasAtOneInstant(final long seed) {
    final Random random = new Random(seed);
    final CounterTable table =
        new CounterTable(
            Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
    final List<String> ids = ids(random, 2_000);
    for (int snapshot = 0; snapshot < 3; snapshot++) {
      change(random, table, ids, random.nextInt(3_000));
      final Map<String, Long> atBegin = values(table, ids);
      final long sizeAtBegin = table.size();
      final ShownRecords records = new ShownRecords(Integer.MAX_VALUE);
      table.snapshot().beginSnapshot(records);
      boolean done = false;
      while (!done) {
        change(random, table, ids, random.nextInt(40));
        done = table.snapshot().writeSnapshot(1 + random.nextInt(200));
      }
      change(random, table, ids, random.nextInt(40));
      table.snapshot().endSnapshot();

      final CounterTable restored =
          new CounterTable(
              Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
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
    final CounterTable table =
        new CounterTable(
            Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
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
    final CounterTable table =
        new CounterTable(Secret.next(), new CounterLimit(1), Places.ASKED, new ExpiredIds());
    final CounterTable restored = restored(table, new CounterLimit(1));
    assertEquals(0, restored.size());
    assertEquals(1, add(restored, "a", 1));
  }

  @Test
  void shouldNotSayThatAllWasShownWhereEvenTheHeadFoundNoRoom() {
    final CounterTable table =
        new CounterTable(Secret.next(), new CounterLimit(1), Places.ASKED, new ExpiredIds());
    table.snapshot().beginSnapshot(new ShownRecords(0));
    assertFalse(table.snapshot().writeSnapshot(1));
    table.snapshot().endSnapshot();
  }

  @Test
  void shouldKeepRestoredRowsAboveTheLimitAndRefuseNewOnes() {
    final CounterTable table =
        new CounterTable(Secret.next(), new CounterLimit(3), Places.ASKED, new ExpiredIds());
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
    final CounterTable table =
        new CounterTable(
            Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
    for (int i = 0; i < 10; i++) {
      add(table, "counter-" + i, i);
    }
    final ShownRecords records = new ShownRecords(3);
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
    final CounterTable table =
        new CounterTable(
            Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
    add(table, "a", 1);
    final ShownRecords records = new ShownRecords(Integer.MAX_VALUE);
    table.snapshot().beginSnapshot(records);
    assertTrue(table.snapshot().writeSnapshot(10));
    final CounterTable restored =
        new CounterTable(
            Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
    records.restoreInto(restored.snapshot());
    assertThrows(IllegalArgumentException.class, () -> records.restoreInto(restored.snapshot()));
    final CounterSnapshot empty =
        new CounterTable(Secret.next(), new CounterLimit(1), Places.ASKED, new ExpiredIds())
            .snapshot();
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

  // Bytes as version 0 wrote them. They must be understood for ever.
  @Test
  void shouldRestoreVersion0AndGiveEachCounterAVersion() {
    final CounterTable table =
        new CounterTable(Secret.next(), new CounterLimit(1), Places.ASKED, new ExpiredIds());
    final SnapshotSource snapshot = table.snapshot();
    restore(snapshot, "0800040049080000" + "01000000" + "50000000");
    restore(snapshot, rowOfVersion0("hits", "000efad5feffffff", "01000000"));
    restore(snapshot, rowOfVersion0("rows", "0700000000000000", "05000000"));
    assertEquals(Map.of("hits", -5_000_000_000L, "rows", 7L), values(table, HITS_AND_ROWS));
    assertEquals(2, table.size());
    final Map<String, Integer> rows = rows(table, HITS_AND_ROWS);
    assertEquals(1, table.version(rows.get("hits")));
    assertEquals(2, table.version(rows.get("rows")));
    assertEquals(2, table.changes());
    assertEquals(CounterTable.NO_DEADLINE, table.deadlineNs(rows.get("hits")));
    assertEquals(8, add(table, "rows", 1));
    assertEquals(CounterTable.FULL, row(table, "new"));

    final CounterTable again = restored(table, new CounterLimit(2));
    assertEquals(values(table, HITS_AND_ROWS), values(again, HITS_AND_ROWS));
    assertThrows(
        IllegalArgumentException.class,
        () -> restore(snapshot, rowOfVersion0("hits", "0700000000000000", "09000000")));
    final String shortBlock =
        "0800" + rowOfVersion0("abcd", "0700000000000000", "09000000").substring(4);
    assertThrows(IllegalArgumentException.class, () -> restore(snapshot, shortBlock));
    assertEquals(2, table.size());
  }

  private static int stableTag(final String name) {
    return (int) (StableHash.hash(name) >>> Integer.SIZE) << Byte.SIZE | name.length() - 1;
  }

  private static String rowOfVersion0(final String name, final String value, final String row) {
    final int tag = stableTag(name);
    return "1000050049080000"
        + value
        + row
        + String.format("%08x", Integer.reverseBytes(tag))
        + "0400"
        + HexFormat.of().formatHex(name.getBytes(StandardCharsets.US_ASCII));
  }

  private static void restore(final SnapshotSource snapshot, final String record) {
    final UnsafeBuffer bytes = new UnsafeBuffer(HexFormat.of().parseHex(record));
    snapshot.restore(bytes, 0, bytes.capacity());
  }

  // Bytes of version 1: a rate, a counter with an extension, a free row and a plain counter.
  @Test
  void shouldRestoreVersion1AndUseNoExtension() {
    final CounterTable restored = table();
    List.of(
            // Chunks, room, changes, buckets, and a list of free rows of 32 bytes.
            head(1, "a8000000", "", "0c000000"),
            row(1, "0900000000000000", "01000000", "rate", 1, "0900000000000000", 3, 0, "03"),
            row(1, "0500000000000000", "06000000", "late", 2, "1100000000000000", 0, 10, "00"),
            "0a000b0049080100" + "0c000000" + "00000000" + "2000",
            plainRow(1, "10000000"))
        .forEach(record -> restore(restored.snapshot(), record));
    assertEquals(9, restored.nextExpiryNs());
    assertEquals(6, row(restored, "late", false));
    assertEquals(2, restored.version(6));
    assertEquals(17, restored.deadlineNs(6));
    final List<String> expected =
        List.of(
            // And a chunk of cells.
            head(2, "a8000000", "01000000", "0c000000"),
            row(2, "0900000000000000", "01000000", "rate", 1, "0900000000000000", 3, 0, "03"),
            row(2, "0500000000000000", "06000000", "late", 2, "1100000000000000", 0, 0, "04"),
            "0a000b0049080200" + "0a000000" + "00000000" + "1000",
            "0a000b0049080200" + "0c000000" + "00000000" + "2000",
            plainRow(2, "10000000"));
    assertShows(expected, restored);
    final CounterTable again = table();
    expected.forEach(record -> restore(again.snapshot(), record));
    assertShows(expected, again);
    assertEquals(12, row(again, "next", false), "a row of 16 bytes is used for none");
  }

  // Bytes of version 2, which is written.
  @Test
  void shouldWriteAndRestoreVersion2() {
    final CounterTable table = table();
    final int rate = row(table, "rate", true);
    table.rate(rate, 3);
    table.change(rate, 9);
    final int late = row(table, "late", false);
    table.change(late, 5);
    table.deadline(late, 17);
    table.delete(row(table, "free", false));
    table.change(row(table, "gone", false), 1);
    table.delete(row(table, "gone", false));
    table.change(row(table, "plain-counter", false), -2);
    final List<String> expected =
        List.of(
            head(2, "98000000", "01000000", "0a000000"),
            row(2, "0900000000000000", "01000000", "rate", 1, "0900000000000000", 3, 0, "03"),
            row(2, "0500000000000000", "06000000", "late", 2, "1100000000000000", 0, 0, "04"),
            "0a000b0049080200" + "0a000000" + "00000000" + "2000",
            plainRow(2, "0e000000"));
    assertShows(expected, table);
    final CounterTable restored = table();
    expected.forEach(record -> restore(restored.snapshot(), record));
    assertShows(expected, restored);
    assertEquals(9, restored.nextExpiryNs());
    assertEquals(17, restored.deadlineNs(late));
  }

  private static void assertShows(final List<String> expected, final CounterTable table) {
    assertEquals(expected.stream().sorted().toList(), ShownRecords.of(table).sorted());
  }

  private static String plainRow(final int schemaVersion, final String row) {
    return row(
        schemaVersion, "feffffffffffffff", row, "plain-counter", 4, "ffffffffffffff7f", 0, 0, "00");
  }

  private static String row(
      final int schemaVersion,
      final String value,
      final String row,
      final String name,
      final int version,
      final String deadline,
      final int interval,
      final int extension,
      final String flags) {
    return "2d0005004908"
        + String.format("%02x00", schemaVersion)
        + value
        + row
        + String.format("%08x", schemaVersion == 1 ? Integer.reverseBytes(stableTag(name)) : 0)
        + String.format("%016x", Long.reverseBytes(version))
        + deadline
        + String.format("%016x", Long.reverseBytes(interval))
        + String.format("%08x", Integer.reverseBytes(extension))
        + flags
        + String.format("%02x00", name.length())
        + HexFormat.of().formatHex(name.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void shouldRefuseARowThatContradictsItself() {
    final String none = "ffffffffffffff7f";
    for (final String record :
        List.of(
            row(2, "0500000000000000", "06000000", "wide", 2, none, 0, 0, "05"),
            row(2, "0500000000000000", "06000000", "rate", 2, none, 3, 0, "06"),
            row(2, "0500000000000000", "06000000", "late", 2, none, 0, 10, "00"),
            row(2, "0500000000000000", "06000000", "none", 2, "1100000000000000", 0, 0, "00"))) {
      final CounterTable table = table();
      restore(table.snapshot(), head(2, "98000000", "01000000", "0a000000"));
      assertThrows(IllegalArgumentException.class, () -> restore(table.snapshot(), record));
    }
    final CounterTable table = table();
    restore(table.snapshot(), head(1, "98000000", "", "0a000000"));
    final String own = row(1, "0500000000000000", "06000000", "late", 2, none, 0, 6, "00");
    assertThrows(IllegalArgumentException.class, () -> restore(table.snapshot(), own));
  }

  @Test
  void shouldRefuseMoreCellsThanRows() {
    for (final String chunks : List.of("02000000", "00000400", "ffffffff", "ffffff7f")) {
      final CounterTable table = table();
      assertThrows(
          IllegalArgumentException.class,
          () -> restore(table.snapshot(), head(2, "98000000", chunks, "0a000000")));
      assertEquals(0, table.changes());
    }
  }

  private static String head(
      final int schemaVersion,
      final String roomOffset,
      final String cellChunks,
      final String firstFree) {
    return (schemaVersion == 1 ? "14" : "18")
        + "0004004908"
        + String.format("%02x00", schemaVersion)
        + "01000000"
        + roomOffset
        + "0400000000000000"
        + "00100000"
        + cellChunks
        + "06000100"
        + firstFree
        + "2000";
  }

  @Test
  void shouldHaveASecondChunkOfCellsWhereTheOriginalHasOne() {
    final CounterTable table = table();
    final int cellCount = DeadlineCells.CHUNK_BYTES / 8;
    for (int i = 0; i <= cellCount; i++) {
      table.deadline(row(table, "c" + i), 10);
    }
    for (int i = 0; i < cellCount; i++) {
      table.delete(row(table, "c" + i));
    }
    final CounterLimit limit = new CounterLimit(2L * cellCount);
    final CounterTable restored = restored(table, limit);
    assertEquals(table.capacityBytes(), restored.capacityBytes());
    limit.take(0, Integer.MAX_VALUE);
    for (int i = 0; i < cellCount; i++) {
      assertTrue(restored.deadline(row(restored, "c" + i), 20), "it asks for no other chunk");
    }
    assertEquals(table.capacityBytes(), restored.capacityBytes());
  }

  @Test
  void shouldRestoreWhatHasExpiredMeanwhileAsExpired() {
    final CounterTable table = table();
    final int row = row(table, "a", true);
    table.deadline(row, 100);
    table.change(row, 1);
    final CounterTable restored = restored(table, new CounterLimit(1));
    assertEquals(100, restored.nextExpiryNs());
    assertEquals(Map.of("a", 1L), values(restored, List.of("a")));
    assertEquals(1, restored.expire(1_000, 10));
    assertEquals(Map.of(), values(restored, List.of("a")));
  }

  private static CounterTable table() {
    return new CounterTable(
        Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
  }

  private static CounterTable restored(final CounterTable table, final CounterLimit limit) {
    final ShownRecords records = ShownRecords.of(table);
    final CounterTable restored =
        new CounterTable(Secret.next(), limit, Places.ASKED, new ExpiredIds());
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
    table.change(row, table.value(row) + amount);
    return table.value(row);
  }

  private int row(final CounterTable table, final String name) {
    return row(table, name, false);
  }

  private int row(final CounterTable table, final String name, final boolean withDeadline) {
    final int length = wrap(name);
    return table.findOrCreate(0, StableHash.hash(name), id, 0, length, withDeadline);
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
      final int row = table.find(0, StableHash.hash(name), id, 0, length);
      if (row != CounterTable.ABSENT) {
        rows.put(name, row);
      }
    }
    return rows;
  }
}
