package io.tally.store;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Lives of a node on one disk: each opens the folder, loads, begins, serves, saves and stops, or is
 * killed at any step of that, perhaps with the power of its machine. After each the next one has to
 * find what was saved, or that it was not.
 */
final class History {
  private static final int LIVES = 8;

  /** What breaks the promise. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(final String message) {
      super(message);
    }
  }

  private final List<ShardSink> sinks;
  private final SteppedDisk disk;
  private final SplittableRandom random;
  private final boolean marksFirst;

  /** States that were given to the saves of each generation. */
  private final Map<Long, Set<Long>> attempts = new HashMap<>();

  private long now = 1_700_000_000_000L;
  private long lastState;

  /** State of the last stop, 0 if it was not saved, and whether it must be found. */
  private long stopped;

  private boolean mustResume;

  /** Whether a process surely, or perhaps, has begun since the folder was fresh. */
  private boolean hasBegun;

  private boolean mayHaveBegun;
  private long highestIncarnation;
  private long lastGeneration;
  private long nextSave;

  /** Newest snapshot that is there for sure. */
  private long lastSaved;

  private int resumes;
  private int crashes;
  private int restores;

  /**
   * Creates a history.
   *
   * @param sinks of all histories.
   * @param marksFirst a mistake: the state is marked before it is loaded.
   */
  History(
      final SteppedDisk disk,
      final List<ShardSink> sinks,
      final long seed,
      final boolean marksFirst) {
    this.sinks = sinks;
    this.disk = disk;
    this.marksFirst = marksFirst;
    random = new SplittableRandom(seed);
  }

  int resumes() {
    return resumes;
  }

  int crashes() {
    return crashes;
  }

  int restores() {
    return restores;
  }

  /** Throws a {@link Violation}. */
  void run() {
    for (int life = 0; life < LIVES; life++) {
      if (random.nextInt(3) > 0) {
        disk.killAt = 1 + random.nextInt(random.nextBoolean() ? 12 : 60);
      }
      if (random.nextInt(6) == 0) {
        disk.failAt = 1 + random.nextInt(40);
      }
      if (random.nextInt(12) == 0) {
        disk.space = random.nextInt(2000);
      }
      try {
        live();
      } catch (final SteppedDisk.Killed end) {
        // The next life finds what is left.
      }
      if (random.nextBoolean()) {
        disk.losePower();
      } else {
        disk.restartProcess();
      }
      now += random.nextInt(3) * 1000L - 1000;
    }
  }

  private void live() {
    final StartMode mode = mode();
    final NodeDirectory directory;
    try {
      directory =
          new NodeDirectory(
              disk,
              SavedState.node(),
              mode,
              new NodeDirectory.Surroundings(() -> 0, () -> now, () -> {}, sinks));
    } catch (final StoreException fault) {
      if (mode != StartMode.RESTORE_LATEST || lastSaved != 0) {
        throw new Violation("a start was refused: " + fault.getMessage());
      }
      return;
    }
    try (directory) {
      checkStart(directory.start());
      if (!marksFirst) {
        load(directory.start());
      }
      if (random.nextInt(8) > 0 && begin(directory)) {
        if (marksFirst) {
          load(directory.start());
        }
        serve(directory);
      }
    }
  }

  private StartMode mode() {
    return switch (random.nextInt(12)) {
      case 0 -> StartMode.RESTORE_LATEST;
      case 1 -> random.nextInt(3) == 0 ? StartMode.DISCARD : StartMode.NORMAL;
      default -> StartMode.NORMAL;
    };
  }

  private void checkStart(final Start start) {
    switch (start.kind()) {
      case EMPTY -> require(!hasBegun, "what was there is gone");
      case CRASHED -> require(mayHaveBegun && !mustResume, "a clean state counts as used");
      case RESUMED -> require(stopped != 0, "a state is loaded that is not the last one");
      case RESTORED ->
          require(start.snapshot().generation() >= lastSaved, "an older snapshot is restored");
      default -> {
        // All is about to be deleted.
      }
    }
    require(
        start.kind() == StartKind.EMPTY || start.highestIncarnation() >= highestIncarnation,
        "an incarnation is forgotten");
  }

