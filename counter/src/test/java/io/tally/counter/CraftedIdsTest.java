package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.CraftedIds;
import io.tally.engine.IdHash;
import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ids that a client has chosen so that a hash which anybody can compute puts them together. Where
 * an operation passes many other rows on its way to its own, it keeps its shard.
 */
@Timeout(60)
final class CraftedIdsTest {
  private static final int IDS = 4_096;

  /**
   * The chance that one of as many ids that nobody has chosen has more before it is below 2^-40.
   * Where a row is not found by the first hash of its id, that costs as much once more at most.
   */
  private static final int MOST_ROWS = 20;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldNotPassManyRowsWhereIdsWereTriedForOneBucketOfThePublicHash(final int notApart) {
    assertSpread(CraftedIds.ofOneBucket(IDS), notApart);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldNotPassManyRowsWhereIdsHaveOnePublicHash(final int notApart) {
    // So many that buckets are split.
    assertSpread(CraftedIds.ofOneHash(3 * IDS), notApart);
  }

  /** All rows are given a deadline as soon as they are there, or all but each second, or none. */
  private static void assertSpread(final List<byte[]> ids, final int notApart) {
    final CounterTable table = table(Secret.next());
    final List<Integer> rows = new ArrayList<>();
    for (final byte[] id : ids) {
      final int row = findOrCreate(table, id);
      table.change(row, rows.size());
      if (notApart == 0 || notApart == 1 && rows.size() % 2 == 0) {
        table.deadline(row, 1_000 + rows.size());
      }
      rows.add(row);
    }
    assertSpread(ids, rows, table);

    final CounterTable restored = table(Secret.next());
    ShownRecords.of(table).restoreInto(restored.snapshot());
    assertSpread(ids, rows, restored);

    for (final byte[] id : ids) {
      restored.delete(findOrCreate(restored, id));
    }
    assertEquals(0, restored.size());
    findOrCreate(restored, ids.get(0));
    assertEquals(1, restored.size(), "it was there no more");
  }

  private static void assertSpread(
      final List<byte[]> ids, final List<Integer> rows, final CounterTable table) {
    assertEquals(ids.size(), table.size(), "all are told apart");
    for (int i = 0; i < ids.size(); i++) {
      assertEquals(rows.get(i), findOrCreate(table, ids.get(i)));
      assertEquals(i, table.value(rows.get(i)));
      assertEquals(i + 1, table.version(rows.get(i)));
    }
    final int most = rows.stream().mapToInt(table::rowsBefore).max().orElseThrow();
    assertTrue(most <= MOST_ROWS, most + " rows before one");
  }

  private static int findOrCreate(final CounterTable table, final byte[] id) {
    return table.findOrCreate(
        0, StableHash.hash(id, 0, id.length), new UnsafeBuffer(id), 0, id.length, false);
  }

  private static CounterTable table(final IdHash hash) {
    return new CounterTable(hash, new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
  }
}
