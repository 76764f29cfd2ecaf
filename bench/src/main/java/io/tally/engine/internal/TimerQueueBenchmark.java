package io.tally.engine.internal;

import io.tally.bench.MicroBenchmark;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Timers of one shard beside many others: one fires and is set anew, or is set and cancelled. */
public class TimerQueueBenchmark extends MicroBenchmark {
  private static final long MAX_DELAY_NS = 1_000_000_000;

  @Param({"100", "100000"})
  int timers;

  private final SplittableRandom random = new SplittableRandom(1);
  private TimerQueue queue;
  private long order;
  private long lastDueNs;

  @Setup
  public void fill() {
    queue = new TimerQueue(timers + 1);
    for (int id = 0; id < timers; id++) {
      set(id, random.nextLong(MAX_DELAY_NS));
    }
  }

  @Benchmark
  public long fireAndSet() {
    final long dueNs = queue.nextDueNs();
    if (dueNs < lastDueNs) {
      throw new IllegalStateException("due at " + dueNs + ", after " + lastDueNs);
    }
    lastDueNs = dueNs;
    final long id = queue.poll();
    set(id, dueNs + 1 + random.nextLong(MAX_DELAY_NS));
    return id;
  }

  @Benchmark
  public boolean setAndCancel() {
    set(timers, lastDueNs + random.nextLong(MAX_DELAY_NS));
    return queue.cancel(timers);
  }

  @TearDown
  public void verify() {
    verify("timers", timers, queue.size());
    long sum = 0;
    while (queue.size() > 0) {
      sum += queue.poll();
    }
    verify("sum of the ids", (long) timers * (timers - 1) / 2, sum);
  }

  private void set(final long id, final long dueNs) {
    if (!queue.set(id, dueNs, order++)) {
      throw new IllegalStateException("no room for timer " + id);
    }
  }
}
