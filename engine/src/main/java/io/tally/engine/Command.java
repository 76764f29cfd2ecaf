package io.tally.engine;

import io.tally.engine.codecs.CommandDecoder;
import org.agrona.DirectBuffer;

/**
 * One decoded command. Reused by its owner; the buffer is valid until the call that was given it
 * returns.
 */
final class Command {
  /** Bytes of an encoded command besides its idempotency key and its payload. */
  static final int OVERHEAD =
      MessageHeaderWord.ENCODED_LENGTH
          + CommandDecoder.BLOCK_LENGTH
          + CommandDecoder.idempotencyKeyHeaderLength()
          + CommandDecoder.payloadHeaderLength();

  /** Bound of the payload of a command or a reply in bytes, as the schema's varData has it. */
  static final int MAX_PAYLOAD_LENGTH = 65_534;

  /** Bound of an idempotency key in bytes. */
  static final int MAX_KEY_LENGTH = 128;

  /** In the owner's monotonic clock. */
  long deadlineNs;

  long shardIncarnation;
  long epoch;
  long originKey;
  long originIncarnation;
  int originLoop;
  long correlationId;
  long laneSequence;
  long laneFloor;
  long keyHash;
  int shardId;
  boolean write;
  DirectBuffer buffer;
  int keyOffset;
  int keyLength;
  int payloadOffset;
  int payloadLength;

  /** Every payload starts with an SBE header; its template id names the message type. */
  int templateId;
}
