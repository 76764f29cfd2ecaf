package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Budget;
import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deadlines, rates, deletion, and what becomes of the rows. */
@Timeout(60)
@Tag("default-jdk")
final class CounterExpiryTest {
  private static final int ID_BYTES = 16;

  private final byte[] bytes = new byte[CounterProxy.MAX_ID_LENGTH];
  private final UnsafeBuffer id = new UnsafeBuffer(bytes);
  private final ExpiredIds expired = new ExpiredIds();
  private CounterTable table = table(Long.MAX_VALUE);

  private CounterTable table(final long maxCounters) {
    return new CounterTable(Secret.next(), new CounterLimit(maxCounters), Places.ASKED, expired);
  }

  private int find(final long timeNs, final String name) {
    return table.find(
        timeNs, StableHash.hash(name), id, 0, id.putStringWithoutLengthAscii(0, name));
  }

  private int make(final long timeNs, final String name, final boolean withDeadline) {
    final int length = id.putStringWithoutLengthAscii(0, name);
    return table.findOrCreate(timeNs, StableHash.hash(name), id, 0, length, withDeadline);
  }

  private int make(final long timeNs, final String name, final long deadlineNs) {
    final int row = make(timeNs, name, true);
    assertTrue(table.deadline(row, deadlineNs));
    table.change(row, 1);
    return row;
  }

