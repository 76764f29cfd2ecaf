package io.tally.engine;

import io.tally.engine.codecs.CommandEncoder;
import io.tally.engine.codecs.MessageHeaderEncoder;
import org.agrona.DirectBuffer;

/**
 * Writes Command messages into claimed space: the same bytes for a ring slot and for a frame. Not
 * thread-safe.
 */
final class CommandProxy {
  private static final byte WRITE = 1;

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CommandEncoder encoder = new CommandEncoder();
  private final long originKey;
  private final long originIncarnation;
  private final short originLoop;

  CommandProxy(final long originKey, final long originIncarnation, final int originLoop) {
    this.originKey = originKey;
    this.originIncarnation = originIncarnation;
    this.originLoop = (short) originLoop;
  }

  static int encodedLength(final int keyLength, final int payloadLength) {
    return Command.OVERHEAD + keyLength + payloadLength;
  }

  void encode(
      final MessageClaim claim,
      final PendingRequest request,
      final long epoch,
      final long laneFloor,
      final int remainingUs,
      final DirectBuffer slots) {
    encoder
        .wrapAndApplyHeader(claim.buffer(), claim.offset(), header)
        .shardIncarnation(request.shardIncarnation)
        .epoch(epoch)
        .originKey(originKey)
        .originIncarnation(originIncarnation)
        .correlationId(request.correlationId)
        .laneSequence(request.laneSequence)
        .laneFloor(laneFloor)
        .keyHash(request.keyHash)
        .remainingUs(remainingUs)
        .shardId(request.shardId)
        .originLoop(originLoop);
    // The generated setter would read the byte back, and wait for memory that no cache holds.
    claim
        .buffer()
        .putByte(
            encoder.offset() + CommandEncoder.flagsEncodingOffset(), request.write ? WRITE : 0);
    encoder
        .putIdempotencyKey(slots, request.keyOffset(), request.keyLength)
        .putPayload(slots, request.payloadOffset, request.payloadLength);
  }
}
