package io.tally.transport;

/** What a {@link NatsCarrier} counts. */
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
  /** Connections that were lost. */
  DISCONNECTS,
  /** Connections that were found again. */
  RECONNECTS,
  /** Times that the client library dropped frames because they were not taken fast enough. */
  SLOW_CONSUMER,
  /** Errors that server or client library reported. */
  ERRORS
}
