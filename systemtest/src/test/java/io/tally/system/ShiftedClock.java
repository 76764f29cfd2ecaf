package io.tally.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A wall clock that is wrong by so much, with libfaketime's help. */
public final class ShiftedClock {
  private ShiftedClock() {}

  /**
   * What a process needs in its environment. Its monotonic clock stays right; a fix that is meant
   * for an older C library, and makes timed waits of a JVM spin, is left out.
   */
  public static Map<String, String> environment(final Duration offset) {
    return offset.isZero() ? Map.of() : environment("FAKETIME", text(offset));
  }

  /**
   * The same with an offset that may change while the process runs, a second after it has changed.
   *
   * @param file that holds it as {@link #text} writes it.
   */
  public static Map<String, String> environment(final Path file) {
    return environment("FAKETIME_TIMESTAMP_FILE", file.toString());
  }

  /** How libfaketime reads it. */
  public static String text(final Duration offset) {
    return (offset.isNegative() ? "" : "+") + offset.toSeconds();
  }

  private static Map<String, String> environment(final String name, final String value) {
    return Map.of(
        "LD_PRELOAD",
        library(),
        name,
        value,
        "FAKETIME_CACHE_DURATION",
        "1",
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
}
