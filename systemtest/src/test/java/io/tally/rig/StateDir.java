package io.tally.rig;

import io.tally.system.TallyJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The data directory of all nodes, and what each has to say of it at its next start. */
final class StateDir implements AutoCloseable {
  private static final String EMPTY = "holds no state";
  private static final String RESUMED = "resumes the state";
  private static final String CRASHED = "ended without saving its state";

  private final Path directory = Files.createTempDirectory("rig-state");
  private final String[] nextStarts;

  StateDir(final int nodeCount) throws IOException {
    nextStarts = new String[nodeCount];
    Arrays.fill(nextStarts, EMPTY);
  }

  String option() {
    return "--data-dir=" + directory;
  }

  void onEnd(final int node, final boolean isSaved) {
    nextStarts[node] = isSaved ? RESUMED : CRASHED;
  }

  /** Whether a node goes on with what it had; fails if it says anything else than it should. */
  boolean isResumed(final int node, final TallyJar process) {
    process.awaitSaid(nextStarts[node]);
    return nextStarts[node].equals(RESUMED);
  }

  @Override
  public void close() throws IOException {
    final List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (final Path file : files) {
      Files.delete(file);
    }
  }
}
