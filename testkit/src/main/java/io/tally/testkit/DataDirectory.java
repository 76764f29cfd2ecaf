package io.tally.testkit;

/**
 * What the processes of one node leave for each other on one machine. Of the state that a process
 * wrote when it stopped in good order the next one takes the same lives on, and marks it as used
 * before it is ready. Without such a state it begins with nothing, or with the newest state, in new
 * lives. What is written is numbered, and so are the processes that began.
 */
final class DataDirectory {
  private SavedNode newest;
  private boolean clean;
  private long markedIncarnation;
  private long generation;

  /** A copy of it as it is now, on another machine. */
  DataDirectory copy() {
    final DataDirectory copy = new DataDirectory();
    copy.newest = newest;
    copy.clean = clean;
    copy.markedIncarnation = markedIncarnation;
    copy.generation = generation;
    return copy;
  }

  /** What a process wrote while it served; it says nothing of how that process has ended. */
  void onSnapshot(final SavedNode snapshot) {
    newest = snapshot;
    clean = false;
    generation++;
  }

  /**
   * What a process wrote when it stopped in good order, and nothing has happened since. Its number
   * is above that of which others have heard.
   */
  void onStop(final SavedNode state, final long knownGeneration) {
    newest = state;
    clean = true;
    generation = Math.max(generation, knownGeneration) + 1;
  }

  /** Whether others have heard of a later process than this directory has. */
  boolean isBehind(final long knownGeneration) {
    return knownGeneration > generation;
  }

  /**
   * A process begins: the state of a stop, if there is one, is no longer what was last. Returns the
   * generation of the process.
   */
  long begin(final long incarnation, final long knownGeneration) {
    clean = false;
    markedIncarnation = incarnation;
    generation = Math.max(generation, knownGeneration) + 1;
    return generation;
  }

  /** The highest incarnation that it knows of; 0 if it knows of none. */
  long highestIncarnation() {
    return Math.max(markedIncarnation, newest == null ? 0 : newest.highestIncarnation());
  }

  /** The state of a stop, from which the same lives go on; null if there is none. */
  SavedNode clean() {
    return clean ? newest : null;
  }

  /** The newest whole state, of whatever time; null if there is none. */
  SavedNode newest() {
    return newest;
  }

  /** Whether this life of a shard goes on where the directory is started from next. */
  boolean isResting(final int shardId, final long incarnation) {
    return clean && newest.holds(shardId, incarnation);
  }
}
