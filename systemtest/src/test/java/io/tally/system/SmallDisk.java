package io.tally.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A file system in memory that is soon full, where this machine lets us mount one. */
final class SmallDisk implements AutoCloseable {
  static final int KIBIBYTES = 1_024;

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path root;
  private final boolean mounted;

  private SmallDisk(final Path root, final boolean mounted) {
    this.root = root;
    this.mounted = mounted;
  }

  /** Mounts it on an empty folder. */
  static SmallDisk mount(final Path root) {
    return new SmallDisk(root, succeeds("mount -t tmpfs -o size=" + KIBIBYTES + "k tmpfs " + root));
  }

  Path root() {
    return root;
  }

  /** False where only an administrator may mount. */
  boolean isMounted() {
    return mounted;
  }

  private static boolean succeeds(final String command) {
    try (Child child = Child.start(List.of("/bin/sh", "-c", command), environment -> {})) {
      return child.awaitExit(LIMIT) == 0;
    }
  }

  @Override
  public void close() {
    if (mounted && !succeeds("umount " + root)) {
      throw new AssertionError(root + " stays mounted");
    }
  }
}
