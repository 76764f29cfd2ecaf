package io.tally.engine;

import org.agrona.MutableDirectBuffer;

/**
 * Takes the records of one shard's snapshot, in the order in which they are shown. Its room is
 * bounded, and it never waits. Slices are written only while it {@link #hasRoom()}; what is about
 * to change is shown at any time, and when there is no room for that, the snapshot is given up.
 * Belongs to the thread that steps the shard.
 */
public interface SnapshotSink {
  /** Result of a claim: no room. From then on every claim of this snapshot is refused. */
  int FULL = -1;

  /**
   * Whether records that can wait are to be written now. Asked every few records; while the answer
   * is no, again about every millisecond. A sink that will never have room again, because its
   * snapshot is to be given up, says yes and refuses the next claim.
   *
   * @return false to be asked later.
   */
  default boolean hasRoom() {
    return true;
  }

  /**
   * Claims room for a record.
   *
   * @param length of the record in bytes: an SBE message with its header.
   * @return where it is to be written in {@link #buffer()}, to be committed before the next claim;
   *     or {@link #FULL}, and nothing was taken.
   */
  int tryClaim(int length);

  /**
   * Holds the claimed room. Another buffer may take its place at the next claim.
   *
   * @return the buffer.
   */
  MutableDirectBuffer buffer();

  /** Adds the claimed record to the snapshot. */
  void commit();
}
