package io.tally.engine;

import io.tally.engine.codecs.CommandDecoder;
import io.tally.engine.codecs.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/** Decodes Command messages. Trusts nothing but the length it is given. Not thread-safe. */
final class CommandAdapter {
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final CommandDecoder decoder = new CommandDecoder();
  private final Command command = new Command();

  /**
   * Returns null if these bytes are no well-formed command. The result is reused by the next call.
   */
  Command decode(final DirectBuffer buffer, final int offset, final int length) {
    if (length < Command.OVERHEAD) {
      return null;
    }
    header.wrap(buffer, offset);
    final int blockLength = header.blockLength();
    if (header.schemaId() != CommandDecoder.SCHEMA_ID
        || header.templateId() != CommandDecoder.TEMPLATE_ID
        || blockLength < CommandDecoder.BLOCK_LENGTH) {
      return null;
    }
    final int limit = offset + length;
    final int keyHeader = offset + MessageHeaderDecoder.ENCODED_LENGTH + blockLength;
    if (keyHeader + CommandDecoder.idempotencyKeyHeaderLength() > limit) {
      return null;
    }
    decoder.wrap(
        buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH, blockLength, header.version());
    command.shardIncarnation = decoder.shardIncarnation();
    command.epoch = decoder.epoch();
    command.originKey = decoder.originKey();
    command.originIncarnation = decoder.originIncarnation();
    command.correlationId = decoder.correlationId();
    command.laneSequence = decoder.laneSequence();
    command.laneFloor = decoder.laneFloor();
    command.keyHash = decoder.keyHash();
    command.remainingUs = decoder.remainingUs();
    command.shardId = decoder.shardId();
    command.originLoop = decoder.originLoop();
    command.write = decoder.flags().write();
    if (command.buffer != buffer) {
      command.buffer = buffer;
    }
    command.keyLength = decoder.idempotencyKeyLength();
    command.keyOffset = keyHeader + CommandDecoder.idempotencyKeyHeaderLength();
    final int payloadHeader = command.keyOffset + command.keyLength;
    if (command.keyLength > Command.MAX_KEY_LENGTH
        || payloadHeader + CommandDecoder.payloadHeaderLength() > limit) {
      return null;
    }
    decoder.skipIdempotencyKey();
    command.payloadLength = decoder.payloadLength();
    command.payloadOffset = payloadHeader + CommandDecoder.payloadHeaderLength();
    if (command.payloadOffset + command.payloadLength > limit) {
      return null;
    }
    command.templateId = templateId(command);
    return command;
  }

  private int templateId(final Command command) {
    if (command.payloadLength < MessageHeaderDecoder.ENCODED_LENGTH) {
      return 0;
    }
    return header.wrap(command.buffer, command.payloadOffset).templateId();
  }
}
