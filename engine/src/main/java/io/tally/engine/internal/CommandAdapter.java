package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.CommandFlagsDecoder;
import org.agrona.DirectBuffer;

/** Decodes Command messages. Trusts nothing but the length it is given. Not thread-safe. */
final class CommandAdapter {
  /** Names no message: template ids are positive. */
  private static final long NO_HEADER = 0;

  private final Command command = new Command();

  /**
   * Returns null if these bytes are no well-formed command. The result is reused by the next call.
   */
  Command decode(final DirectBuffer buffer, final int offset, final int length) {
    if (decodeInRing(buffer, offset, length) == null) {
      return null;
    }
    final int block = offset + CommandLayout.BLOCK_OFFSET;
    command.placementHash = buffer.getLong(block + CommandLayout.PLACEMENT_HASH, LITTLE_ENDIAN);
    command.deadlineNs = buffer.getLong(block + CommandLayout.DEADLINE_NS, LITTLE_ENDIAN);
    return command;
  }

  /**
   * Decodes all but the placement hash, which led it there, and the deadline, as the ring has it.
   */
  Command decodeInRing(final DirectBuffer buffer, final int offset, final int length) {
    if (length < CommandLayout.encodedLength(0, 0)) {
      return null;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    final int blockLength = MessageHeaderWord.blockLength(header);
    if (!CommandLayout.matches(header)) {
      return null;
    }
    final int limit = offset + length;
    final int block = offset + CommandLayout.BLOCK_OFFSET;
    final int keyHeader = block + blockLength;
    if (keyHeader + CommandLayout.IDEMPOTENCY_KEY_HEADER_LENGTH > limit) {
      return null;
    }
    // The generated decoder would load its own buffer and offset again for each of these fields.
    command.shardIncarnation =
        buffer.getLong(block + CommandLayout.SHARD_INCARNATION, LITTLE_ENDIAN);
    final long epochAndSpan = buffer.getLong(block + CommandLayout.EPOCH_AND_SPAN, LITTLE_ENDIAN);
    command.epoch = CommandLayout.epoch(epochAndSpan);
    command.originNodeKey = buffer.getLong(block + CommandLayout.ORIGIN_NODE_KEY, LITTLE_ENDIAN);
    command.originIncarnation =
        buffer.getLong(block + CommandLayout.ORIGIN_INCARNATION, LITTLE_ENDIAN);
    command.correlationId = buffer.getLong(block + CommandLayout.CORRELATION_ID, LITTLE_ENDIAN);
    command.laneSequence = buffer.getLong(block + CommandLayout.LANE_SEQUENCE, LITTLE_ENDIAN);
    command.laneFloor = command.laneSequence - CommandLayout.laneSpan(epochAndSpan);
    command.entityHash = buffer.getLong(block + CommandLayout.ENTITY_HASH, LITTLE_ENDIAN);
    final int origin = buffer.getInt(block + CommandLayout.SHARD_AND_ORIGIN, LITTLE_ENDIAN);
    command.shardId = CommandLayout.shardId(origin);
    command.originLoop = CommandLayout.originLoop(origin);
    command.write = CommandFlagsDecoder.write(CommandLayout.flags(origin));
    command.keyItem =
        blockLength >= CommandLayout.ITEM_BLOCK_LENGTH
            ? buffer.getShort(block + CommandLayout.KEY_ITEM, LITTLE_ENDIAN) & 0xFFFF
            : 0;
    if (command.buffer != buffer) {
      command.buffer = buffer;
    }
    return decodeData(command, keyHeader, limit) ? command : null;
  }

  /**
   * Decodes key and payload, which follow the fields of a command. Returns false if they are not
   * well-formed.
   */
  static boolean decodeData(final Command command, final int keyHeader, final int limit) {
    final DirectBuffer buffer = command.buffer;
    command.idempotencyKeyLength = buffer.getByte(keyHeader) & 0xFF;
    command.idempotencyKeyOffset = keyHeader + CommandLayout.IDEMPOTENCY_KEY_HEADER_LENGTH;
    final int payloadHeader = command.idempotencyKeyOffset + command.idempotencyKeyLength;
    if (command.idempotencyKeyLength > CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH
        || payloadHeader + CommandLayout.PAYLOAD_HEADER_LENGTH > limit) {
      return false;
    }
    command.payloadLength = buffer.getShort(payloadHeader, LITTLE_ENDIAN) & 0xFFFF;
    command.payloadOffset = payloadHeader + CommandLayout.PAYLOAD_HEADER_LENGTH;
    if (command.payloadOffset + command.payloadLength > limit) {
      return false;
    }
    command.payloadHeader = payloadHeader(command);
    return true;
  }

  private static long payloadHeader(final Command command) {
    return command.payloadLength < MessageHeaderWord.ENCODED_LENGTH
        ? NO_HEADER
        : MessageHeaderWord.get(command.buffer, command.payloadOffset);
  }
}
