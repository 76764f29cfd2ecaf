package io.tally.counter;

import io.tally.engine.IdHash;
import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** What it takes to make many counters with 16-byte ids in the tables of the shards. */
public final class TableGrowth {
  private static final int ID_BYTES = 16;
  private static final int DIGITS = 8;

  private final byte[] id = "growing-00000000".getBytes(StandardCharsets.US_ASCII);
  private final UnsafeBuffer buffer = new UnsafeBuffer(id);
  private final CounterTable[] tables;

  private TableGrowth(final int counters, final int shards) {
    tables = new CounterTable[shards];
    final CounterLimit limit = new CounterLimit(counters);
    for (int i = 0; i < shards; i++) {
      tables[i] =
          new CounterTable(
              new IdHash(new SplittableRandom(1)::nextLong),
              limit,
              Places.ASKED,
              (rows, offset, length) -> {});
    }
  }

  /**
   * Makes counters until there are enough, and finds the longest time for which one of them kept
   * its shard. The scheduler and the garbage collector count too, so this is an upper bound.
   *
   * @param counters in all shards.
   * @param shards they are spread over.
   * @return nanoseconds.
   */
  public static long longestStallNs(final int counters, final int shards) {
    final TableGrowth growth = new TableGrowth(counters, shards);
    long longest = 0;
    for (int i = 0; i < counters; i++) {
      final long startNs = System.nanoTime();
      growth.make(i);
      longest = Math.max(longest, System.nanoTime() - startNs);
    }
    growth.verify(counters);
    return longest;
  }

  /**
   * Makes counters until there are enough.
   *
   * @param counters in all shards.
   * @param shards they are spread over.
   * @return nanoseconds for all of them, on one thread.
   */
  public static long fillNs(final int counters, final int shards) {
    final long startNs = System.nanoTime();
    final TableGrowth growth = new TableGrowth(counters, shards);
    for (int i = 0; i < counters; i++) {
      growth.make(i);
    }
    final long ns = System.nanoTime() - startNs;
    growth.verify(counters);
    return ns;
  }

  private void make(final int index) {
    int rest = index;
    for (int digit = 1; digit <= DIGITS; digit++) {
      id[ID_BYTES - digit] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    final long hash = StableHash.hash(id, 0, ID_BYTES);
    final CounterTable table = tables[StableHash.shard(hash, tables.length)];
    if (table.findOrCreate(0, hash, buffer, 0, ID_BYTES, false) == CounterTable.FULL) {
      throw new IllegalStateException("no room for counter " + index);
    }
  }

  private void verify(final int counters) {
    long size = 0;
    for (final CounterTable table : tables) {
      size += table.size();
    }
    if (size != counters) {
      throw new IllegalStateException(size + " counters instead of " + counters);
    }
  }
}
