package io.tally.transport.internal;

/** What a {@link NatsSession} counts. */
public enum CarrierCounter {
  /** Frames handed to the client library. */
  FRAMES_PUBLISHED,
  /** Bytes of these frames. */
  BYTES_PUBLISHED,
  /** Frames delivered to subscriptions. */
  FRAMES_RECEIVED,
  /** Bytes of these frames. */
  BYTES_RECEIVED,
  /** Frames that the client library did not take. */
  PUBLISH_FAILURES,
  /** Connections that were lost; attempts that fail are not counted here. */
  DISCONNECTS,
  /** Connections that took the place of a lost one. */
  RECONNECTS,
  /** Attempts to connect that failed. */
  CONNECT_FAILURES,
  /** Times that a server did not take the credentials. */
  REFUSALS,
  /** Times that a server did not let frames be published or received. */
  PERMISSION_VIOLATIONS,
  /** Errors that server or client library reported. */
  ERRORS
}
