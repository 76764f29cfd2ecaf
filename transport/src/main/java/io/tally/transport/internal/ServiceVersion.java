package io.tally.transport.internal;

import io.tally.engine.MessageType;

/**
 * A service that a node hosts, and the newest of its messages that the node knows.
 *
 * @param schemaId of the service's messages, 0 to {@link #MAX_VALUE}.
 * @param version of that schema, 0 to {@link #MAX_VALUE}.
 */
public record ServiceVersion(int schemaId, int version) {
  /** SBE's headers have 16 bits for each, and keep the highest value for "none". */
  public static final int MAX_VALUE = MessageType.MAX_UINT16;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of its range.
   */
  public ServiceVersion {
    if (schemaId < 0 || schemaId > MAX_VALUE || version < 0 || version > MAX_VALUE) {
      throw new IllegalArgumentException("not a service: " + schemaId + ", version " + version);
    }
  }
}
