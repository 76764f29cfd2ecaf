package io.tally.counter;

import io.tally.engine.IdHash;
import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What counters with 16-byte ids take on and off the heap, in the tables of 64 shards; and that
 * those take no more memory, however many counters come and expire.
 */
public final class TableMemory {
  private static final int ID_BYTES = 16;
  private static final int SHARDS = 64;
  private static final double NANOS = 1e9;

  /** When a counter gets its deadline. */
  public enum Deadline {
    /** Never. */
    NONE,
    /** When it is made. */
    AT_FIRST,
    /** Later. */
    LATER
  }

  private final byte[] id = "0".repeat(ID_BYTES).getBytes(StandardCharsets.US_ASCII);
  private final UnsafeBuffer buffer = new UnsafeBuffer(id);
  private final CounterTable[] tables = new CounterTable[SHARDS];

  private TableMemory(final long maxCounters) {
    final CounterLimit limit = new CounterLimit(maxCounters);
    for (int i = 0; i < SHARDS; i++) {
      tables[i] =
          new CounterTable(
              new IdHash(new SplittableRandom(1)::nextLong),
              limit,
              Places.ASKED,
              (rows, offset, length) -> {});
    }
  }

  /**
   * Measures.
   *
   * @param args number of counters for the first, and of all that come and go for the second; 10
   *     and 50 million by default.
   */
  public static void main(final String[] args) {
    final int counters = args.length > 0 ? Integer.parseInt(args[0]) : 10_000_000;
    for (final Deadline deadline : Deadline.values()) {
      System.out.printf(
          Locale.ROOT,
          "%,d counters, deadline %s: %.1f bytes each%n",
          counters,
          deadline,
          bytesPerCounter(counters, deadline));
    }
    final long comers = args.length > 1 ? Long.parseLong(args[1]) : 50_000_000;
    final int living = 100_000;
    final long startNs = System.nanoTime();
    final long grown = bytesGrown(comers, living);
    System.out.printf(
        Locale.ROOT,
        "%,d counters, of which %,d live at a time: %,d bytes more than after the first %,d; %.1f s%n",
        comers,
        living,
        grown,
        2L * living,
        (System.nanoTime() - startNs) / NANOS);
  }

  /**
   * Fills tables.
   *
   * @param counters to make.
   * @param deadline that they have.
   * @return bytes a counter, on and off the heap.
   */
  public static double bytesPerCounter(final int counters, final Deadline deadline) {
    final long heapBefore = heapBytes();
    final TableMemory memory = new TableMemory(counters);
    for (int i = 0; i < counters; i++) {
      final CounterTable table = memory.number(i);
      final int row = memory.make(table, 0, deadline == Deadline.AT_FIRST);
      table.change(row, i);
      if (deadline != Deadline.NONE && !table.deadline(row, Long.MAX_VALUE - 1 - i)) {
        throw new IllegalStateException("no room for a deadline");
      }
    }
    final double heap = heapBytes() - heapBefore;
    if (memory.size() != counters) {
      throw new IllegalStateException(memory.size() + " counters instead of " + counters);
    }
    return (heap + memory.capacityBytes()) / counters;
  }

  /**
   * Has counters come and expire. How many of a shard live at a time varies by chance, so a shard
   * may need a chunk of 16 KiB more once in a while.
   *
   * @param counters to make, one after the other.
   * @param living how many of them are there at a time.
   * @return bytes off the heap that were taken after the first ones had expired.
   */
  public static long bytesGrown(final long counters, final int living) {
    // Those of a shard expire when others of it come, so there may be some more at times.
    final TableMemory memory = new TableMemory(living + living / 2);
    long flat = 0;
    for (long i = 0; i < counters; i++) {
      final CounterTable table = memory.number(i);
      final int row = memory.make(table, i, true);
      table.change(row, i);
      table.deadline(row, i + living);
      if (i == 2L * living) {
        flat = memory.capacityBytes();
      }
    }
    if (memory.size() > living + SHARDS * 64) {
      throw new IllegalStateException(memory.size() + " counters are there");
    }
    return memory.capacityBytes() - flat;
  }

  private CounterTable number(final long number) {
    long rest = number;
    for (int digit = ID_BYTES - 1; rest > 0; digit--) {
      id[digit] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return tables[StableHash.shard(StableHash.hash(id, 0, ID_BYTES), SHARDS)];
  }

  private int make(final CounterTable table, final long timeNs, final boolean withDeadline) {
    final long hash = StableHash.hash(id, 0, ID_BYTES);
    final int row = table.findOrCreate(timeNs, hash, buffer, 0, ID_BYTES, withDeadline);
    if (row == CounterTable.FULL) {
      throw new IllegalStateException("no room for a counter");
    }
    return row;
  }

  private long size() {
    long size = 0;
    for (final CounterTable table : tables) {
      size += table.size();
    }
    return size;
  }

  private long capacityBytes() {
    long bytes = 0;
    for (final CounterTable table : tables) {
      bytes += table.capacityBytes();
    }
    return bytes;
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
