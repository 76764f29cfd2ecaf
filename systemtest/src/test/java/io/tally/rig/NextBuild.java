package io.tally.rig;

import io.tally.system.TallyJar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A copy of the jar that says that it is of another version. Ends with {@link #close()}. */
final class NextBuild implements AutoCloseable {
  private static final String VERSION = "Implementation-Version: ";

  private final Path jar;

  NextBuild() {
    try {
      jar = Files.createTempFile("rig-next", ".jar");
      Files.copy(TallyJar.packaged(), jar, StandardCopyOption.REPLACE_EXISTING);
      try (FileSystem entries = FileSystems.newFileSystem(jar)) {
        final Path manifest = entries.getPath("META-INF", "MANIFEST.MF");
        final String text = Files.readString(manifest);
        if (!text.contains(VERSION)) {
          throw new AssertionError("no version in " + text);
        }
        Files.writeString(manifest, text.replace(VERSION, VERSION + "next-"));
      }
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  Path jar() {
    return jar;
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(jar);
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}
