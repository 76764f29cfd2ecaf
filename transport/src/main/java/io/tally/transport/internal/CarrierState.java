package io.tally.transport.internal;

/** How a {@link NatsSession} stands with its servers. */
public enum CarrierState {
  /** No server was reached yet. */
  CONNECTING,
  /** Frames travel. */
  CONNECTED,
  /** No server is to be reached. */
  DISCONNECTED,
  /** A server did not take the credentials. */
  REFUSED,
  /**
   * A server does not let frames be published to a subject, or be received from one. In the first
   * case frames to other subjects still travel; in the second no frames do.
   */
  DENIED,
  /** A server takes no message as long as the longest that nodes send. */
  PAYLOAD_LIMIT,
  /** Closed by its owner. */
  CLOSED
}
