package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CounterTableTest {
  private static final int ID_OFFSET = 3;

  /** How ids are hashed: as in service, or so that many share their index entry. */
  private enum Hash {
    REAL(StableHash::hash),
    ALL_EQUAL(id -> 0x0123_4567_89ab_cdefL),
    FEW_UPPER_HALVES(id -> ((long) (id.hashCode() % 5) << 32) | (StableHash.hash(id) >>> 32)),
    UPPER_HALF_OF_ONES(id -> 0xffff_ffff_0000_0000L | (StableHash.hash(id) >>> 32)),
    UPPER_HALF_ONLY(id -> StableHash.hash(id) & 0xffff_ffff_0000_0000L);

    private final ToLongFunction<String> function;

    Hash(final ToLongFunction<String> function) {
      this.function = function;
    }

    long of(final String id) {
      return function.applyAsLong(id);
    }
  }

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[ID_OFFSET + 256 + 5]);
  private final CounterTable table =
      new CounterTable(
          Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());

  @ParameterizedTest
  @EnumSource(Hash.class)
  void shouldAgreeWithAnOracle(final Hash hash) {
    for (final long seed : new long[] {1, 20240229, -77}) {
      System.out.printf("counter table against an oracle: hash %s, seed %d%n", hash, seed);
      final Random random = new Random(seed);
      final CounterTable subject =
          new CounterTable(
              Secret.next(), new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
      final Map<String, Long> values = new HashMap<>();
      final Map<String, Integer> rows = new HashMap<>();
      final List<String> ids = ids(random, hash == Hash.ALL_EQUAL ? 500 : 6_000);
      for (int i = 0; i < 40_000; i++) {
        final String id = ids.get(random.nextInt(ids.size()));
        if (random.nextInt(3) == 0) {
          final int row = find(subject, hash.of(id), id);
          assertEquals(rows.getOrDefault(id, CounterTable.ABSENT), row);
          assertEquals(
              values.getOrDefault(id, 0L), row == CounterTable.ABSENT ? 0 : subject.value(row));
        } else {
          final int row = findOrCreate(subject, hash.of(id), id);
          assertTrue(row > 0);
          final Integer known = rows.putIfAbsent(id, row);
          assertTrue(known == null || known == row, "a row has moved");
          assertEquals(values.getOrDefault(id, 0L), subject.value(row));
          final long value = randomValue(random);
          subject.change(row, value);
          values.put(id, value);
        }
        assertEquals(values.size(), subject.size());
      }
      assertHolds(subject, hash, values, rows);
    }
  }

  @Test
  void shouldStartNewCountersAtZero() {
    final int row = findOrCreate(table, 1, "a");

    assertEquals(0, table.value(row));
    assertEquals(1, table.size());
  }

  @Test
  void shouldCreateNothingWhenLookingForAnUnknownCounter() {
    assertEquals(CounterTable.ABSENT, find(table, 1, "a"));
    assertEquals(0, table.size());

    findOrCreate(table, 1, "a");
    assertEquals(CounterTable.ABSENT, find(table, 1, "b"));
    assertEquals(CounterTable.ABSENT, find(table, 1L << 32, "a"));
    assertEquals(1, table.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, -2, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1})
  void shouldHoldEveryValue(final long value) {
    final int row = findOrCreate(table, 1, "a");
    final int neighbour = findOrCreate(table, 2, "b");
    table.change(row, value);

    assertEquals(value, table.value(find(table, 1, "a")));
    assertEquals(0, table.value(neighbour));
  }

  @Test
  void shouldTellApartIdsWithOneHashThatDifferInOneByte() {
    final Set<Integer> rows = new HashSet<>();
    final Set<String> ids = new HashSet<>();
    for (final int length : new int[] {1, 7, 8, 9, 15, 16, 17, 255, 256}) {
      ids.add("x".repeat(length));
      for (int i = 0; i < length; i++) {
        ids.add("x".repeat(i) + "y" + "x".repeat(length - i - 1));
      }
    }
    for (final String id : ids) {
      assertEquals(CounterTable.ABSENT, find(table, 1, id));
      assertTrue(rows.add(findOrCreate(table, 1, id)));
    }
    for (final String id : ids) {
      assertTrue(rows.remove(find(table, 1, id)), id);
    }
    assertTrue(rows.isEmpty());
  }

  /** A peer can send any hash with an id. */
  @ParameterizedTest
  @ValueSource(longs = {1, 0x9E3779B97F4A7C15L})
  void shouldFindAndFreeWhatCameWithAnotherHashThanThatOfItsId(final long step) {
    final int count = 10_000;
    final int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = findOrCreate(table, i / 100 * step, "id-" + i);
      table.change(rows[i], i);
      if (i % 3 > 0) {
        assertTrue(table.deadline(rows[i], 100 + i));
      }
    }
    for (int i = 0; i < count; i++) {
      assertEquals(rows[i], find(table, i / 100 * step, "id-" + i));
      assertEquals(i, table.value(rows[i]));
    }
    for (int i = 0; i < count; i += 2) {
      table.delete(rows[i]);
    }
    table.expire(100 + count, count);
    for (int i = 0; i < count; i++) {
      final int expected = i % 6 == 3 ? rows[i] : CounterTable.ABSENT;
      assertEquals(expected, find(table, i / 100 * step, "id-" + i));
    }
    assertEquals((count + 2) / 6, table.size());
  }

  @Test
  void shouldTakeIdsOfAnyBytes() {
    final UnsafeBuffer zeros = new UnsafeBuffer(new byte[256]);
    final Set<Integer> rows = new HashSet<>();
    for (int length = 1; length <= 256; length++) {
      assertTrue(rows.add(table.findOrCreate(0, 0, zeros, 0, length, false)));
    }
    assertEquals(256, table.size());
  }

  @Test
  void shouldTakeASixteenthMoreAtATimeAndNothingThatTakesLongToZero() {
    long usedBytes = 0;
    int growths = 0;
    for (int i = 0; i < 700_000; i++) {
      final int length = buffer.putNaturalIntAscii(ID_OFFSET, 1_000_000_000 + i);
      final long entityHash = StableHash.hash(buffer.byteArray(), ID_OFFSET, length);
      final long before = table.capacityBytes();
      table.findOrCreate(0, entityHash, buffer, ID_OFFSET, length, false);
      usedBytes += 40 + Integer.BYTES;
      final long grown = table.capacityBytes() - before;
      assertTrue(grown <= 2 * RowSpace.FIRST_CHUNK_BYTES + before / 16, "by " + grown);
      assertTrue(grown <= RowDescriptor.MAX_CHUNK_BYTES + CounterTable.BUCKET_CHUNK_BYTES);
      assertTrue(table.capacityBytes() <= 2 * RowSpace.FIRST_CHUNK_BYTES + usedBytes * 17 / 16);
      growths += grown > 0 ? 1 : 0;
    }
    assertTrue(growths < 310, growths + " chunks");
  }

  @Test
  void shouldRefuseNewCountersAtTheLimitAndLeaveNoTrace() {
    final CounterLimit limit = new CounterLimit(3);
    final CounterTable one = new CounterTable(Secret.next(), limit, Places.ASKED, new ExpiredIds());
    final CounterTable other =
        new CounterTable(Secret.next(), limit, Places.ASKED, new ExpiredIds());
    final int a = findOrCreate(one, 1, "a");
    findOrCreate(one, 1, "b");
    findOrCreate(other, 1, "a");
    final long capacityBytes = one.capacityBytes();

    for (final long entityHash : new long[] {1, 2, -1}) {
      for (int i = 0; i < 1_000; i++) {
        assertEquals(CounterTable.FULL, findOrCreate(one, entityHash << 32, "new" + i));
        assertEquals(CounterTable.FULL, findOrCreate(one, 1, "new" + i));
      }
    }
    assertEquals(CounterTable.FULL, findOrCreate(other, 1, "c"));
    assertEquals(CounterTable.ABSENT, find(one, 1, "new0"));
    assertEquals(2, one.size());
    assertEquals(1, other.size());
    assertEquals(capacityBytes, one.capacityBytes());
    assertEquals(a, findOrCreate(one, 1, "a"));
  }

  @Test
  void shouldRefuseNewCountersWhenTheTableIsFullAndTakeNoPlaceForThem() {
    final CounterLimit limit = new CounterLimit(2 * 58 + 1);
    final CounterTable small =
        new CounterTable(Secret.next(), limit, Places.ASKED, new ExpiredIds(), 2);
    for (int i = 0; i < 2 * 58; i++) {
      assertTrue(findOrCreate(small, (long) i << 32, longId(i)) > 0);
    }

    assertEquals(CounterTable.FULL, findOrCreate(small, -1, longId(1_000)));
    assertEquals(CounterTable.ABSENT, find(small, -1, longId(1_000)));
    assertEquals(2 * 58, small.size());
    for (int i = 0; i < 2 * 58; i++) {
      assertEquals(
          find(small, (long) i << 32, longId(i)), findOrCreate(small, (long) i << 32, longId(i)));
    }
    assertTrue(limit.tryTake(), "the refused counter has taken a place");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64})
  void shouldHoldAMillionCountersIn64BytesEach(final int tableCount) {
    final int count = 1_000_000;
    final CounterLimit limit = new CounterLimit(count);
    final CounterTable[] tables = new CounterTable[tableCount];
    for (int i = 0; i < tableCount; i++) {
      tables[i] = new CounterTable(Secret.next(), limit, Places.ASKED, new ExpiredIds());
    }
    final byte[] id = "0000000000000000".getBytes(StandardCharsets.US_ASCII);
    final UnsafeBuffer idBuffer = new UnsafeBuffer(id);
    double worst = 0;
    for (int i = 0; i < count; i++) {
      idBuffer.putNaturalPaddedIntAscii(0, id.length, i);
      final long entityHash = StableHash.hash(id, 0, id.length);
      final CounterTable shard = tables[StableHash.shard(entityHash, tableCount)];
      final int row = shard.findOrCreate(0, entityHash, idBuffer, 0, id.length, false);
      shard.change(row, i);
    }
    long bytes = 0;
    for (final CounterTable shard : tables) {
      bytes += shard.capacityBytes();
      worst = Math.max(worst, (double) shard.capacityBytes() / shard.size());
    }
    final double average = (double) bytes / count;
    System.out.printf(
        "%d counters with 16-byte ids in %d tables: %.1f bytes each, %.1f in the worst table%n",
        count, tableCount, average, worst);
    assertTrue(average <= 52, average + " bytes a counter");
    assertTrue(worst <= 64, worst + " bytes a counter");
    for (int i = 0; i < count; i++) {
      idBuffer.putNaturalPaddedIntAscii(0, id.length, i);
      final long entityHash = StableHash.hash(id, 0, id.length);
      final CounterTable shard = tables[StableHash.shard(entityHash, tableCount)];
      assertEquals(i, shard.value(shard.find(0, entityHash, idBuffer, 0, id.length)));
    }
  }

  @Test
  void shouldFindAMillionCountersWithOneTagAsFastAsOthers() {
    final double[] others = rowsBeforeOfAMillion("0000000000000000", 64);
    final double[] tagged = rowsBeforeOfAMillion("{t}0000000000000", 1);
    System.out.printf(
        "rows before a counter among a million: %.3f, at most %.0f; with one tag %.3f, at most %.0f%n",
        others[0], others[1], tagged[0], tagged[1]);
    assertEquals(others[0], tagged[0], 0.01);
    assertTrue(tagged[1] <= 15, tagged[1] + " rows");
  }

  /** Average and maximum, of counters in 64 shards with ids that differ in their last digits. */
  private static double[] rowsBeforeOfAMillion(final String firstId, final int shardsUsed) {
    final int count = 1_000_000;
    final CounterTable[] tables = new CounterTable[64];
    Arrays.setAll(
        tables,
        shard ->
            new CounterTable(
                Secret.next(), new CounterLimit(count), Places.ASKED, new ExpiredIds()));
    final byte[] id = firstId.getBytes(StandardCharsets.US_ASCII);
    final UnsafeBuffer idBuffer = new UnsafeBuffer(id);
    final int[] rows = new int[count];
    final int[] shards = new int[count];
    for (int i = 0; i < count; i++) {
      idBuffer.putNaturalPaddedIntAscii(id.length - 7, 7, i);
      shards[i] = StableHash.shard(StableHash.placement(id, 0, id.length), tables.length);
      final long entityHash = StableHash.hash(id, 0, id.length);
      rows[i] = tables[shards[i]].findOrCreate(0, entityHash, idBuffer, 0, id.length, false);
    }
    assertEquals(shardsUsed, Arrays.stream(shards).distinct().count());
    final int[] before = new int[count];
    Arrays.setAll(before, i -> tables[shards[i]].rowsBefore(rows[i]));
    final IntSummaryStatistics summary = Arrays.stream(before).summaryStatistics();
    return new double[] {summary.getAverage(), summary.getMax()};
  }

  private void assertHolds(
      final CounterTable subject,
      final Hash hash,
      final Map<String, Long> values,
      final Map<String, Integer> rows) {
    values.forEach(
        (id, value) -> {
          final int row = find(subject, hash.of(id), id);
          assertEquals(rows.get(id), row);
          assertEquals(value, subject.value(row));
        });
    assertEquals(rows.size(), new HashSet<>(rows.values()).size());
    assertNotEquals(0, rows.size());
  }

  private static List<String> ids(final Random random, final int count) {
    final Set<String> ids = new HashSet<>();
    while (ids.size() < count) {
      final int length = random.nextInt(10) == 0 ? 256 : 1 + random.nextInt(40);
      final StringBuilder id = new StringBuilder();
      // Few letters and long common prefixes, so that ids differ late and in little.
      final int prefix = random.nextInt(length);
      id.append("a".repeat(prefix));
      while (id.length() < length) {
        id.append((char) ('a' + random.nextInt(3)));
      }
      ids.add(id.toString());
    }
    return new ArrayList<>(ids);
  }

  private static long randomValue(final Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Long.MIN_VALUE;
      case 1 -> Long.MAX_VALUE;
      case 2 -> -1 - random.nextInt(3);
      case 3 -> 0;
      default -> random.nextLong();
    };
  }

  private static String longId(final int i) {
    return String.format("%0256d", i);
  }

  private int find(final CounterTable subject, final long entityHash, final String id) {
    return subject.find(
        0, entityHash, buffer, ID_OFFSET, buffer.putStringWithoutLengthAscii(ID_OFFSET, id));
  }

  private int findOrCreate(final CounterTable subject, final long entityHash, final String id) {
    final int length = buffer.putStringWithoutLengthAscii(ID_OFFSET, id);
    return subject.findOrCreate(0, entityHash, buffer, ID_OFFSET, length, false);
  }
}
