package io.tally.rig;

import io.tally.system.ShiftedClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The wall clock of a node's processes: right, or wrong by so much. */
final class WallClock implements AutoCloseable {
  private static final Duration TOLERANCE = Duration.ofMinutes(10);

  private volatile Duration offset;
  private volatile boolean wasSetBack;

  /** What a running process reads it from; null where it is set between two of them only. */
  private final Path steps;

  WallClock(final Duration offset, final boolean steps) throws IOException {
    this.offset = offset;
    this.steps = steps ? Files.createTempFile("rig-clock", "") : null;
    write();
  }

  private void write() {
    if (steps != null) {
      try {
        // Whole at any time, since the process may look just now.
        final Path next = Files.writeString(next(), ShiftedClock.text(offset));
        Files.move(next, steps, StandardCopyOption.ATOMIC_MOVE);
      } catch (final IOException fault) {
        throw new UncheckedIOException(fault);
      }
    }
  }

  private Path next() {
    return steps.resolveSibling(steps.getFileName() + ".next");
  }

  /** While no process runs. */
  void setBack(final Duration by) {
    offset = offset.minus(by);
    wasSetBack = true;
    write();
  }

  /** While a process runs, which does not look at once. */
  void step(final Duration by) {
    offset = offset.plus(by);
    write();
  }

  /**
   * Whether it was ever set back: then a state may be ahead of it, and for that state no time
   * passes between two processes.
   */
  boolean wasSetBack() {
    return wasSetBack;
  }

  /** What the process needs in its environment. */
  Map<String, String> environment() {
    return steps == null ? ShiftedClock.environment(offset) : ShiftedClock.environment(steps);
  }

  /** Whether what a process has just said shows this clock. */
  boolean isShownBy(final Instant said) {
    return Duration.between(Instant.now().plus(offset), said).abs().compareTo(TOLERANCE) <= 0;
  }

  @Override
  public String toString() {
    return "a clock to be " + offset + " ahead";
  }

  @Override
  public void close() throws IOException {
    if (steps != null) {
      Files.delete(steps);
    }
  }
}
