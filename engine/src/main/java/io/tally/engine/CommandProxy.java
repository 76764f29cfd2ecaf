package io.tally.engine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.codecs.CommandEncoder;
import io.tally.engine.codecs.CommandFlagsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes Command messages into claimed space: the same bytes for a ring slot and for a frame. Not
 * thread-safe.
 */
final class CommandProxy {
  private static final byte NO_FLAGS = 0;

  private static final long HEADER =
      MessageHeaderWord.of(
          CommandEncoder.BLOCK_LENGTH,
          CommandEncoder.TEMPLATE_ID,
          CommandEncoder.SCHEMA_ID,
          CommandEncoder.SCHEMA_VERSION);

  private final long originKey;
  private final long originIncarnation;
  private final byte originLoop;

  CommandProxy(final long originKey, final long originIncarnation, final int originLoop) {
    this.originKey = originKey;
    this.originIncarnation = originIncarnation;
    this.originLoop = (byte) originLoop;
  }

  static int encodedLength(final int keyLength, final int payloadLength) {
    return Command.OVERHEAD + keyLength + payloadLength;
  }

  void encode(
      final MessageClaim claim,
      final PendingRequest request,
      final long epoch,
      final long laneFloor,
      final long deadlineNs,
      final DirectBuffer slots) {
    final MutableDirectBuffer buffer = claim.buffer();
    MessageHeaderWord.put(buffer, claim.offset(), HEADER);
    final int block = claim.offset() + MessageHeaderWord.ENCODED_LENGTH;
    // The generated encoder would load its own buffer and offset again for each of these fields. To
    // set a flag it would also read back the byte that it has just cleared, and wait for the memory
    // behind it, which is in no cache yet.
    buffer.putLong(
        block + CommandEncoder.shardIncarnationEncodingOffset(),
        request.shardIncarnation,
        LITTLE_ENDIAN);
    buffer.putLong(block + CommandEncoder.epochEncodingOffset(), epoch, LITTLE_ENDIAN);
    buffer.putLong(block + CommandEncoder.originKeyEncodingOffset(), originKey, LITTLE_ENDIAN);
    buffer.putLong(
        block + CommandEncoder.originIncarnationEncodingOffset(), originIncarnation, LITTLE_ENDIAN);
    buffer.putLong(
        block + CommandEncoder.correlationIdEncodingOffset(), request.correlationId, LITTLE_ENDIAN);
    buffer.putLong(
        block + CommandEncoder.laneSequenceEncodingOffset(), request.laneSequence, LITTLE_ENDIAN);
    buffer.putLong(block + CommandEncoder.laneFloorEncodingOffset(), laneFloor, LITTLE_ENDIAN);
    buffer.putLong(block + CommandEncoder.keyHashEncodingOffset(), request.keyHash, LITTLE_ENDIAN);
    buffer.putLong(block + CommandEncoder.deadlineNsEncodingOffset(), deadlineNs, LITTLE_ENDIAN);
    buffer.putShort(
        block + CommandEncoder.shardIdEncodingOffset(), (short) request.shardId, LITTLE_ENDIAN);
    buffer.putByte(block + CommandEncoder.originLoopEncodingOffset(), originLoop);
    buffer.putByte(
        block + CommandEncoder.flagsEncodingOffset(),
        CommandFlagsEncoder.write(NO_FLAGS, request.write));
    final int keyHeader = block + CommandEncoder.BLOCK_LENGTH;
    final int key = keyHeader + CommandEncoder.idempotencyKeyHeaderLength();
    buffer.putByte(keyHeader, (byte) request.keyLength);
    // A copy of no bytes would check its bounds all the same.
    if (request.keyLength > 0) {
      buffer.putBytes(key, slots, request.keyOffset(), request.keyLength);
    }
    final int payloadHeader = key + request.keyLength;
    buffer.putShort(payloadHeader, (short) request.payloadLength, LITTLE_ENDIAN);
    buffer.putBytes(
        payloadHeader + CommandEncoder.payloadHeaderLength(),
        slots,
        request.payloadOffset,
        request.payloadLength);
  }
}
