package io.tally.engine.internal;

import io.tally.bench.MicroBenchmark;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * A slice of the snapshot of one shard, as long as a poll writes it; the last one of a snapshot is
 * shorter, and the next snapshot begins with it. A whole snapshot must hold every row once.
 */
public class SnapshotBenchmark extends MicroBenchmark {
  private static final int COUNTERS = 1 << 18;
  private static final int KEYS = 1 << 16;

  private SnapshotSample sample;

  @Setup
  public void fill() {
    sample = new SnapshotSample(COUNTERS, KEYS);
    sample.begin();
  }

  @Benchmark
  public long slice() {
    if (sample.write(ShardSnapshots.SLICE_RECORDS)) {
      sample.begin();
    }
    return sample.recordCount();
  }
}
