package io.tally.launcher;

import io.tally.store.StartMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * What a process keeps of its state on disk.
 *
 * @param dataDir holds a folder for each node of the process; null if the state is in memory only.
 * @param start with what is there.
 * @param saveTimeout longest time that the save at a stop takes, above zero and below a day.
 * @param snapshotInterval time from one snapshot to the next while the nodes serve, below a day;
 *     zero for none.
 */
public record StateSettings(
    Path dataDir, StartMode start, Duration saveTimeout, Duration snapshotInterval) {
  /** A minute for the save at a stop, unless set otherwise. */
  public static final Duration DEFAULT_SAVE_TIMEOUT = Duration.ofMinutes(1);

  /** The state is in memory only: a restart begins at zero. */
  public static final StateSettings IN_MEMORY =
      new StateSettings(null, StartMode.NORMAL, DEFAULT_SAVE_TIMEOUT, Duration.ZERO);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a time is out of its range.
   */
  public StateSettings {
    Objects.requireNonNull(start);
    if (saveTimeout.isZero() || !Durations.isTime(saveTimeout)) {
      throw new IllegalArgumentException(
          "the time for a save must be above 0 and below " + Durations.BOUND);
    }
    if (!Durations.isTime(snapshotInterval)) {
      throw new IllegalArgumentException(
          "the time between snapshots must be below " + Durations.BOUND);
    }
  }

  /**
   * The state is kept over planned stops.
   *
   * @param dataDir holds a folder for each node of the process.
   * @return settings with defaults for all else.
   */
  public static StateSettings in(final Path dataDir) {
    return new StateSettings(dataDir, StartMode.NORMAL, DEFAULT_SAVE_TIMEOUT, Duration.ZERO);
  }

  boolean isKept() {
    return dataDir != null;
  }
}
