package io.tally.engine;

import io.tally.engine.codecs.ReplyCode;

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
  FAULT;

  static WatchLoss of(final ReplyCode code) {
    return switch (code) {
      case WRONG_INCARNATION, NOT_OWNER, STALE -> NO_OWNER;
      case BUSY, EXPIRED -> BUSY;
      case WATCH_LIMIT -> LIMIT;
      default -> FAULT;
    };
  }
}