  private void load(final Start start) {
    if (start.snapshot() == null) {
      return;
    }
    final Set<Long> states =
        start.kind() == StartKind.RESUMED
            ? Set.of(stopped)
            : attempts.getOrDefault(start.snapshot().generation(), Set.of());
    require(
        states.stream().anyMatch(state -> isReadBy(start.snapshot(), state)),
        "what is loaded was never saved");
  }

  private static boolean isReadBy(final Snapshot snapshot, final long state) {
    try {
      saved(state).assertReadBy(snapshot);
      return true;
    } catch (final StoreException | AssertionError fault) {
      return false;
    }
  }

  /** Some fill more than one block. */
  private static SavedState saved(final long state) {
    return state % 16 == 0 ? new SavedState(state, 5, 60_000) : new SavedState(state);
  }

  private boolean begin(final NodeDirectory directory) {
    final Start start = directory.start();
    final boolean mustResumeElse = mustResume;
    final boolean mayHaveBegunElse = mayHaveBegun;
    final long lastSavedElse = lastSaved;
    final long incarnation = Math.max(start.highestIncarnation(), highestIncarnation) + 1;
    mustResume = false;
    mayHaveBegun = true;
    if (start.kind() == StartKind.DISCARDED) {
      lastSaved = 0;
    }
    final boolean isPower = disk.failAt == 0 && disk.space == Long.MAX_VALUE;
    final long generation;
    try {
      generation = directory.begin(incarnation, 0);
    } catch (final StoreException fault) {
      require(!isPower, "a begin failed: " + fault.getMessage());
      return false;
    }
    require(generation > lastGeneration, "a generation is used twice");
    if (random.nextInt(6) == 0) {
      if (forgetsMark(directory)) {
        mustResume = mustResumeElse;
        mayHaveBegun = mayHaveBegunElse;
        lastSaved = lastSavedElse;
      }
      return false;
    }
    lastGeneration = generation;
    nextSave = generation;
    highestIncarnation = incarnation;
    hasBegun = true;
    stopped = 0;
    switch (start.kind()) {
      case RESUMED -> resumes++;
      case CRASHED -> crashes++;
      case RESTORED -> restores++;
      default -> {
        // There was nothing.
      }
    }
    return true;
  }

  private static boolean forgetsMark(final NodeDirectory directory) {
    try {
      directory.forgetMark();
      return true;
    } catch (final StoreException fault) {
      return false;
    }
  }

  private void serve(final NodeDirectory directory) {
    if (random.nextInt(3) > 0) {
      try {
        directory.settle();
      } catch (final StoreException fault) {
        // The next save tries it again.
      }
    }
    for (int saves = random.nextInt(3); saves > 0; saves--) {
      save(directory, SnapshotKind.SERVING);
    }
    if (random.nextInt(4) > 0) {
      stopped = lastState + 1;
      mustResume = save(directory, SnapshotKind.STOPPED);
    }
  }

  private boolean save(final NodeDirectory directory, final SnapshotKind kind) {
    final long state = ++lastState;
    final long generation = nextSave++;
    attempts.computeIfAbsent(generation, first -> new HashSet<>()).add(state);
    try {
      final Snapshot snapshot = SavedState.save(directory, kind, saved(state));
      require(snapshot.generation() == generation, "a snapshot has another generation");
      lastSaved = generation;
      highestIncarnation = Math.max(highestIncarnation, saved(state).highestIncarnation());
      return true;
    } catch (final StoreException fault) {
      return false;
    }
  }

  private static void require(final boolean condition, final String violation) {
    if (!condition) {
      throw new Violation(violation);
    }
  }
}
