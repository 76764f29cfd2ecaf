package io.tally.engine;

/**
 * How a request ended at its {@link Ingress}. Only {@link #INTERNAL} and {@link #TIMEOUT} leave
 * open whether a write was applied; every other outcome but {@link #ANSWERED} says that it was not
 * applied and never will be.
 */
public enum Outcome {
  /** The service ran once for this request; its reply comes with this outcome. */
  ANSWERED,
  /** The service threw while it ran. Whether it changed state is unknown; it will not run again. */
  INTERNAL,
  /** The payload was refused as undecodable. */
  INVALID,
  /** The idempotency key was used with another payload. */
  KEY_MISMATCH,
  /** The shard cannot remember another idempotency key. */
  KEY_LIMIT,
  /** The shard has no room to keep the longest reply that this message may have. */
  REPLY_LIMIT,
  /** The owner is another node, and the message or its longest reply is too long to go there. */
  TOO_LONG,
  /** No copy could be handed over within the queue limit, or no pending slot was free. */
  BUSY,
  /** The shard's owner is known to be away, and no copy was handed over. */
  NO_OWNER,
  /** The shard's owner is of a version that does not know this message; no copy was sent to it. */
  UNSUPPORTED,
  /** This node is closing and takes no more requests. */
  CLOSING,
  /** The deadline passed after at least one copy had been handed over. */
  TIMEOUT;

  /**
   * Whether a write that ended so may or may not have been applied.
   *
   * @return true if the fate of the write is unknown.
   */
  public boolean isUnknown() {
    return this == INTERNAL || this == TIMEOUT;
  }
}
