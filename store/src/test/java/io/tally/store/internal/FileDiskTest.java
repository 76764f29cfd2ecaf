package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a node's folder comes to be on the disk. */
@Timeout(20)
final class FileDiskTest {
  @TempDir private Path home;

  private final List<Path> forced = new ArrayList<>();

  @Test
  void shouldForceTheNameOfEachFolderThatItMakes() throws IOException {
    final Path root = home.resolve("var/data/node-0");
    final FileDisk disk = new FileDisk(root);
    disk.makeRoot(
        folder -> {
          assertEquals(1, folder.toFile().list().length, "what was made in it");
          forced.add(folder);
        });
    assertEquals(List.of(home, home.resolve("var"), home.resolve("var/data")), forced);
    disk.makeRoot(forced::add);
    assertEquals(home.resolve("var/data"), forced.get(3), "whoever made it may have been killed");
    assertEquals(4, forced.size());
  }

  @Test
  void shouldUseAFolderWhoseNameAnotherUserHasMade() throws IOException {
    final FileDisk disk = new FileDisk(Files.createDirectory(home.resolve("node-0")));
    disk.makeRoot(
        folder -> {
          throw new AccessDeniedException(folder.toString());
        });
    assertThrows(
        IOException.class,
        () ->
            disk.makeRoot(
                folder -> {
                  throw new IOException("Input/output error");
                }));
  }

  @Test
  void shouldMakeNothingBelowAFile() throws IOException {
    final Path file = Files.createFile(home.resolve("file"));
    assertThrows(IOException.class, () -> new FileDisk(file.resolve("data/node-0")).makeRoot());
    assertThrows(IOException.class, () -> new FileDisk(file).makeRoot());
  }
}
