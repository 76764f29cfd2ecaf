package io.tally.launcher;

import io.tally.store.StartMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say what is kept on disk. */
final class StateOptions {
  /** The values of {@code --restore}. */
  enum Restore {
    LATEST
  }

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Keeps the state over planned restarts: it is saved here on a stop and loaded on the next start. Each node"
              + " has a folder in it (default: memory only, a restart begins at zero).")
  Path dataDir;

  @Option(
      names = "--save-timeout",
      paramLabel = "TIME",
      description =
          "Longest time that saving the state takes at a stop, after the drain; beyond it the process exits non-zero"
              + " (default: ${DEFAULT-VALUE}).")
  Duration saveTimeout = StateSettings.IN_MEMORY.saveTimeout();

  @Option(
      names = "--snapshot-interval",
      paramLabel = "TIME",
      description =
          "Writes a snapshot this often while serving, for --restore=latest after a crash (default: ${DEFAULT-VALUE},"
              + " none).")
  Duration snapshotInterval = StateSettings.IN_MEMORY.snapshotInterval();

  @Option(
      names = "--restore",
      paramLabel = "latest",
      description =
          "Starts from the newest complete snapshot, even one that was used: what was counted since is lost, and"
              + " incarnations are new.")
  Restore restore;

  @Option(
      names = "--moved",
      description =
          "The data directory was moved or copied here, and the original is never used again.")
  boolean moved;

  @Option(
      names = "--discard-state",
      description = "Deletes what the data directory holds, and starts at zero.")
  boolean discard;

  /** What is wrong with the values, or null. */
  String fault() {
    final boolean isStartGiven = restore != null || moved || discard;
    if (dataDir == null && (isStartGiven || !snapshotInterval.isZero())) {
      return "--restore, --moved, --discard-state and --snapshot-interval need --data-dir";
    }
    if (Stream.of(restore != null, moved, discard).filter(given -> given).count() > 1) {
      return "give one of --restore, --moved and --discard-state";
    }
    return Durations.isTime(snapshotInterval)
        ? null
        : "--snapshot-interval must be below " + Durations.BOUND;
  }

  StateSettings settings() {
    return new StateSettings(dataDir, start(), saveTimeout, snapshotInterval);
  }

  private StartMode start() {
    if (restore != null) {
      return StartMode.RESTORE_LATEST;
    }
    if (moved) {
      return StartMode.MOVED;
    }
    return discard ? StartMode.DISCARD : StartMode.NORMAL;
  }
}
