package io.tally.engine.internal;

import io.tally.counter.TableGrowth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long one shard stands still while a snapshot of it is written and its counters are
 * incremented, beside how long it does while its table grows. The scheduler and the garbage
 * collector count too, so all are upper bounds.
 */
public final class SnapshotStalls {
  private static final int DEFAULT_COUNTERS = 1_000_000;
  private static final int KEYS = 1 << 16;
  private static final int INCREMENTS = 256;
  private static final int WARM_ROUNDS = 3;
  private static final double NS_PER_US = 1e3;

  private SnapshotStalls() {}

  /**
   * Prints the longest times.
   *
   * @param args the number of counters, a million unless it is given.
   */
  public static void main(final String[] args) {
    final int counters = args.length > 0 ? Integer.parseInt(args[0]) : DEFAULT_COUNTERS;
    final SnapshotSample sample = new SnapshotSample(counters, KEYS);
    for (int round = 1; round <= WARM_ROUNDS; round++) {
      snapshot(sample, round == WARM_ROUNDS);
    }
    print("longest stall as the table grows", TableGrowth.longestStallNs(counters, 1));
  }

  private static void snapshot(final SnapshotSample sample, final boolean prints) {
    final List<Long> slicesNs = new ArrayList<>();
    long longestIncrementNs = 0;
    final long startNs = System.nanoTime();
    sample.begin();
    final long beginNs = System.nanoTime() - startNs;
    boolean whole = false;
    while (!whole) {
      final long sliceNs = System.nanoTime();
      whole = sample.write(ShardSnapshots.SLICE_RECORDS);
      slicesNs.add(System.nanoTime() - sliceNs);
      for (int i = 0; i < INCREMENTS; i++) {
        final long incrementNs = System.nanoTime();
        sample.increment();
        longestIncrementNs = Math.max(longestIncrementNs, System.nanoTime() - incrementNs);
      }
    }
    if (prints) {
      print("begin of a snapshot", beginNs);
      slicesNs.sort(null);
      print("median slice", slicesNs.get(slicesNs.size() / 2));
      print("longest slice", slicesNs.get(slicesNs.size() - 1));
      print("longest increment meanwhile", longestIncrementNs);
      print("whole snapshot, with increments", System.nanoTime() - startNs);
    }
  }

  private static void print(final String what, final long ns) {
    System.out.printf(Locale.ROOT, "%-36s %12.1f us%n", what, ns / NS_PER_US);
  }
}
