package io.tally.store.internal;

/**
 * What a node starts with, decided from what was found in its folder. Immutable.
 *
 * @param kind whether there is state, and why not.
 * @param snapshot to be loaded; null unless it is resumed or restored.
 * @param generation highest in the folder, 0 if there was none.
 * @param highestIncarnation in the folder: of processes, shards and origins of lanes; 0 if there
 *     was none. All that are made from now on have to be above it.
 * @param message one line for the log.
 * @param warns whether the message tells of a loss that nobody has asked for, or of a doubt.
 */
public record Start(
    StartKind kind,
    Snapshot snapshot,
    long generation,
    long highestIncarnation,
    String message,
    boolean warns) {

  /** Where the operator has said to go on with less, it is no fault. */
  void requireNewest(final Disk disk, final long knownGeneration) throws StoreException {
    if (knownGeneration > generation && kind != StartKind.RESTORED && kind != StartKind.DISCARDED) {
      throw StoreException.of(
          disk,
          "",
          "holds an older state (generation "
              + generation
              + ") than this node had when a peer heard it last ("
              + knownGeneration
              + "): say --restore=latest to go back to it, or --discard-state to start at zero");
    }
  }
}
