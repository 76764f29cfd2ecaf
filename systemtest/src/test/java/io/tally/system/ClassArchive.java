package io.tally.system;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The classes of the packaged jar as a JVM maps them, which saves it half of the work of a start.
 * The first test that needs it makes it, once for each build and each JDK.
 */
final class ClassArchive {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private ClassArchive() {}

  /** Options of a JVM that runs the jar; where the archive does not fit, they change nothing. */
  static List<String> options() {
    return Made.OPTIONS;
  }

  private static final class Made {
    static final List<String> OPTIONS = make(System.getProperty("tally.archives"));
  }

  /** None where there is no folder for it, as in the rig, or where the JVM does not write it. */
  private static List<String> make(final String folder) {
    if (folder == null) {
      return List.of();
    }
    final Path archive = Path.of(folder, "tally-" + Runtime.version() + ".jsa");
    try (FileChannel channel = FileChannel.open(Path.of(archive + ".lock"), CREATE, WRITE)) {
      channel.lock();
      if (!isNewerThanTheJar(archive)) {
        write(archive);
      }
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    } catch (final AssertionError notStarted) {
      // The tests say it better, and go on without the archive.
      notStarted.printStackTrace();
    }
    // Where the clock is wrong, files show other times, so it does not fit; the JVM would say so.
    return Files.exists(archive)
        ? List.of("-Xlog:cds*=off", "-XX:SharedArchiveFile=" + archive)
        : List.of();
  }

  private static boolean isNewerThanTheJar(final Path archive) throws IOException {
    return Files.exists(archive)
        && Files.getLastModifiedTime(archive)
                .compareTo(Files.getLastModifiedTime(TallyJar.packaged()))
            > 0;
  }

  private static void write(final Path archive) {
    try (TallyJar demo =
        TallyJar.with()
            .jvm("-XX:+UseSerialGC", "-Xlog:cds*=off", "-XX:ArchiveClassesAtExit=" + archive)
            .start("--transport=nats")) {
      demo.awaitReady();
      demo.child().signal("TERM");
      demo.child().awaitExit(LIMIT);
    }
  }
}
