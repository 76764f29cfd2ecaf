package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A build writes over the jar of a process that runs: in place, so that it reads the new bytes. */
@Timeout(120)
@Tag("default-jdk")
class OverwrittenJarIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"inprocess, false", "inprocess, true", "nats, false"})
  void shouldServeAndStopInGoodOrder(final String transport, final boolean truncated)
      throws IOException {
    final Path jar = directory.resolve("tally.jar");
    Files.copy(TallyJar.packaged(), jar);
    try (TallyJar demo = TallyJar.small().jar(jar).start("--transport=" + transport)) {
      final int port = demo.awaitReady().httpPort();
      overwrite(jar, truncated);
      assertEquals(1, Http.increment(port, "a"));
      assertEquals(1, Http.read(port, "a"));
      assertEquals(400, Http.post(port, "/counter/a/increment", "{\"amount\":1.5}").statusCode());
      assertEquals(400, Http.post(port, "/counter/a/increment", "[").statusCode());
      final String greatest = "{\"amount\":9223372036854775807}";
      assertEquals(409, Http.post(port, "/counter/a/increment", greatest).statusCode());
      final String[] key = {"Idempotency-Key", "\"k\""};
      assertEquals(2, Http.value(Http.post(port, "/counter/a/increment", "", key)));
      assertEquals(2, Http.value(Http.post(port, "/counter/a/increment", "", key)));
      assertEquals(
          422, Http.post(port, "/counter/a/increment", "{\"amount\":2}", key).statusCode());
      assertEquals(405, Http.call(port, "PATCH", "/counter/a").statusCode());
      assertEquals(200, Http.call(port, "OPTIONS", "/counter/a").statusCode() / 100 * 100);
      assertEquals(404, Http.get(port, "/nowhere").statusCode());
      for (final String path : new String[] {"/", "/cluster", "/readyz", "/livez"}) {
        assertEquals(200, Http.get(port, path).statusCode(), path);
      }
      assertEquals(1, demo.metrics().sum("tally_counters"));
      demo.child().signal("TERM");
      assertEquals(0, demo.child().awaitExit(SOON), demo.child()::picture);
      assertEquals(
          List.of(),
          demo.child().output().stream()
              .filter(line -> line.contains("level=ERROR") || line.contains("level=WARN"))
              .toList(),
          demo.child()::picture);
    }
  }

  private static void overwrite(final Path jar, final boolean truncated) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(jar.toFile(), "rw")) {
      final long length = file.length();
      if (truncated) {
        file.setLength(0);
        return;
      }
      final byte[] other = new byte[1 << 16];
      java.util.Arrays.fill(other, (byte) 0x5a);
      for (long at = 0; at < length; at += other.length) {
        file.write(other, 0, (int) Math.min(other.length, length - at));
      }
    }
  }
}
