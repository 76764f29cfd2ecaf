package io.tally.counter;

import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A process that admits counters until the default limit of its memory refuses, and checks them. As
 * the counters may take half of it, most of the other half is taken beforehand.
 */
final class CounterTableFiller {
  static final int DIRECT_BYTES = 64 << 20;
  static final int HEAP_BYTES = 16 << 20;

  private static final int DIGITS = 10;

  private final CounterTable[] tables;
  private final byte[] id;
  private final UnsafeBuffer idBuffer;

  private CounterTableFiller(final int tableCount, final int idLength, final CounterLimit limit) {
    tables = new CounterTable[tableCount];
    for (int i = 0; i < tableCount; i++) {
      tables[i] = new CounterTable(Secret.next(), limit, Places.ASKED, new ExpiredIds());
    }
    id = "x".repeat(idLength).getBytes(StandardCharsets.US_ASCII);
    idBuffer = new UnsafeBuffer(id);
  }

  public static void main(final String[] args) {
    final ByteBuffer ballast = ByteBuffer.allocateDirect(DIRECT_BYTES * 2 / 5);
    final CounterLimit limit =
        new CounterLimit(
            CounterLimit.defaultMaxCounters(DIRECT_BYTES, Runtime.getRuntime().maxMemory()));
    final CounterTableFiller filler =
        new CounterTableFiller(Integer.parseInt(args[0]), Integer.parseInt(args[1]), limit);
    final int count = filler.fill();
    final long bytes = filler.check(count);
    System.out.printf(
        "%d tables hold %d counters in %d of %d bytes outside the heap, beside %d others%n",
        filler.tables.length, count, bytes, DIRECT_BYTES, ballast.capacity());
    final long firstChunks = 3L * filler.tables.length * RowSpace.FIRST_CHUNK_BYTES;
    if (count != limit.maxCounters() || bytes > DIRECT_BYTES / 2 + firstChunks) {
      System.exit(1);
    }
  }

  private int fill() {
    int count = 0;
    while (true) {
      final long entityHash = number(count);
      final CounterTable table = table(entityHash);
      final int row = table.findOrCreate(0, entityHash, idBuffer, 0, id.length, false);
      if (row == CounterTable.FULL) {
        return count;
      }
      table.change(row, ++count);
      // What takes most: a deadline for which the row has no room.
      if (!table.deadline(row, count)) {
        throw new IllegalStateException("no room for the deadline of counter " + count);
      }
    }
  }

  private long check(final int count) {
    for (int i = 0; i < count; i++) {
      final long entityHash = number(i);
      final CounterTable table = table(entityHash);
      if (table.value(table.find(0, entityHash, idBuffer, 0, id.length)) != i + 1) {
        throw new IllegalStateException("counter " + i + " has another value");
      }
    }
    long bytes = 0;
    for (final CounterTable table : tables) {
      bytes += table.capacityBytes();
    }
    return bytes;
  }

  private long number(final int i) {
    idBuffer.putNaturalPaddedIntAscii(id.length - DIGITS, DIGITS, i);
    return StableHash.hash(id, 0, id.length);
  }

  private CounterTable table(final long entityHash) {
    return tables[StableHash.shard(entityHash, tables.length)];
  }
}
