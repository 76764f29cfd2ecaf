package io.tally.engine.internal;

import io.tally.engine.internal.codecs.ReplyCode;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Single messages as the proxies write them, for tests that play a peer. */
final class Messages {
  /** Who sent a command, and where it stands in its lane. */
  record Address(
      long shardIncarnation,
      long epoch,
      long originNodeKey,
      long originIncarnation,
      int originLoop,
      long correlationId,
      long laneSequence,
      long laneFloor) {}

  private Messages() {}

  /** A write if it has a lane sequence, else a read. */
  static byte[] command(
      final Address address,
      final long placementHash,
      final long entityHash,
      final long deadlineNs,
      final int shardId,
      final byte[] key,
      final byte[] payload) {
    final boolean write = address.laneSequence != 0;
    return command(address, write, placementHash, entityHash, deadlineNs, shardId, key, 0, payload);
  }

  /** A write that is an item of its entity under the key. */
  static byte[] item(
      final Address address,
      final long placementHash,
      final long entityHash,
      final long deadlineNs,
      final int shardId,
      final byte[] key,
      final int keyItem,
      final byte[] payload) {
    return command(
        address, true, placementHash, entityHash, deadlineNs, shardId, key, keyItem, payload);
  }

  /** The registration of a watch; its lane sequence says what is held. */
  static byte[] watch(
      final Address address,
      final long placementHash,
      final long entityHash,
      final long deadlineNs,
      final int shardId,
      final byte[] payload) {
    return command(
        address, false, placementHash, entityHash, deadlineNs, shardId, new byte[0], 0, payload);
  }

  private static byte[] command(
      final Address address,
      final boolean write,
      final long placementHash,
      final long entityHash,
      final long deadlineNs,
      final int shardId,
      final byte[] key,
      final int keyItem,
      final byte[] payload) {
    final UnsafeBuffer slots = new UnsafeBuffer(new byte[1 << 12]);
    final PendingRequest request = new PendingRequest(0, 1 << 12, 1 << 11, slots);
    request.shardIncarnation = address.shardIncarnation;
    request.correlationId = address.correlationId;
    request.laneSequence = address.laneSequence;
    request.write = write;
    request.placementHash = placementHash;
    request.entityHash = entityHash;
    request.shardId = shardId;
    request.idempotencyKeyLength = key.length;
    request.keyItem = keyItem;
    request.payloadLength = payload.length;
    slots.putBytes(request.idempotencyKeyOffset(), key);
    slots.putBytes(request.payloadOffset, payload);
    final CommandProxy proxy =
        new CommandProxy(address.originNodeKey, address.originIncarnation, address.originLoop);
    return claimed(
        CommandLayout.encodedLength(keyItem, key.length, payload.length),
        claim -> proxy.encode(claim, request, address.epoch, address.laneFloor, deadlineNs, slots));
  }

  static byte[] reply(
      final Command command,
      final long shardIncarnation,
      final ReplyCode code,
      final int serviceCode,
      final boolean replayed,
      final byte[] payload) {
    final UnsafeBuffer buffer = new UnsafeBuffer(payload);
    return claimed(
        ReplyLayout.encodedLength(payload.length),
        claim ->
            new ReplyProxy()
                .encode(
                    claim,
                    command,
                    shardIncarnation,
                    code,
                    serviceCode,
                    replayed,
                    buffer,
                    0,
                    payload.length));
  }

  static Command decode(final byte[] message) {
    return new CommandAdapter().decode(new UnsafeBuffer(message), 0, message.length);
  }

  private static byte[] claimed(final int length, final Consumer<MessageClaim> encode) {
    final ManyToOneRingBuffer ring =
        new ManyToOneRingBuffer(
            new UnsafeBuffer(
                ByteBuffer.allocateDirect((1 << 14) + RingBufferDescriptor.TRAILER_LENGTH)));
    final MessageClaim claim = new MessageClaim();
    claim.wrap(ring, ring.tryClaim(1, length), 0, length);
    encode.accept(claim);
    final byte[] bytes = new byte[length];
    claim.buffer().getBytes(claim.offset(), bytes);
    claim.commit();
    return bytes;
  }
}
