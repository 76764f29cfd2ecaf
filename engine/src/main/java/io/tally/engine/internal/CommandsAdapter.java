package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/**
 * Decodes Commands messages, one command after the other. Trusts nothing but the length it is
 * given. Not thread-safe.
 */
final class CommandsAdapter {
  private static final long UINT32 = 0xFFFF_FFFFL;

  private final Command command = new Command();
  private final GroupReader entries = new GroupReader();
  private long deadlineNs;

  /** Returns how many commands are said to be there; 0 if these bytes are no such message. */
  int wrap(final DirectBuffer buffer, final int offset, final int length) {
    if (length < CommandsLayout.HEAD_LENGTH
        || !CommandsLayout.matches(MessageHeaderWord.get(buffer, offset))) {
      return 0;
    }
    final int count =
        entries.wrap(
            buffer,
            offset,
            length,
            CommandsLayout.ENTRY_BLOCK_LENGTH,
            CommandsLayout.MIN_DATA_LENGTH);
    if (count == 0) {
      return 0;
    }
    final int block = offset + CommandsLayout.BLOCK_OFFSET;
    if (command.buffer != buffer) {
      command.buffer = buffer;
    }
    command.shardIncarnation =
        buffer.getLong(block + CommandsLayout.SHARD_INCARNATION, LITTLE_ENDIAN);
    command.originNodeKey = buffer.getLong(block + CommandsLayout.ORIGIN_NODE_KEY, LITTLE_ENDIAN);
    command.originIncarnation =
        buffer.getLong(block + CommandsLayout.ORIGIN_INCARNATION, LITTLE_ENDIAN);
    command.epoch = buffer.getInt(block + CommandsLayout.EPOCH, LITTLE_ENDIAN) & UINT32;
    command.originLoop = buffer.getByte(block + CommandsLayout.ORIGIN_LOOP) & 0xFF;
    deadlineNs = buffer.getLong(block + CommandsLayout.DEADLINE_NS, LITTLE_ENDIAN);
    return count;
  }

  /**
   * Returns the next command, or null if it is not well-formed, as are all behind it then. The
   * result is reused by the next call.
   */
  Command next() {
    final DirectBuffer buffer = command.buffer;
    final int block = entries.position;
    final int keyHeader = block + entries.blockLength;
    if (keyHeader + CommandLayout.IDEMPOTENCY_KEY_HEADER_LENGTH > entries.limit
        || !CommandAdapter.decodeData(command, keyHeader, entries.limit)) {
      entries.giveUp();
      return null;
    }
    entries.position = command.payloadOffset + command.payloadLength;
    command.correlationId = buffer.getLong(block + CommandsLayout.CORRELATION_ID, LITTLE_ENDIAN);
    command.laneSequence = buffer.getLong(block + CommandsLayout.LANE_SEQUENCE, LITTLE_ENDIAN);
    command.entityHash = buffer.getLong(block + CommandsLayout.ENTITY_HASH, LITTLE_ENDIAN);
    command.placementHash = command.entityHash;
    final long lastFields = buffer.getLong(block + CommandsLayout.LAST_FIELDS, LITTLE_ENDIAN);
    final long laneSpan = CommandsLayout.laneSpan(lastFields);
    command.laneFloor = command.laneSequence - laneSpan;
    command.write = laneSpan != 0;
    command.shardId = CommandsLayout.shardId(lastFields);
    command.keyItem = CommandsLayout.keyItem(lastFields);
    command.deadlineNs = deadlineNs;
    return command;
  }
}
