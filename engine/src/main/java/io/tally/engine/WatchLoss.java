package io.tally.engine;

/** Why the value of a watched entity is not known at the moment. */
public enum WatchLoss {
  /** The owner of the entity's shard is away, drains, or has just begun anew. */
  NO_OWNER,
  /** The way to the owner, or its ring, is full. */
  BUSY,
  /** The owner keeps as many watches as it may. */
  LIMIT,
  /** The owner is of a version that does not know the message. */
  UNSUPPORTED,
  /** The service threw, refused the message as none of its own, or told no version. */
  FAULT
}
