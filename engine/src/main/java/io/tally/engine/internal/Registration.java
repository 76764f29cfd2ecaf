package io.tally.engine.internal;

import io.tally.engine.EntityMessage;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Interest of one node in one entity, as the owner keeps it. Belongs to its shard. */
final class Registration {
  /** Heap that one takes, with the longest payload and its place in an index that has doubled. */
  static final int MAX_BYTES = 288 + MessageLengths.SHORT_COMMAND_BOUND;

  final ServiceSlot slot;
  final int idHash;
  final long originNodeKey;
  private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
  private long entityHash;
  private long originIncarnation;
  private int originLoop;
  private long watchId;
  private long payloadHeader;
  private int payloadLength;
  private int idOffset;
  private int idLength;
  ServiceMessages.Known message;
  long toldVersion;
  long expiryNs;
  boolean isChanged;
  boolean isRemoved;
  Registration nextOfHash;
  Registration nextChanged;
  Registration earlier;
  Registration later;

  Registration(final ServiceSlot slot, final int idHash, final long originNodeKey) {
    this.slot = slot;
    this.idHash = idHash;
    this.originNodeKey = originNodeKey;
  }

  boolean isOfLaterIncarnation(final Command command) {
    return originIncarnation > command.originIncarnation;
  }

  boolean isOf(
      final ServiceSlot ofSlot, final DirectBuffer buffer, final int offset, final int length) {
    if (slot != ofSlot || idLength != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (payload.getByte(idOffset + i) != buffer.getByte(offset + i)) {
        return false;
      }
    }
    return true;
  }

  /** Has what this command says watched from now on, for whom it says. */
  void renew(
      final Command command, final EntityMessage entity, final ServiceMessages.Known readMessage) {
    message = readMessage;
    entityHash = command.entityHash;
    idOffset = entity.idOffset() - command.payloadOffset;
    idLength = entity.idLength();
    originIncarnation = command.originIncarnation;
    originLoop = command.originLoop;
    watchId = command.correlationId;
    payloadHeader = command.payloadHeader;
    payloadLength = command.payloadLength;
    if (payload.capacity() < payloadLength) {
      payload.wrap(new byte[payloadLength]);
    }
    payload.putBytes(0, command.buffer, command.payloadOffset, payloadLength);
  }

  /** Makes the command that its origin would send. */
  void copyTo(final Command command) {
    command.originNodeKey = originNodeKey;
    command.originIncarnation = originIncarnation;
    command.originLoop = originLoop;
    command.correlationId = watchId;
    command.entityHash = entityHash;
    command.buffer = payload;
    command.payloadOffset = 0;
    command.payloadLength = payloadLength;
    command.payloadHeader = payloadHeader;
  }
}
