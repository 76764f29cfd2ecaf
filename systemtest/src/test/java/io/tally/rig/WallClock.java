package io.tally.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The wall clock of a node's next process: right, or wrong by so much with libfaketime's help. */
final class WallClock {
  private static final Duration TOLERANCE = Duration.ofMinutes(10);

  private volatile Duration offset;

  WallClock(final Duration offset) {
    this.offset = offset;
  }

  void setBack(final Duration by) {
    offset = offset.minus(by);
  }

  /**
   * What the process needs in its environment. Its monotonic clock stays right; a fix that is meant
   * for an older C library, and makes timed waits of a JVM spin, is left out.
   */
  Map<String, String> environment() {
    return offset.isZero()
        ? Map.of()
        : Map.of(
            "LD_PRELOAD",
            library(),
            "FAKETIME",
            (offset.isNegative() ? "" : "+") + offset.toSeconds(),
            "DONT_FAKE_MONOTONIC",
            "1",
            "FAKETIME_FORCE_MONOTONIC_FIX",
            "0");
  }

  private static String library() {
    try (DirectoryStream<Path> architectures =
        Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-*")) {
      for (final Path architecture : architectures) {
        final Path library = architecture.resolve("faketime/libfaketime.so.1");
        if (Files.exists(library)) {
          return library.toString();
        }
      }
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
    throw new AssertionError("libfaketime is not installed; ./test installs it");
  }

  /** Fails unless what a process has just logged shows this clock. */
  void check(final Instant logged) {
    final Duration error = Duration.between(Instant.now().plus(offset), logged).abs();
    if (error.compareTo(TOLERANCE) > 0) {
      throw new AssertionError("a clock to be " + offset + " ahead showed " + logged);
    }
  }
}
