package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PackagedJarIT {
  @Test
  void shouldTellItsVersionWithoutAnyWarning(@TempDir final Path dir)
      throws IOException, InterruptedException {
    final File out = dir.resolve("out").toFile();
    final File err = dir.resolve("err").toFile();
    final Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("tally.jar"),
                "--version")
            .redirectOutput(out)
            .redirectError(err)
            .start();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running after 30 s");
    } finally {
      process.destroyForcibly();
    }
    assertEquals("", Files.readString(err.toPath()));
    assertEquals(0, process.exitValue());
    assertTrue(
        Files.readString(out.toPath()).startsWith("tally "), () -> "printed: " + out.length());
  }
}
