package io.tally.engine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.codecs.ReplyCode;
import io.tally.engine.codecs.ReplyEncoder;
import io.tally.engine.codecs.ReplyFlagsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes Reply messages into claimed space: the same bytes for a reply queue and for a frame. Not
 * thread-safe.
 */
final class ReplyProxy {
  private static final int OVERHEAD =
      MessageHeaderWord.ENCODED_LENGTH
          + ReplyEncoder.BLOCK_LENGTH
          + ReplyEncoder.payloadHeaderLength();

  private static final byte NO_FLAGS = 0;

  private static final long HEADER =
      MessageHeaderWord.of(
          ReplyEncoder.BLOCK_LENGTH,
          ReplyEncoder.TEMPLATE_ID,
          ReplyEncoder.SCHEMA_ID,
          ReplyEncoder.SCHEMA_VERSION);

  static int encodedLength(final int payloadLength) {
    return OVERHEAD + payloadLength;
  }

  void encode(
      final MessageClaim claim,
      final Command command,
      final long shardIncarnation,
      final long epoch,
      final ReplyCode code,
      final boolean replayed,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final MutableDirectBuffer buffer = claim.buffer();
    MessageHeaderWord.put(buffer, claim.offset(), HEADER);
    final int block = claim.offset() + MessageHeaderWord.ENCODED_LENGTH;
    // Without the generated encoder, for the reasons given in CommandProxy.
    buffer.putLong(
        block + ReplyEncoder.correlationIdEncodingOffset(), command.correlationId, LITTLE_ENDIAN);
    buffer.putLong(
        block + ReplyEncoder.originIncarnationEncodingOffset(),
        command.originIncarnation,
        LITTLE_ENDIAN);
    buffer.putLong(
        block + ReplyEncoder.shardIncarnationEncodingOffset(), shardIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + ReplyEncoder.epochEncodingOffset(), epoch, LITTLE_ENDIAN);
    buffer.putShort(
        block + ReplyEncoder.shardIdEncodingOffset(), (short) command.shardId, LITTLE_ENDIAN);
    buffer.putByte(block + ReplyEncoder.originLoopEncodingOffset(), (byte) command.originLoop);
    buffer.putByte(block + ReplyEncoder.codeEncodingOffset(), (byte) code.value());
    buffer.putByte(
        block + ReplyEncoder.flagsEncodingOffset(), ReplyFlagsEncoder.replayed(NO_FLAGS, replayed));
    final int payloadHeader = block + ReplyEncoder.BLOCK_LENGTH;
    buffer.putShort(payloadHeader, (short) length, LITTLE_ENDIAN);
    buffer.putBytes(payloadHeader + ReplyEncoder.payloadHeaderLength(), payload, offset, length);
  }
}
