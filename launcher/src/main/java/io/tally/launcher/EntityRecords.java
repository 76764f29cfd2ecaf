package io.tally.launcher;

import org.agrona.DirectBuffer;

/** Reads the entities of a service in the records of a snapshot, for an export. */
@FunctionalInterface
public interface EntityRecords {
  /** Takes the entities that are exported. */
  @FunctionalInterface
  interface Handler {
    /** The entity has no deadline, or no version. */
    long NONE = 0;

    /**
     * Takes an entity.
     *
     * @param id of the entity.
     * @param value of the entity.
     * @param ttlMs milliseconds that it had left, above 0, or {@link #NONE}.
     * @param version of the entity, above 0, or {@link #NONE}.
     * @param kind of the entity, in letters; empty for what is usual.
     */
    void onEntity(String id, long value, long ttlMs, long version, String kind);
  }

  /**
   * Takes a record of the service's schema.
   *
   * @param buffer holds the record, during the call only.
   * @param offset of the record.
   * @param length of the record in bytes.
   * @param timeNs the shard's time at the instant of the snapshot, nanoseconds since 1970.
   * @param to is told each entity in the record.
   * @throws IllegalArgumentException if the record is not sound.
   */
  void onRecord(DirectBuffer buffer, int offset, int length, long timeNs, Handler to);
}
