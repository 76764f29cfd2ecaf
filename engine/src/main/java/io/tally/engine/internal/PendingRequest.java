package io.tally.engine.internal;

import io.tally.engine.ReplyHandler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A request in one of an ingress's {@link PendingSlots}, from its claim to its end. Reused; belongs
 * to the ingress's thread.
 */
final class PendingRequest {
  /** It is in no list, and waits for its next claim. */
  static final int FREE = 0;

  /** Claimed, being encoded. */
  static final int CLAIMED = 1;

  /** No copy has left yet. */
  static final int WAITING = 2;

  /** At least one copy has left. */
  static final int SENT = 3;

  final int index;
  final PendingList.Link byDeadline = new PendingList.Link(this);
  final PendingList.Link byTurn = new PendingList.Link(this);
  final int slotOffset;
  private final int shortPayloadLength;

  /** Holds the payload: the slots' buffer, or one of the request's own. */
  UnsafeBuffer payload;

  int payloadOffset;
  int state = FREE;
  long correlationId;
  ReplyHandler handler;
  long cookie;
  boolean write;
  long placementHash;
  long entityHash;
  int shardId;
  long shardIncarnation;

  /** The process that the last copy went to; of no meaning where the shard is owned here. */
  long ownerIncarnation;

  long laneSequence;
  long claimedNs;
  long deadlineNs;
  long turnNs;
  int idempotencyKeyLength;

  /** The number of its item under the key, from 1; 0 for a key of its own. */
  int keyItem;

  int payloadLength;
  long messageHeader;

  /** The index of its message, as {@link ServiceCatalog#indexOf} says. */
  int messageType;

  PendingRequest(
      final int index,
      final int slotLength,
      final int shortPayloadLength,
      final UnsafeBuffer slots) {
    this.index = index;
    this.shortPayloadLength = shortPayloadLength;
    slotOffset = index * slotLength;
    payload = slots;
    payloadOffset = slotOffset;
  }

  /** The key stands in the slots' buffer, wherever the payload is. */
  int idempotencyKeyOffset() {
    return slotOffset + shortPayloadLength;
  }
}
