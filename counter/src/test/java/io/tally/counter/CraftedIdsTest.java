package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ids that a client has chosen so that they lie together in the index, as anybody can: the hash of
 * ids is public and has no key. They must not make the shard slow, for this client or others.
 */
@Timeout(60)
class CraftedIdsTest {
  /** As many as there are buckets at first. */
  private static final int BUCKETS = 1 << 12;

  /** Where the hash begins to choose the bucket. */
  private static final int BUCKET_SHIFT = Integer.SIZE;

  /**
   * XXH3 multiplies two halves of 16 bytes, each of which it has combined with a constant. This is
   * the constant of the first half, so the product is 0, whatever the second half is.
   */
  private static final byte[] ZERO_FACTOR = HexFormat.of().parseHex("b8fe6c3923a44bbe");

  private final CounterTable table =
      new CounterTable(new CounterLimit(Long.MAX_VALUE), Places.ASKED, new ExpiredIds());

  private int findOrCreate(final byte[] id) {
    final long hash = StableHash.hash(id, 0, id.length);
    return table.findOrCreate(0, hash, new UnsafeBuffer(id), 0, id.length, false);
  }

  @Test
  void shouldRefuseFurtherIdsThatWereTriedForOneBucket() {
    int tried = 0;
    final List<Integer> made = new ArrayList<>();
    for (int i = 0; tried < BUCKETS; i++) {
      final byte[] id = ("{client}:" + i).getBytes(StandardCharsets.US_ASCII);
      if ((hashOf(id) >>> BUCKET_SHIFT & BUCKETS - 1) == 0) {
        tried++;
        create(id, made);
      }
    }
    assertBounded(made);
  }

  @Test
  void shouldRefuseFurtherIdsOfOneHash() {
    final long hash = hashOf(equallyHashed(0));
    final List<Integer> made = new ArrayList<>();
    for (int i = 0; i < 10 * CounterIndex.MAX_IN_BUCKET; i++) {
      assertEquals(hash, hashOf(equallyHashed(i)));
      create(equallyHashed(i), made);
    }
    assertBounded(made);
  }

  private void create(final byte[] id, final List<Integer> made) {
    final int row = findOrCreate(id);
    if (row != CounterTable.FULL) {
      made.add(row);
    }
  }

  /** Those that were made stay, and others are made. */
  private void assertBounded(final List<Integer> made) {
    assertEquals(CounterIndex.MAX_IN_BUCKET, made.size());
    assertEquals(made.size(), table.size());
    assertTrue(made.stream().allMatch(row -> table.rowsBefore(row) < CounterIndex.MAX_IN_BUCKET));
    assertNotEquals(CounterTable.FULL, findOrCreate("other".getBytes(StandardCharsets.US_ASCII)));
    table.delete(made.get(0));
    assertNotEquals(CounterTable.FULL, findOrCreate(equallyHashed(-1)));
  }

  private static long hashOf(final byte[] id) {
    return StableHash.hash(id, 0, id.length);
  }

  private static byte[] equallyHashed(final int number) {
    return ByteBuffer.allocate(32).put(ZERO_FACTOR).putLong(number).array();
  }
}
