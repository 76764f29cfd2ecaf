package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.IdHash;
import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;
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
   */
  private static final int MOST_ROWS = 20;

  /**
   * XXH3 multiplies two halves of 16 bytes, each of which it has combined with a constant. This is
   * the constant of the first half, so the product is 0, whatever the second half is.
   */
  private static final byte[] ZERO_FACTOR = HexFormat.of().parseHex("b8fe6c3923a44bbe");

  @Test
  void shouldNotPassManyRowsWhereIdsWereTriedForOneBucketOfThePublicHash() {
    final List<byte[]> ids = new ArrayList<>();
    for (int i = 0; ids.size() < IDS; i++) {
      final byte[] id = ("{client}:" + i).getBytes(StandardCharsets.US_ASCII);
      if ((publicHash(id) >>> Integer.SIZE & IDS - 1) == 0) {
        ids.add(id);
      }
    }
    assertSpread(ids);
  }

  @Test
  void shouldNotPassManyRowsWhereIdsHaveOnePublicHash() {
    final List<byte[]> ids = ids(i -> ByteBuffer.allocate(32).put(ZERO_FACTOR).putLong(i));
    assertEquals(1, ids.stream().mapToLong(CraftedIdsTest::publicHash).distinct().count());
    assertSpread(ids);
  }

  /** What a hash that only adds and multiplies would put together with one secret in so many. */
  @Test
  void shouldNotPassManyRowsWhereIdsDifferByEqualSteps() {
    for (int shift = 0; shift < Long.SIZE - 12; shift += 4) {
      final int step = shift;
      assertSpread(ids(i -> ByteBuffer.allocate(8).putLong((long) i << step)));
      assertSpread(ids(i -> ByteBuffer.allocate(24).putLong(8, (long) i << step)));
    }
  }

  private static List<byte[]> ids(final IntFunction<ByteBuffer> id) {
    final List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < IDS; i++) {
      ids.add(id.apply(i).array());
    }
    return ids;
  }

  private static void assertSpread(final List<byte[]> ids) {
    final CounterTable table = table(Secret.next());
    final List<Integer> rows = new ArrayList<>();
    for (final byte[] id : ids) {
      rows.add(table.findOrCreate(0, new UnsafeBuffer(id), 0, id.length, false));
    }
    assertEquals(ids.size(), table.size(), "all are told apart");
    final int most = rows.stream().mapToInt(table::rowsBefore).max().orElseThrow();
    assertTrue(most <= MOST_ROWS, most + " rows before one");
  }

  private static CounterTable table(final IdHash hash) {
    return new CounterTable(hash, new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());
  }

  private static long publicHash(final byte[] id) {
    return StableHash.hash(id, 0, id.length);
  }
}
