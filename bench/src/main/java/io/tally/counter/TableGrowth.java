package io.tally.counter;

import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** How long one shard stands still while its counter table grows. */
public final class TableGrowth {
  private static final int ID_BYTES = 16;
  private static final int DIGITS = 8;

  private TableGrowth() {}

  /**
   * Makes counters until there are enough, and finds the longest time one of them took. The
   * scheduler and the garbage collector count too, so this is an upper bound.
   *
   * @param counters in all shards.
   * @param shards they are spread over.
   * @return nanoseconds.
   */
  public static long longestStallNs(final int counters, final int shards) {
    final CounterTable[] tables = new CounterTable[shards];
    final CounterLimit limit = new CounterLimit(counters);
    for (int i = 0; i < shards; i++) {
      tables[i] = new CounterTable(limit, Places.ASKED);
    }
    final byte[] id = "growing-00000000".getBytes(StandardCharsets.US_ASCII);
    final UnsafeBuffer buffer = new UnsafeBuffer(id);
    long longest = 0;
    for (int i = 0; i < counters; i++) {
      int rest = i;
      for (int digit = 1; digit <= DIGITS; digit++) {
        id[ID_BYTES - digit] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      final long hash = StableHash.hash(id, 0, ID_BYTES);
      final CounterTable table = tables[StableHash.shard(hash, shards)];
      final long startNs = System.nanoTime();
      final int row = table.findOrCreate(hash, buffer, 0, ID_BYTES);
      longest = Math.max(longest, System.nanoTime() - startNs);
      if (row == CounterTable.FULL) {
        throw new IllegalStateException("no room for counter " + i);
      }
    }
    long size = 0;
    for (final CounterTable table : tables) {
      size += table.size();
    }
    if (size != counters) {
      throw new IllegalStateException(size + " counters instead of " + counters);
    }
    return longest;
  }
}
