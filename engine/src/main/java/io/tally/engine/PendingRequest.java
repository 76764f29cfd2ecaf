package io.tally.engine;

/**
 * A request in one of an ingress's {@link PendingSlots}, from its claim to its end. Reused; belongs
 * to the ingress's thread.
 */
final class PendingRequest {
  /** In no list, waiting for its next claim. */
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
  final int payloadOffset;
  private final int maxPayloadLength;
  int state = FREE;
  long correlationId;
  ReplyHandler handler;
  long cookie;
  boolean write;
  long placementHash;
  long entityHash;
  int shardId;
  long shardIncarnation;
  long laneSequence;
  long claimedNs;
  long deadlineNs;
  long turnNs;
  int idempotencyKeyLength;
  int payloadLength;
  long messageHeader;

  /** As {@link ServiceCatalog#indexOf} says. */
  int messageType;

  PendingRequest(final int index, final int slotLength, final int maxPayloadLength) {
    this.index = index;
    this.maxPayloadLength = maxPayloadLength;
    payloadOffset = index * slotLength;
  }

  int idempotencyKeyOffset() {
    return payloadOffset + maxPayloadLength;
  }
}
