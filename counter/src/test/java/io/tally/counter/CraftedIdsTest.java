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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  @Test
  void shouldNotPassManyRowsWhereIdsWereTriedForOneBucketOfThePublicHash() {
    assertSpread(CraftedIds.ofOneBucket(IDS));
  }

  @Test
  void shouldNotPassManyRowsWhereIdsHaveOnePublicHash() {
    assertSpread(CraftedIds.ofOneHash(IDS));
  }

  private static void assertSpread(final List<byte[]> ids) {
    final CounterTable table = table(Secret.next());
    final List<Integer> rows = new ArrayList<>();
    for (final byte[] id : ids) {
      rows.add(findOrCreate(table, id));
    }
    assertEquals(ids.size(), table.size(), "all are told apart");
    for (int i = 0; i < ids.size(); i++) {
      assertEquals(rows.get(i), findOrCreate(table, ids.get(i)));
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
