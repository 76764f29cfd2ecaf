package io.tally.counter;

import io.tally.bench.KeyWalk;
import io.tally.bench.MicroBenchmark;
import io.tally.engine.IdHash;
import io.tally.engine.Places;
import java.util.SplittableRandom;
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
  private static final int LIVING = 10_000;

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
      table = table(counters);
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
      return CounterTableBenchmark.row(table, keys, false);
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

  /** Rates, in a table of nothing else. */
  @State(Scope.Benchmark)
  public static class Rates {
    private final CounterTable table = table(LIVING);
    private final KeyWalk keys = new KeyWalk(LIVING);

    @Setup
    public void fill() {
      for (int i = 0; i < LIVING; i++) {
        keys.next();
        final int row = row(table, keys, true);
        table.rate(row, 1);
        table.change(row, 1 + i);
      }
    }
  }

  /** Counters that live for as long as it takes to make {@link #LIVING} others. */
  @State(Scope.Benchmark)
  public static class Coming {
    private final CounterTable table = table(NEW_COUNTERS);
    private final KeyWalk keys = new KeyWalk(NEW_COUNTERS);
    private long timeNs;
  }

  @Benchmark
  public long hit(final Filled state) {
    state.keys.next();
    final int row = state.row();
    final long value = state.table.value(row) + 1;
    state.table.change(row, value);
    state.added++;
    return value;
  }

  @Benchmark
  @OperationsPerInvocation(NEW_COUNTERS)
  public long create(final Unknown state) {
    final CounterTable table = table(NEW_COUNTERS);
    final KeyWalk keys = state.keys;
    for (int i = 0; i < NEW_COUNTERS; i++) {
      keys.next();
      table.change(row(table, keys, false), i);
    }
    verify("new counters", NEW_COUNTERS, table.size());
    return table.capacityBytes();
  }

  /** A rate that is used with every hit: its deadline moves each time. */
  @Benchmark
  public long rate(final Rates state) {
    state.keys.next();
    final int row = row(state.table, state.keys, true);
    final long value = state.table.value(row) + 1;
    state.table.change(row, value);
    return value;
  }

  /** One counter comes and one expires. */
  @Benchmark
  public long expire(final Coming state) {
    state.keys.next();
    state.timeNs++;
    final int row =
        state.table.findOrCreate(
            state.timeNs,
            state.keys.hash(),
            state.keys.buffer(),
            state.keys.offset(),
            KeyWalk.ID_BYTES,
            true);
    state.table.change(row, 1);
    state.table.deadline(row, state.timeNs + LIVING);
    return state.table.size();
  }

  private static CounterTable table(final int counters) {
    return new CounterTable(
        new IdHash(new SplittableRandom(1)::nextLong),
        new CounterLimit(counters),
        Places.ASKED,
        (rows, offset, length) -> {});
  }

  private static int row(final CounterTable table, final KeyWalk keys, final boolean withDeadline) {
    return table.findOrCreate(
        0, keys.hash(), keys.buffer(), keys.offset(), KeyWalk.ID_BYTES, withDeadline);
  }
}
