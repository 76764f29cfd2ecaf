package io.tally.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How every benchmark of this module is run unless the command line says otherwise: nanoseconds an
 * operation, one fork with the flag that Agrona needs. Each benchmark checks its own result and
 * fails where it is wrong.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
      "-Xms1g",
      "-XX:+AlwaysPreTouch"
    })
public abstract class MicroBenchmark {
  /** For the benchmarks alone. */
  protected MicroBenchmark() {}

  /**
   * Fails the benchmark if two numbers that must be equal are not.
   *
   * @param what they count.
   * @param expected the right number.
   * @param actual the number found.
   */
  public static void verify(final String what, final long expected, final long actual) {
    if (expected != actual) {
      throw new IllegalStateException(what + ": " + actual + " instead of " + expected);
    }
  }
}
