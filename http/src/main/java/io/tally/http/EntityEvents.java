package io.tally.http;

import org.agrona.DirectBuffer;

/**
 * How a service tells of its entities in an {@link EntityStream}. Called by several threads: has no
 * state of its own.
 *
 * @param <V> a value of an entity as it was told, immutable.
 */
public interface EntityEvents<V> {
  /**
   * The message that reads an entity.
   *
   * @param id of the entity.
   * @return the whole message, with its header.
   */
  DirectBuffer readOf(byte[] id);

  /**
   * Reads an answer of the service to {@link #readOf}.
   *
   * @param serviceCode why the service refused; 0 if it did not.
   * @param buffer holds the answer, during the call only.
   * @param offset of the answer.
   * @param length of the answer in bytes.
   * @return the value; null if it cannot be told, which ends the stream.
   */
  V valueOf(int serviceCode, DirectBuffer buffer, int offset, int length);

  /**
   * Writes what stands in the {@code data} of an event, behind the id: members of a JSON object,
   * each after a comma.
   *
   * @param value to be told.
   * @param passedMs milliseconds since it was true.
   * @param out takes the members.
   */
  void write(V value, long passedMs, EventWriter out);
}
