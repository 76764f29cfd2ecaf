package io.tally.store.internal;

import io.tally.store.StartMode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lives of a node on one disk, one after the other. Each does what it is told, and what it finds is
 * checked against what those before have saved.
 */
final class CheckedLives {
  /** What breaks the promise. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(final String message) {
      super(message);
    }
  }

  /** What holds unless the mark stays. */
  private record Unmarked(boolean mustResume, boolean mayHaveBegun, long lastSaved) {}

  private final SteppedDisk disk;
  private final List<ShardSink> sinks;

  /** States that were given to the saves of each generation. */
  private final Map<Long, Set<Long>> attempts = new HashMap<>();

  private long nowMs = 1_700_000_000_000L;
  private NodeDirectory directory;
  private boolean loaded;
  private long incarnation;
  private long generation;
  private Unmarked unmarked;
  private long lastState;

  /** State of the last stop, 0 if it was not saved, and whether it must be found. */
  private long stopped;

  private boolean mustResume;

  /** The same as of when this life was opened. */
  private long found;

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
   * Begins on an empty disk.
   *
   * @param sinks of all histories.
   * @param lastState the first one that is saved is the next; each sixteenth is a large one.
   */
  CheckedLives(final SteppedDisk disk, final List<ShardSink> sinks, final long lastState) {
    this.disk = disk;
    this.sinks = sinks;
    this.lastState = lastState;
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

  void moveClock(final long byMs) {
    nowMs += byMs;
  }

  /** Returns whether the node may start. */
  boolean open(final StartMode mode) {
    directory = null;
    loaded = false;
    found = stopped;
    try {
      directory = open(disk, mode);
    } catch (final StoreException fault) {
      require(
          mode == StartMode.RESTORE_LATEST && lastSaved == 0,
          "a start was refused: " + fault.getMessage());
      return false;
    }
    checkStart(directory.start());
    return true;
  }

  private NodeDirectory open(final SteppedDisk on, final StartMode mode) throws StoreException {
    return new NodeDirectory(
        on,
        SavedState.node(),
        mode,
        new NodeDirectory.Surroundings(() -> 0, () -> nowMs, () -> {}, sinks));
  }

  /** A copy of the folder is started, beside the node or after it. */
  void startCopy() {
    final SteppedDisk copy = disk.copy();
    final Set<String> before = copy.names();
    try (NodeDirectory started = open(copy, StartMode.NORMAL)) {
      require(!mustResume, "a copy is not refused");
      require(started.start().snapshot() == null, "a copy is loaded");
    } catch (final StoreException refusal) {
      require(refusal.getMessage().contains("was copied"), refusal.getMessage());
    }
    require(before.equals(copy.names()), "a start that was refused has changed something");
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

  void load() {
    final Start start = directory.start();
    if (start.snapshot() != null) {
      final Set<Long> states =
          start.kind() == StartKind.RESUMED
              ? Set.of(found)
              : attempts.getOrDefault(start.snapshot().generation(), Set.of());
      require(
          states.stream().anyMatch(state -> isReadBy(start.snapshot(), state)),
          "what is loaded was never saved");
    }
    loaded = true;
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

  /** Returns whether the mark is made; nothing is served yet. */
  boolean begin() {
    final Start start = directory.start();
    unmarked = new Unmarked(mustResume, mayHaveBegun, lastSaved);
    incarnation = Math.max(start.highestIncarnation(), highestIncarnation) + 1;
    // A process that ends before it has loaded must leave the state to the next one.
    mustResume &= !loaded;
    mayHaveBegun = true;
    if (start.kind() == StartKind.DISCARDED) {
      lastSaved = 0;
    }
    final boolean isFaultless = disk.failAt == 0 && disk.space == Long.MAX_VALUE;
    try {
      generation = directory.begin(incarnation, 0);
    } catch (final StoreException fault) {
      require(!isFaultless, "a begin failed: " + fault.getMessage());
      return false;
    }
    require(generation > lastGeneration, "a generation is used twice");
    return true;
  }

  void forgetMark() {
    try {
      directory.forgetMark();
      mustResume = unmarked.mustResume;
      mayHaveBegun = unmarked.mayHaveBegun;
      lastSaved = unmarked.lastSaved;
    } catch (final StoreException fault) {
      // It may still be there.
    }
  }

  /** From here on shards apply commands. */
  void serve() {
    lastGeneration = generation;
    nextSave = generation;
    highestIncarnation = incarnation;
    hasBegun = true;
    stopped = 0;
    mustResume = false;
    switch (directory.start().kind()) {
      case RESUMED -> resumes++;
      case CRASHED -> crashes++;
      case RESTORED -> restores++;
      default -> {
        // There was nothing.
      }
    }
  }

  void settle() {
    try {
      directory.settle();
    } catch (final StoreException fault) {
      // The next save tries it again.
    }
  }

  void save(final SnapshotKind kind) {
    if (kind == SnapshotKind.STOPPED) {
      stopped = lastState + 1;
      mustResume = trySave(kind);
    } else {
      trySave(kind);
    }
  }

  private boolean trySave(final SnapshotKind kind) {
    final long state = ++lastState;
    final long saveGeneration = nextSave++;
    attempts.computeIfAbsent(saveGeneration, first -> new HashSet<>()).add(state);
    try {
      final Snapshot snapshot = SavedState.save(directory, kind, saved(state));
      require(snapshot.generation() == saveGeneration, "a snapshot has another generation");
      lastSaved = saveGeneration;
      highestIncarnation = Math.max(highestIncarnation, saved(state).highestIncarnation());
      return true;
    } catch (final StoreException fault) {
      return false;
    }
  }

  void close() {
    directory.close();
  }

  private static void require(final boolean condition, final String violation) {
    if (!condition) {
      throw new Violation(violation);
    }
  }
}
