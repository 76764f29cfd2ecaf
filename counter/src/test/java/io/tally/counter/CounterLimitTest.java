package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CounterLimitTest {
  @Test
  void shouldGiveEachPlaceOnce() {
    final CounterLimit limit = new CounterLimit(2);

    assertEquals(2, limit.maxCounters());
    assertTrue(limit.tryTake());
    assertTrue(limit.tryTake());
    assertFalse(limit.tryTake());
    assertFalse(limit.tryTake());
  }

  @Test
  void shouldLetInWhatWasLetInOnceAndRefuseWhatIsNew() {
    final CounterLimit limit = new CounterLimit(1);
    limit.take();
    limit.take();
    assertFalse(limit.tryTake());
  }

  @Test
  void shouldGiveBytesUpToWhatItsCountersCanTake() {
    final CounterLimit limit = new CounterLimit(100);
    assertTrue(limit.tryTake(1, 31_100));
    assertFalse(limit.tryTake(1, 501));
    assertTrue(limit.tryTake(99, 0) && limit.tryTake(0, 500), "a refusal took something");
    assertFalse(limit.tryTake(0, 1));
    limit.release(0, 16_384);
    assertTrue(limit.tryTake(0, 16_384));
    limit.take(0, 16_384);
    limit.release(0, 16_384);
    assertFalse(limit.tryTake(0, 1));
    assertTrue(new CounterLimit(Long.MAX_VALUE).tryTake(1, 1L << 50));
  }

  @Test
  void shouldGiveNoPlaceWhenThereIsNone() {
    assertFalse(new CounterLimit(0).tryTake());
    assertThrows(IllegalArgumentException.class, () -> new CounterLimit(-1));
  }

  @Test
  void shouldGiveExactlyAllPlacesToManyThreads() throws InterruptedException {
    final int maxCounters = 300_001;
    final CounterLimit limit = new CounterLimit(maxCounters);
    final AtomicInteger acquired = new AtomicInteger();
    final Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          new Thread(
              () -> {
                int mine = 0;
                while (limit.tryTake()) {
                  mine++;
                }
                acquired.addAndGet(mine);
              });
      threads[i].start();
    }
    for (final Thread thread : threads) {
      thread.join();
    }
    assertEquals(maxCounters, acquired.get());
  }

  @Test
  void shouldDeriveTheDefaultFromTheMemory() {
    assertEquals(1_698_958, CounterLimit.defaultMaxCounters(1L << 30, 1L << 30));
    assertEquals(3_355_443, CounterLimit.defaultMaxCounters(64L << 30, 64L << 20));
    assertEquals(0, CounterLimit.defaultMaxCounters(0, 1L << 30));
  }

  /** A JVM with little memory must hold all the counters it admits, however they are spread. */
  @ParameterizedTest
  @CsvSource({"1, 256", "64, 256", "64, 16"})
  void shouldNeverRunOutOfMemoryBelowTheDefault(
      final int tableCount, final int idLength, @TempDir final Path dir)
      throws IOException, InterruptedException {
    final Path output = dir.resolve("output");
    final Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + CounterTableFiller.HEAP_BYTES,
                "-XX:MaxDirectMemorySize=" + CounterTableFiller.DIRECT_BYTES,
                "--add-opens",
                "java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CounterTableFiller.class.getName(),
                Integer.toString(tableCount),
                Integer.toString(idLength))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process did not end");
    } finally {
      process.destroyForcibly();
    }
    final String text = Files.readString(output, StandardCharsets.UTF_8);
    System.out.print(text);
    assertEquals(0, process.exitValue(), text);
  }
}
