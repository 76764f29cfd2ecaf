package io.tally.engine;

/** What all readers of a snapshot's records share. */
final class SnapshotRecords {
  private SnapshotRecords() {}

  /** Throws an IllegalArgumentException that names what is not valid. */
  static void check(final boolean valid, final String what) {
    if (!valid) {
      throw new IllegalArgumentException(what + " in a snapshot is not valid");
    }
  }
}
