package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyFlagsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes Reply messages into claimed space: the same bytes for a reply queue and for a frame. Not
 * thread-safe.
 */
final class ReplyProxy {
  private static final byte NO_FLAGS = 0;

  void encode(
      final MessageClaim claim,
      final Command command,
      final long shardIncarnation,
      final ReplyCode code,
      final int serviceCode,
      final boolean replayed,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    put(
        claim,
        command.correlationId,
        command.originIncarnation,
        shardIncarnation,
        ReplyLayout.lastFields(
            command.shardId,
            command.originLoop,
            code.value(),
            serviceCode,
            ReplyFlagsEncoder.replayed(NO_FLAGS, replayed),
            length),
        payload,
        offset,
        length);
  }

  static void put(
      final MessageClaim claim,
      final long correlationId,
      final long originIncarnation,
      final long shardIncarnation,
      final long lastFields,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final MutableDirectBuffer buffer = claim.buffer();
    MessageHeaderWord.put(buffer, claim.offset(), ReplyLayout.HEADER);
    final int block = claim.offset() + ReplyLayout.BLOCK_OFFSET;
    // Without the generated encoder, for the reasons given in CommandProxy.
    buffer.putLong(block + ReplyLayout.CORRELATION_ID, correlationId, LITTLE_ENDIAN);
    buffer.putLong(block + ReplyLayout.ORIGIN_INCARNATION, originIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + ReplyLayout.SHARD_INCARNATION, shardIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + ReplyLayout.LAST_FIELDS, lastFields, LITTLE_ENDIAN);
    final int payloadHeader = block + ReplyLayout.BLOCK_LENGTH;
    buffer.putBytes(payloadHeader + ReplyLayout.PAYLOAD_HEADER_LENGTH, payload, offset, length);
  }
}
