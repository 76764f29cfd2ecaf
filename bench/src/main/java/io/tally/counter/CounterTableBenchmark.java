package io.tally.counter;

import io.tally.bench.KeyWalk;
import io.tally.bench.MicroBenchmark;
import io.tally.engine.Places;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The counter table: adding to counters that are there, and making new ones. */
public class CounterTableBenchmark extends MicroBenchmark {
  private static final int NEW_COUNTERS = 100_000;

  /** A table that holds all counters that are asked for. */
  @State(Scope.Benchmark)
  public static class Filled {
    @Param({"10000", "1000000"})
    private int counters;

    private CounterTable table;
    private KeyWalk keys;
    private long added;

    @Setup
    public void fill() {
      table = new CounterTable(new CounterLimit(counters), Places.ASKED);
      keys = new KeyWalk(counters);
      for (int i = 0; i < counters; i++) {
        keys.next();
        row();
      }
      verify("counters", counters, table.size());
    }

    @TearDown
    public void verify() {
      long sum = 0;
      for (int i = 0; i < counters; i++) {
        keys.next();
        sum += table.value(row());
      }
      verify("sum of all counters", added, sum);
      verify("counters", counters, table.size());
    }

    private int row() {
      return table.findOrCreate(keys.hash(), keys.buffer(), keys.offset(), KeyWalk.ID_BYTES);
    }

    private static void verify(final String what, final long expected, final long actual) {
      MicroBenchmark.verify(what, expected, actual);
    }
  }

  /** The ids of the counters that do not exist yet. */
  @State(Scope.Benchmark)
  public static class Unknown {
    private final KeyWalk keys = new KeyWalk(NEW_COUNTERS);
  }

  @Benchmark
  public long hit(final Filled state) {
    state.keys.next();
    final int row = state.row();
    final long value = state.table.value(row) + 1;
    state.table.value(row, value);
    state.added++;
    return value;
  }

  @Benchmark
  @OperationsPerInvocation(NEW_COUNTERS)
  public long create(final Unknown state) {
    final CounterTable table = new CounterTable(new CounterLimit(NEW_COUNTERS), Places.ASKED);
    final KeyWalk keys = state.keys;
    for (int i = 0; i < NEW_COUNTERS; i++) {
      keys.next();
      table.value(
          table.findOrCreate(keys.hash(), keys.buffer(), keys.offset(), KeyWalk.ID_BYTES), i);
    }
    verify("new counters", NEW_COUNTERS, table.size());
    return table.capacityBytes();
  }
}