  private int makeNumbered(final long timeNs, final long number, final boolean withDeadline) {
    long rest = number;
    for (int i = ID_BYTES - 1; i >= 0; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return table.findOrCreate(
        timeNs, StableHash.hash(bytes, 0, ID_BYTES), id, 0, ID_BYTES, withDeadline);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldBeAbsentFromItsDeadlineOn(final boolean withDeadline) {
    final int row = make(0, "a", withDeadline);
    assertTrue(table.deadline(row, 100));
    table.change(row, 5);
    assertEquals(row, find(99, "a"));
    assertEquals(CounterTable.ABSENT, find(100, "a"));
    assertEquals(1, table.size(), "a read frees nothing");
    assertEquals(row, find(99, "a"));

    assertEquals(0, table.expire(99, 10));
    assertEquals(1, table.expire(100, 10));
    assertEquals(List.of("a"), expired.ids);
    assertEquals(0, table.size());
    assertEquals(CounterTable.NO_DEADLINE, table.nextExpiryNs());
    assertEquals(CounterTable.ABSENT, find(99, "a"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldBeginAnewWhatHasExpired(final boolean withDeadline) {
    final int row = make(0, "a", withDeadline);
    table.deadline(row, 100);
    table.change(row, 5);
    final long version = table.version(row);
    final int again = make(100, "a", withDeadline);
    assertEquals(row, again);
    assertEquals(0, table.value(again));
    assertEquals(0, table.version(again));
    assertEquals(CounterTable.NO_DEADLINE, table.deadlineNs(again));
    table.change(again, 6);
    assertTrue(table.version(again) > version);
    assertEquals(again, find(Long.MAX_VALUE - 1, "a"));
    assertEquals(1, table.size());
    assertEquals(List.of("a"), expired.ids);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldMoveAndClearADeadline(final boolean withDeadline) {
    final int row = make(0, "a", withDeadline);
    table.change(row, 7);
    for (final long deadlineNs : new long[] {100, 50, 200, CounterTable.NO_DEADLINE, 300}) {
      assertTrue(table.deadline(row, deadlineNs));
      assertEquals(deadlineNs, table.deadlineNs(row));
      assertEquals(deadlineNs, table.nextExpiryNs());
      assertEquals(7, table.value(row));
      assertEquals(1, table.version(row));
      assertEquals(row, find(deadlineNs - 1, "a"));
      assertEquals(0, table.expire(deadlineNs - 1, 1));
    }
  }

  @Test
  void shouldGiveEachChangeAVersionOfItsOwn() {
    final List<Long> versions = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      final int row = make(0, "c" + i % 7, false);
      table.change(row, i);
      versions.add(table.version(row));
      if (i % 5 == 0) {
        table.delete(row);
      } else if (i % 3 == 0) {
        table.deadline(row, 1_000);
        assertEquals(versions.get(i), table.version(row));
      }
    }
    for (int i = 0; i < versions.size(); i++) {
      assertEquals(i + 1, versions.get(i));
    }
    assertEquals(50, table.changes());
  }

  @Test
  void shouldHoldARateWhoseDeadlineIsItsValue() {
    final int row = make(10, "r", true);
    table.rate(row, 25);
    table.change(row, 35);
    assertTrue(table.isRate(row));
    assertEquals(25, table.intervalNs(row));
    assertEquals(35, table.deadlineNs(row));
    assertEquals(35, table.nextExpiryNs());
    table.change(row, 60);
    assertEquals(60, table.nextExpiryNs());
    table.rate(row, 30);
    assertEquals(30, table.intervalNs(row));
    assertEquals(60, table.value(row));
    assertEquals(row, find(59, "r"));
    assertEquals(CounterTable.ABSENT, find(60, "r"));
    assertThrows(IllegalArgumentException.class, () -> table.deadline(row, 100));
    assertEquals(1, table.expire(60, 1));

    final int counter = make(61, "r", false);
    assertFalse(table.isRate(counter));
    assertEquals(0, table.intervalNs(counter));
    assertThrows(IllegalArgumentException.class, () -> table.rate(counter, 25));
    final int timed = make(61, "t", 100);
    assertThrows(IllegalArgumentException.class, () -> table.rate(timed, 25));
    final int fresh = make(61, "f", true);
    assertThrows(IllegalArgumentException.class, () -> table.rate(fresh, 0));
  }

  @Test
  void shouldDeleteAndForget() {
    final int row = make(0, "a", 100);
    final int other = make(0, "b", 50);
    table.delete(other);
    assertEquals(100, table.nextExpiryNs());
    table.delete(row);
    assertEquals(0, table.size());
    assertEquals(CounterTable.ABSENT, find(0, "a"));
    assertEquals(0, table.expire(Long.MAX_VALUE - 1, 10));
    assertEquals(List.of(), expired.ids);
  }

  /** As it was before rows had versions: a row of an id of 16 bytes took 32. */
  @ParameterizedTest
  @CsvSource({"false, false, 8", "true, false, 16", "true, true, 16"})
  void shouldTakeSoManyBytesMoreThanWithoutVersions(
      final boolean withDeadline, final boolean deadline, final int more) {
    final int[] made = new int[50];
    for (int i = 0; i < made.length; i++) {
      made[i] = makeNumbered(0, i, withDeadline);
      if (deadline) {
        assertTrue(table.deadline(made[i], 1_000));
      }
      if (i > 0) {
        assertEquals(32 + more, 8 * (made[i] - made[i - 1]));
      }
    }
  }

  /** So it takes 16 more than a row without version, as one that is made with its deadline. */
  @Test
  void shouldTake8BytesForADeadlineThatIsGivenLater() {
    final int count = 10 * DeadlineCells.CHUNK_BYTES / 8;
    for (int i = 0; i < count; i++) {
      makeNumbered(0, i, false);
    }
    final long bytesBefore = table.capacityBytes();
    for (int i = 0; i < count; i++) {
      assertTrue(table.deadline(makeNumbered(0, i, false), 1_000));
      assertTrue(table.deadline(makeNumbered(0, i, false), 2_000));
    }
    assertEquals(8 * count, table.capacityBytes() - bytesBefore);
  }

  @Test
  void shouldFreeOneThatHasExpiredBeforeItAsksForAPlace() {
    table = table(100);
    for (int i = 0; i < 100; i++) {
      make(0, "c" + i, 1_000 + i);
    }
    assertEquals(CounterTable.FULL, make(999, "new", false));
    for (int i = 0; i < 100; i++) {
      assertTrue(make(1_000 + i, "new" + i, false) > 0);
      assertEquals(CounterTable.FULL, make(1_000 + i, "more", false));
    }
    assertEquals(100, expired.ids.size());
  }

  @Test
  void shouldAskForAPlaceOnceForEachNewCounter() {
    final CounterLimit limit = new CounterLimit(10_000);
    final List<Budget> asked = new ArrayList<>();
    table =
        new CounterTable(
            Secret.next(),
            limit,
            budget -> {
              asked.add(budget);
              return budget.tryTake();
            },
            expired);
    for (int i = 0; i < 6_000; i++) {
      make(0, "c" + i, true);
      assertEquals(i + 1, asked.size());
      assertTrue(table.deadline(make(0, "c" + i, true), 100));
    }
    assertEquals(6_000, asked.size());
    make(100, "c1", false);
    assertEquals(6_001, asked.size());
    table.expire(100, 10_000);
    assertEquals(1, table.size());
  }

  @Test
  void shouldFreeTheRowOfWhatMayNotComeAgain() {
    final CounterLimit limit = new CounterLimit(1);
    table = new CounterTable(Secret.next(), limit, budget -> false, expired);
    assertEquals(CounterTable.FULL, make(0, "a", true));
    final boolean[] open = {true};
    table = new CounterTable(Secret.next(), limit, budget -> open[0] && budget.tryTake(), expired);
    make(0, "a", 10);
    open[0] = false;
    assertEquals(CounterTable.FULL, make(10, "a", true));
    assertEquals(0, table.size());
    assertEquals(List.of("a"), expired.ids);
    assertTrue(limit.tryTake());
  }

  @Test
  void shouldFreeNoMoreThanItIsTold() {
    for (int i = 0; i < 10_000; i++) {
      makeNumbered(0, i, true);
      table.deadline(makeNumbered(0, i, true), 1 + i % 100);
    }
    assertEquals(7, table.expire(1_000, 7));
    assertEquals(9_993, table.size());
    assertEquals(0, table.expire(1_000, 0));
    makeNumbered(1_000, 100_000, false);
    assertEquals(9_990, table.size(), "four were freed for one");
    assertEquals(9_989, table.expire(1_000, 10_000));
    assertEquals(1, table.size());
  }

  private CounterTable tableOf(final CounterLimit limit) {
    return new CounterTable(Secret.next(), limit, Places.ASKED, expired);
  }

  private void fill(final CounterTable filled, final int count, final long deadlineNs) {
    table = filled;
    for (int i = 0; i < count; i++) {
      final int row = makeNumbered(0, i, true);
      assertTrue(row > 0);
      assertTrue(table.deadline(row, deadlineNs));
    }
  }

  /** New counters in a table until there is no place: how many there were. */
  private int freePlaces(final CounterTable asked) {
    table = asked;
    final long before = asked.size();
    while (makeNumbered(0, 1_000_000 + asked.size(), false) > 0) {
      assertTrue(asked.size() > before);
    }
    return (int) (asked.size() - before);
  }

  @Test
  void shouldGiveBackPlacesOfWhatHasExpiredLongBeforeItsRows() {
    final CounterLimit limit = new CounterLimit(5_000);
    final CounterTable other = tableOf(limit);
    final CounterTable ended = tableOf(limit);
    fill(ended, 5_000, 200);
    fill(ended, 4_990, 100);
    assertEquals(0, freePlaces(other));
    ended.expire(99, 0);
    assertEquals(0, freePlaces(other));
    ended.expire(100, 3);
    assertEquals(4_987 + 3, freePlaces(other));
    assertEquals(10, ended.placeCount());
    assertEquals(4_997, ended.size());
    ended.expire(100, 5_000);
    assertEquals(0, freePlaces(other), "they were given back before");
    assertEquals(10, ended.size());
    ended.close();
    assertEquals(10, freePlaces(other));
    assertEquals(5_000, other.placeCount());
  }

  @Test
  void shouldLeavePlacesToTheirRowsWhereThereAreEnough() {
    final CounterLimit limit = new CounterLimit(8_000);
    fill(tableOf(limit), 6_999, 100);
    table.expire(100, 1);
    assertEquals(6_998, table.placeCount());
    final CounterTable ended = table;
    fill(tableOf(limit), 2, 200);
    ended.expire(100, 0);
    assertTrue(ended.placeCount() < 6_998, "not an eighth is left");
  }

  @Test
  void shouldAskForAPlaceAgainForOneThatBeginsAnew() {
    final CounterLimit limit = new CounterLimit(1_000);
    final CounterTable ended = tableOf(limit);
    fill(ended, 1_000, 100);
    ended.expire(100, 0);
    assertEquals(0, ended.placeCount());
    final CounterTable other = tableOf(limit);
    assertEquals(1_000, freePlaces(other));
    table = ended;
    // Its row and four others are freed, but their places are taken.
    assertEquals(CounterTable.FULL, makeNumbered(100, 7, false));
    assertEquals(995, ended.size());
    assertEquals(0, ended.placeCount());
  }

  /** A step of all of them together takes no more time than one of a table alone. */
  @Test
  void shouldShareTheTimeForTheSearchOfPlaces() {
    final int each = 100_000;
    final int searchers = 4;
    final CounterLimit limit = new CounterLimit(searchers * each);
    final List<CounterTable> tables = new ArrayList<>();
    for (int i = 0; i < searchers; i++) {
      tables.add(tableOf(limit));
      fill(tables.get(i), each, 100);
    }
    final long alone = given(tables.get(0));
    assertTrue(alone > 4_000 && alone < each, "given back " + alone);
    for (int i = 1; i < searchers; i++) {
      given(tables.get(i));
    }
    for (final CounterTable searched : tables) {
      final long shared = given(searched);
      assertTrue(shared <= alone / searchers + 100, "given back " + shared + " and alone " + alone);
    }
    for (int i = 1; i < searchers; i++) {
      tables.get(i).close();
    }
    limit.take((searchers - 1) * each, 0);
    assertTrue(given(tables.get(0)) > alone / 2, "the others have ended");
  }

  private static long given(final CounterTable searched) {
    final long before = searched.placeCount();
    searched.expire(100, 0);
    return before - searched.placeCount();
  }

  /** Whatever comes, changes, expires and begins anew. */
  @Test
  void shouldHaveAPlaceForEachThatLivesAndGiveBackEachOnce() {
    final Random random = new Random(5);
    final int places = 300;
    for (int round = 0; round < 100; round++) {
      final CounterLimit limit = new CounterLimit(places);
      final CounterTable[] tables = {
        tableOf(limit), tableOf(limit),
      };
      for (long ms = 1; ms < 3_000; ms++) {
        final long timeNs = ms * 1_000_000;
        table = tables[random.nextInt(2)];
        final int number = random.nextInt(400);
        switch (random.nextInt(8)) {
          case 0 -> table.expire(timeNs, random.nextInt(3));
          case 1 -> {
            final int row = make(timeNs, "c" + number, false);
            if (row > 0) {
              table.delete(row);
            }
          }
          default -> {
            final int row = make(timeNs, "c" + number, true);
            if (row > 0 && table.deadlineNs(row) == CounterTable.NO_DEADLINE) {
              table.deadline(row, timeNs + 1 + random.nextInt(900_000_000));
            }
          }
        }
        final long taken = tables[0].placeCount() + tables[1].placeCount();
        assertEquals(places - taken, left(limit));
      }
      tables[0].close();
      assertEquals(places - tables[1].placeCount(), left(limit));
      tables[1].close();
      assertEquals(places, left(limit));
    }
  }

  private static int left(final CounterLimit limit) {
    int left = 0;
    while (limit.tryTake()) {
      left++;
    }
    limit.release(left, 0);
    return left;
  }

  @Test
  void shouldFreeTheEarliestFirst() {
    // Far apart, so that they are in stretches of their own.
    for (int i = 0; i < 1_000; i++) {
      makeNumbered(0, i, false);
      if (i % 100 == 0) {
        make(0, "d" + i, 1_000 - i);
      }
    }
    for (int i = 900; i >= 0; i -= 100) {
      assertEquals(1_000 - i, table.nextExpiryNs());
      table.expire(5_000, 1);
      assertEquals("d" + i, expired.ids.get(expired.ids.size() - 1));
    }
  }

  @Test
  void shouldKnowTheEarliestHoweverManyBecomeLater() {
    final Random random = new Random(3);
    final int[] rows = new int[100];
    final long[] deadlinesNs = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      // The others of a stretch have no deadline, so the one is its earliest.
      for (int j = 0; j < 60; j++) {
        makeNumbered(0, 60L * i + j, false);
      }
      deadlinesNs[i] = 1_000 + random.nextInt(1_000);
      rows[i] = make(0, "d" + i, deadlinesNs[i]);
    }
    for (int i = 0; i < 20_000; i++) {
      final int at = random.nextInt(rows.length);
      deadlinesNs[at] += random.nextInt(1_000) - 300;
      assertTrue(table.deadline(rows[at], deadlinesNs[at]));
      if (random.nextInt(60) == 0) {
        assertEquals(Arrays.stream(deadlinesNs).min().getAsLong(), table.nextExpiryNs());
      }
    }
  }

  @Test
  void shouldGiveRowsBackForRowsOfTheSameLengthAndTheirCells() {
    final int cellCount = DeadlineCells.CHUNK_BYTES / 8;
    for (int i = 0; i < cellCount; i++) {
      assertTrue(table.deadline(makeNumbered(0, i, false), 1_000));
    }
    final int a = makeNumbered(0, 0, false);
    final int b = makeNumbered(0, cellCount, false);
    table.delete(a);
    assertEquals(a, makeNumbered(0, cellCount + 1, false));
    final long bytesBefore = table.capacityBytes();
    assertTrue(table.deadline(b, 20));
    assertEquals(bytesBefore, table.capacityBytes());
    assertTrue(table.deadline(a, 30));
    assertEquals(bytesBefore + DeadlineCells.CHUNK_BYTES, table.capacityBytes());
    assertEquals(20, table.nextExpiryNs());
    assertEquals(1, table.expire(20, 10));
    assertEquals(30, table.nextExpiryNs());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldTakeNoMoreMemoryHoweverManyComeAndGo(final boolean withDeadline) {
    final int living = 100_000;
    long flat = 0;
    for (long i = 0; i < 30L * living; i++) {
      final int row = makeNumbered(i, i, withDeadline);
      table.change(row, i);
      assertTrue(table.deadline(row, i + living));
      if (i == 2 * living) {
        flat = table.capacityBytes();
      }
    }
    assertEquals(flat, table.capacityBytes());
    assertTrue(table.size() <= living + 1, table.size() + " counters");
    // With versions and deadlines, a bucket, and a sixteenth of that just begun.
    assertTrue(flat <= living * (48 + 4.1) * 17 / 16 + 3 * 16_384, flat + " bytes");
  }

  @Test
  void shouldTakeNoMoreMemoryThanPlannedHoweverLengthsChange() {
    final int places = 1_000;
    table = table(places);
    boolean refused = false;
    for (int idLength = 8; idLength <= 256; idLength += 8) {
      int made = 0;
      for (int i = 0; i < places; i++) {
        final String name = Integer.toString(i) + "x".repeat(idLength - 4);
        final int row = make(0, name.substring(0, Math.min(name.length(), idLength)), false);
        if (row == CounterTable.FULL) {
          refused = true;
        } else {
          made++;
          table.delete(row);
          if (i % 2 == 0) {
            make(0, name.substring(0, Math.min(name.length(), idLength)), false);
          }
        }
      }
      assertTrue(
          table.capacityBytes() <= 316 * places + 2 * RowSpace.FIRST_CHUNK_BYTES,
          table.capacityBytes() + " bytes");
      for (int i = 0; i < places; i++) {
        final String name = Integer.toString(i) + "x".repeat(idLength - 4);
        final int row = find(0, name.substring(0, Math.min(name.length(), idLength)));
        if (row != CounterTable.ABSENT) {
          table.delete(row);
        }
      }
      assertEquals(0, table.size());
      assertTrue(made > 0 || refused);
    }
    assertTrue(refused, "the lengths were not enough to reach the limit");
    assertTrue(make(0, "first", false) > 0, "a row of a length that was there");
  }

  @Test
  void shouldRefuseADeadlineForWhichThereIsNoRoomAndChangeNothing() {
    final int cellCount = DeadlineCells.CHUNK_BYTES / 8;
    final CounterLimit limit = new CounterLimit(10_000);
    table = tableOf(limit);
    for (int i = 0; i <= cellCount; i++) {
      makeNumbered(0, i, false);
    }
    limit.take(0, 10_000_000);
    for (int i = 0; i < cellCount; i++) {
      assertTrue(table.deadline(makeNumbered(0, i, false), 10 + i), "the first chunk is there");
    }
    final int first = makeNumbered(0, 0, false);
    final int second = makeNumbered(0, cellCount, false);
    table.change(second, 3);
    assertFalse(table.deadline(second, 10));
    assertEquals(3, table.value(second));
    assertEquals(1, table.version(second));
    assertEquals(CounterTable.NO_DEADLINE, table.deadlineNs(second));
    assertTrue(table.deadline(second, CounterTable.NO_DEADLINE));
    assertEquals(10, table.nextExpiryNs());
    table.delete(first);
    assertTrue(table.deadline(second, 11));
    assertEquals(11, table.deadlineNs(second));
    assertEquals(1, table.version(second));
    final int third = makeNumbered(0, 0, false);
    assertFalse(table.deadline(third, 12));
    limit.release(0, 10_000_000);
    assertTrue(table.deadline(third, 12));
  }

  @Test
  void shouldAllocateNothing() {
    final com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    table =
        new CounterTable(
            Secret.next(), new CounterLimit(100_000), Places.ASKED, (rows, at, length) -> {});
    churn(0, 40_000);
    final long before = threads.getCurrentThreadAllocatedBytes();
    churn(40_000, 140_000);
    final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 100_000, "allocated " + allocated);
  }

  /** Counters of all kinds come, change and go; a thousand of them live at a time. */
  private void churn(final int from, final int to) {
    for (int i = from; i < to; i++) {
      final int row = makeNumbered(i, i, i % 2 == 0);
      switch (i % 4) {
        case 0 -> {
          table.rate(row, 5);
          table.change(row, i + 500);
          table.change(row, i + 1_000);
        }
        case 1 -> {
          table.change(row, i);
          table.deadline(row, i + 1_000);
          table.deadline(row, i + 900);
        }
        case 2 -> {
          table.deadline(row, i + 1_000);
          table.deadline(row, CounterTable.NO_DEADLINE);
          table.deadline(row, i + 2_000);
        }
        default -> table.delete(row);
      }
      table.nextExpiryNs();
      table.expire(i, 2);
    }
  }
}
