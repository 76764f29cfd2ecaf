package io.tally.engine;

import io.tally.engine.codecs.MessageHeaderEncoder;
import io.tally.engine.codecs.ReplyCode;
import io.tally.engine.codecs.ReplyEncoder;
import org.agrona.DirectBuffer;

/**
 * Writes Reply messages into claimed space: the same bytes for a reply queue and for a frame. Not
 * thread-safe.
 */
final class ReplyProxy {
  private static final int OVERHEAD =
      MessageHeaderEncoder.ENCODED_LENGTH
          + ReplyEncoder.BLOCK_LENGTH
          + ReplyEncoder.payloadHeaderLength();

  private static final byte REPLAYED = 1;

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final ReplyEncoder encoder = new ReplyEncoder();

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
    encoder
        .wrapAndApplyHeader(claim.buffer(), claim.offset(), header)
        .correlationId(command.correlationId)
        .originIncarnation(command.originIncarnation)
        .shardIncarnation(shardIncarnation)
        .epoch(epoch)
        .shardId(command.shardId)
        .originLoop((short) command.originLoop)
        .code(code);
    // The generated setter would read the byte back, and wait for memory that no cache holds.
    claim
        .buffer()
        .putByte(encoder.offset() + ReplyEncoder.flagsEncodingOffset(), replayed ? REPLAYED : 0);
    encoder.putPayload(payload, offset, length);
  }
}
