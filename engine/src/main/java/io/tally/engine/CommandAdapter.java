package io.tally.engine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.codecs.CommandDecoder;
import io.tally.engine.codecs.CommandFlagsDecoder;
import org.agrona.DirectBuffer;

/** Decodes Command messages. Trusts nothing but the length it is given. Not thread-safe. */
final class CommandAdapter {
  private final Command command = new Command();

  /**
   * Returns null if these bytes are no well-formed command. The result is reused by the next call.
   */
  Command decode(final DirectBuffer buffer, final int offset, final int length) {
    if (length < Command.OVERHEAD) {
      return null;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    final int blockLength = MessageHeaderWord.blockLength(header);
    if (MessageHeaderWord.schemaId(header) != CommandDecoder.SCHEMA_ID
        || MessageHeaderWord.templateId(header) != CommandDecoder.TEMPLATE_ID
        || blockLength < CommandDecoder.BLOCK_LENGTH) {
      return null;
    }
    final int limit = offset + length;
    final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
    final int keyHeader = block + blockLength;
    if (keyHeader + CommandDecoder.idempotencyKeyHeaderLength() > limit) {
      return null;
    }
    // The generated decoder would load its own buffer and offset again for each of these fields.
    command.shardIncarnation =
        buffer.getLong(block + CommandDecoder.shardIncarnationEncodingOffset(), LITTLE_ENDIAN);
    command.epoch = buffer.getLong(block + CommandDecoder.epochEncodingOffset(), LITTLE_ENDIAN);
    command.originKey =
        buffer.getLong(block + CommandDecoder.originKeyEncodingOffset(), LITTLE_ENDIAN);
    command.originIncarnation =
        buffer.getLong(block + CommandDecoder.originIncarnationEncodingOffset(), LITTLE_ENDIAN);
    command.correlationId =
        buffer.getLong(block + CommandDecoder.correlationIdEncodingOffset(), LITTLE_ENDIAN);
    command.laneSequence =
        buffer.getLong(block + CommandDecoder.laneSequenceEncodingOffset(), LITTLE_ENDIAN);
    command.laneFloor =
        buffer.getLong(block + CommandDecoder.laneFloorEncodingOffset(), LITTLE_ENDIAN);
    command.keyHash = buffer.getLong(block + CommandDecoder.keyHashEncodingOffset(), LITTLE_ENDIAN);
    command.deadlineNs =
        buffer.getLong(block + CommandDecoder.deadlineNsEncodingOffset(), LITTLE_ENDIAN);
    command.shardId =
        buffer.getShort(block + CommandDecoder.shardIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF;
    command.originLoop = buffer.getByte(block + CommandDecoder.originLoopEncodingOffset()) & 0xFF;
    command.write =
        CommandFlagsDecoder.write(buffer.getByte(block + CommandDecoder.flagsEncodingOffset()));
    if (command.buffer != buffer) {
      command.buffer = buffer;
    }
    command.keyLength = buffer.getByte(keyHeader) & 0xFF;
    command.keyOffset = keyHeader + CommandDecoder.idempotencyKeyHeaderLength();
    final int payloadHeader = command.keyOffset + command.keyLength;
    if (command.keyLength > Command.MAX_KEY_LENGTH
        || payloadHeader + CommandDecoder.payloadHeaderLength() > limit) {
      return null;
    }
    command.payloadLength = buffer.getShort(payloadHeader, LITTLE_ENDIAN) & 0xFFFF;
    command.payloadOffset = payloadHeader + CommandDecoder.payloadHeaderLength();
    if (command.payloadOffset + command.payloadLength > limit) {
      return null;
    }
    command.templateId = templateId(command);
    return command;
  }

  private static int templateId(final Command command) {
    if (command.payloadLength < MessageHeaderWord.ENCODED_LENGTH) {
      return 0;
    }
    return MessageHeaderWord.templateId(
        MessageHeaderWord.get(command.buffer, command.payloadOffset));
  }
}
