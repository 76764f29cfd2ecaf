package io.tally.engine;

import org.agrona.DirectBuffer;

/**
 * State of a shard that can be shown in a snapshot: all as it is at one instant, although it is
 * shown in slices between which commands go on. What is about to change and was not shown yet is
 * shown first. What is new since that instant is left out. Belongs to the thread that steps the
 * shard.
 */
public interface SnapshotSource {
  /**
   * Begins a snapshot of the state as it is now. Shows nothing beyond a record or two.
   *
   * @param sink takes the records, until {@link #endSnapshot()}.
   */
  void beginSnapshot(SnapshotSink sink);

  /**
   * Shows a slice. If the sink is full, the snapshot is lost, and its owner will end it.
   *
   * @param limit most records to show, above 0.
   * @return whether everything has been shown.
   */
  boolean writeSnapshot(int limit);

  /** Ends the snapshot, whether all was shown or it is given up. Does nothing if there is none. */
  void endSnapshot();

  /**
   * Takes a record that an equal source has shown, in the order in which they were shown, before
   * the first command. Nothing is refused for want of room.
   *
   * @param buffer holds the record, during the call only.
   * @param offset of the record.
   * @param length of the record in bytes.
   * @throws IllegalArgumentException if this is no record of such a source.
   */
  void restore(DirectBuffer buffer, int offset, int length);
}
