package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.CommandFlagsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes Command messages into claimed space: the same bytes for a ring slot and for a frame. Not
 * thread-safe.
 */
final class CommandProxy {
  private static final byte NO_FLAGS = 0;

  private final long originNodeKey;
  private final long originIncarnation;
  private final int originLoop;

  CommandProxy(final long originNodeKey, final long originIncarnation, final int originLoop) {
    this.originNodeKey = originNodeKey;
    this.originIncarnation = originIncarnation;
    this.originLoop = originLoop;
  }

  /** Bytes of the Command message that a request makes. */
  static int encodedLength(final PendingRequest request) {
    return CommandLayout.encodedLength(
        request.keyItem, request.idempotencyKeyLength, request.payloadLength);
  }

  void encode(
      final MessageClaim claim,
      final PendingRequest request,
      final long epoch,
      final long laneFloor,
      final long deadlineNs,
      final DirectBuffer slots) {
    final MutableDirectBuffer buffer = claim.buffer();
    final boolean hasItem = request.keyItem != 0;
    MessageHeaderWord.put(
        buffer, claim.offset(), hasItem ? CommandLayout.ITEM_HEADER : CommandLayout.HEADER);
    final int block = claim.offset() + CommandLayout.BLOCK_OFFSET;
    // The generated encoder would load its own buffer and offset again for each of these fields. To
    // set a flag it would also read back the byte that it has just cleared, and wait for the memory
    // behind it, which is in no cache yet.
    buffer.putLong(
        block + CommandLayout.SHARD_INCARNATION, request.shardIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.ORIGIN_NODE_KEY, originNodeKey, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.ORIGIN_INCARNATION, originIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.CORRELATION_ID, request.correlationId, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.LANE_SEQUENCE, request.laneSequence, LITTLE_ENDIAN);
    // The window of a lane bounds how far a sequence lies above the floor.
    final long laneSpan = request.write ? request.laneSequence - laneFloor : 0;
    buffer.putLong(
        block + CommandLayout.EPOCH_AND_SPAN,
        CommandLayout.epochAndSpan(epoch, laneSpan),
        LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.PLACEMENT_HASH, request.placementHash, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.ENTITY_HASH, request.entityHash, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.DEADLINE_NS, deadlineNs, LITTLE_ENDIAN);
    buffer.putInt(
        block + CommandLayout.SHARD_AND_ORIGIN,
        CommandLayout.shardAndOrigin(
            request.shardId, originLoop, CommandFlagsEncoder.write(NO_FLAGS, request.write)),
        LITTLE_ENDIAN);
    int keyHeader = block + CommandLayout.BLOCK_LENGTH;
    if (hasItem) {
      buffer.putShort(block + CommandLayout.KEY_ITEM, (short) request.keyItem, LITTLE_ENDIAN);
      keyHeader = block + CommandLayout.ITEM_BLOCK_LENGTH;
    }
    encodeData(buffer, keyHeader, request, slots);
  }

  /** Writes key and payload, as they follow the fields of a command. */
  static void encodeData(
      final MutableDirectBuffer buffer,
      final int keyHeader,
      final PendingRequest request,
      final DirectBuffer slots) {
    final int key = keyHeader + CommandLayout.IDEMPOTENCY_KEY_HEADER_LENGTH;
    buffer.putByte(keyHeader, (byte) request.idempotencyKeyLength);
    // A copy of no bytes would check its bounds all the same.
    if (request.idempotencyKeyLength > 0) {
      buffer.putBytes(key, slots, request.idempotencyKeyOffset(), request.idempotencyKeyLength);
    }
    final int payloadHeader = key + request.idempotencyKeyLength;
    buffer.putShort(payloadHeader, (short) request.payloadLength, LITTLE_ENDIAN);
    buffer.putBytes(
        payloadHeader + CommandLayout.PAYLOAD_HEADER_LENGTH,
        request.payload,
        request.payloadOffset,
        request.payloadLength);
  }

  /** Writes a command that was decoded, as it goes into the ring of its shard. */
  static void copy(final MessageClaim claim, final Command command) {
    final MutableDirectBuffer buffer = claim.buffer();
    final boolean hasItem = command.keyItem != 0;
    MessageHeaderWord.put(
        buffer, claim.offset(), hasItem ? CommandLayout.ITEM_HEADER : CommandLayout.HEADER);
    final int block = claim.offset() + CommandLayout.BLOCK_OFFSET;
    buffer.putLong(
        block + CommandLayout.SHARD_INCARNATION, command.shardIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.ORIGIN_NODE_KEY, command.originNodeKey, LITTLE_ENDIAN);
    buffer.putLong(
        block + CommandLayout.ORIGIN_INCARNATION, command.originIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.CORRELATION_ID, command.correlationId, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.LANE_SEQUENCE, command.laneSequence, LITTLE_ENDIAN);
    buffer.putLong(
        block + CommandLayout.EPOCH_AND_SPAN,
        CommandLayout.epochAndSpan(command.epoch, command.laneSequence - command.laneFloor),
        LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.PLACEMENT_HASH, command.placementHash, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.ENTITY_HASH, command.entityHash, LITTLE_ENDIAN);
    buffer.putLong(block + CommandLayout.DEADLINE_NS, command.deadlineNs, LITTLE_ENDIAN);
    buffer.putInt(
        block + CommandLayout.SHARD_AND_ORIGIN,
        CommandLayout.shardAndOrigin(
            command.shardId,
            command.originLoop,
            CommandFlagsEncoder.write(NO_FLAGS, command.write)),
        LITTLE_ENDIAN);
    int keyHeader = block + CommandLayout.BLOCK_LENGTH;
    if (hasItem) {
      buffer.putShort(block + CommandLayout.KEY_ITEM, (short) command.keyItem, LITTLE_ENDIAN);
      keyHeader = block + CommandLayout.ITEM_BLOCK_LENGTH;
    }
    // Key and payload, each behind its length, stand as they do in every command.
    final int data = command.idempotencyKeyOffset - CommandLayout.IDEMPOTENCY_KEY_HEADER_LENGTH;
    buffer.putBytes(
        keyHeader, command.buffer, data, command.payloadOffset + command.payloadLength - data);
  }
}
