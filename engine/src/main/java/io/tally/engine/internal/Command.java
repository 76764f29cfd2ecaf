package io.tally.engine.internal;

import org.agrona.DirectBuffer;

/**
 * One decoded command. Reused by its owner; the buffer is valid until the call that was given it
 * returns.
 */
final class Command {
  /** The deadline in the owner's monotonic clock. */
  long deadlineNs;

  long shardIncarnation;
  long epoch;
  long originNodeKey;
  long originIncarnation;
  int originLoop;
  long correlationId;
  long laneSequence;
  long laneFloor;

  /** Known only of a command that has just come from another node. */
  long placementHash;

  long entityHash;
  int shardId;
  boolean write;
  DirectBuffer buffer;
  int idempotencyKeyOffset;
  int idempotencyKeyLength;

  /** The number of its item under the key, from 1; 0 for a key of its own. */
  int keyItem;

  int payloadOffset;
  int payloadLength;

  /** The SBE header with which every payload starts; 0 if it is too short for one. */
  long payloadHeader;

  /** The longest reply to this message, in bytes; set by the shard. */
  int maxReplyLength;
}
