package io.tally.bench;

import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to hash a counter id, from 8 to 256 bytes. */
public class StableHashBenchmark extends MicroBenchmark {
  @Param({"8", "32", "256"})
  private int lengthBytes;

  private byte[] key;
  private long expected;
  private long sum;
  private long count;

  @Setup
  public void fill() {
    final String text = "counter-".repeat(32).substring(0, lengthBytes);
    key = text.getBytes(StandardCharsets.UTF_8);
    expected = StableHash.hash(text);
  }

  @Benchmark
  public long hash() {
    final long hash = StableHash.hash(key, 0, key.length);
    sum += hash;
    count++;
    return hash;
  }

  @TearDown
  public void verify() {
    verify("sum of hashes", count * expected, sum);
  }
}
