package io.tally.testkit;

import org.agrona.MutableDirectBuffer;

/** Writes the payload of one command. */
@FunctionalInterface
public interface Payload {
  /**
   * Writes an SBE message of the service's schema, with its header.
   *
   * @param buffer to hold it.
   * @param offset of the message; {@link io.tally.engine.ServiceDefinition#maxCommandLength()}
   *     bytes may follow.
   * @return length in bytes.
   */
  int encode(MutableDirectBuffer buffer, int offset);
}
