package io.tally.engine.internal;

/** What all readers of a snapshot's records share. */
public final class SnapshotRecords {
  private SnapshotRecords() {}

  /**
   * Checks what was read.
   *
   * @param valid whether it may be so.
   * @param what it is.
   * @throws IllegalArgumentException if it may not; the message names it.
   */
  public static void check(final boolean valid, final String what) {
    if (!valid) {
      throw new IllegalArgumentException(what + " in a snapshot is not valid");
    }
  }
}
