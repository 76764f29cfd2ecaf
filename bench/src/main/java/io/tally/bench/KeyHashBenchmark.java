package io.tally.bench;

import io.tally.engine.KeyHash;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to hash a counter id, from 8 to 256 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KeyHashBenchmark {
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
    expected = KeyHash.hash(text);
  }

  @Benchmark
  public long hash() {
    final long hash = KeyHash.hash(key, 0, key.length);
    sum += hash;
    count++;
    return hash;
  }

  @TearDown
  public void verify() {
    if (count == 0 || sum != count * expected) {
      throw new IllegalStateException(
          "hashes add up to " + sum + " instead of " + count + " times " + expected);
    }
  }
}
