package io.tally.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A file system in memory that is soon full, where this machine lets us mount one. */
public final class SmallDisk implements AutoCloseable {
  /** Its size. */
  public static final int KIBIBYTES = 1_024;

  private static final int BATCHES = 80;
  private static final int BATCH = 64;

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

  /**
   * Makes more counters than it has room for.
   *
   * @param port of a node.
   * @param prefix of the counters.
   */
  public static void fill(final int port, final String prefix) {
    final String padding = prefix + "x".repeat(200);
    try (HttpConnection connection = new HttpConnection(port, LIMIT)) {
      for (int batch = 0; batch < BATCHES; batch++) {
        for (int i = 0; i < BATCH; i++) {
          connection.send(HttpConnection.increment(padding + (BATCH * batch + i)));
        }
        connection.flush();
        for (int i = 0; i < BATCH; i++) {
          final Answer answer = connection.read();
          if (answer.status() != 200) {
            throw new AssertionError(answer.toString());
          }
        }
      }
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
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
