package io.tally.launcher;

import java.util.function.ObjLongConsumer;
import org.agrona.DirectBuffer;

/** Reads the entities of a service in the records of a snapshot, for an export. */
@FunctionalInterface
public interface EntityRecords {
  /**
   * Takes a record of the service's schema.
   *
   * @param buffer holds the record, during the call only.
   * @param offset of the record.
   * @param length of the record in bytes.
   * @param to is told id and value of each entity in the record.
   * @throws IllegalArgumentException if the record is not sound.
   */
  void onRecord(DirectBuffer buffer, int offset, int length, ObjLongConsumer<String> to);
}
