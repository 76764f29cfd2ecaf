package io.tally.engine;

import org.agrona.MutableDirectBuffer;

/**
 * Takes the records of one shard's snapshot, in the order in which they are shown. Its room is
 * bounded, and it never waits: when it is full, the snapshot is given up. Belongs to the thread
 * that steps the shard.
 */
public interface SnapshotSink {
  /** Result of a claim: no room. From then on every claim of this snapshot is refused. */
  int FULL = -1;

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
