package io.tally.store.internal;

import org.agrona.DirectBuffer;

/** Takes the records of one shard, in the order in which they were written. */
@FunctionalInterface
public interface RecordHandler {
  /**
   * Takes the next record, whose bytes have been checked.
   *
   * @param buffer holds the record, during the call only.
   * @param offset of the record.
   * @param length of the record in bytes.
   * @throws IllegalArgumentException if it is not what it must be; nothing more is read then.
   */
  void onRecord(DirectBuffer buffer, int offset, int length);
}
