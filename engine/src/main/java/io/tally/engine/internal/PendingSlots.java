package io.tally.engine.internal;

import io.tally.engine.EngineSettings;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The pool of one ingress's pending requests, each with a slot of one buffer for its payload and
 * its idempotency key. A payload that is too long for the slot lies beside it, in memory of its own
 * that goes with the request; all of them together are bounded in bytes. All but {@link
 * #shownClaimedCount()} belongs to the ingress's thread.
 */
final class PendingSlots {
  private static final int INDEX_MASK = EngineSettings.MAX_PENDING_SLOTS - 1;
  private static final int INDEX_BITS = Integer.bitCount(INDEX_MASK);

  private final int shortPayloadLength;
  private final int slotLength;
  private final long maxLongBytes;
  private final UnsafeBuffer buffer;
  private final PendingRequest[] requests;
  private final PendingRequest[] free;
  private final AtomicInteger shownClaimedCount = new AtomicInteger();
  private int createdCount;
  private int freeCount;
  private int claimedCount;
  private long claimSequence;
  private long longBytes;

  PendingSlots(final int slotCount, final int shortPayloadLength, final long maxLongBytes) {
    this.shortPayloadLength = shortPayloadLength;
    this.maxLongBytes = maxLongBytes;
    slotLength = slotLength(shortPayloadLength);
    buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(Math.multiplyExact(slotCount, slotLength)));
    requests = new PendingRequest[slotCount];
    free = new PendingRequest[slotCount];
  }

  static int slotLength(final int shortPayloadLength) {
    return BitUtil.align(
        shortPayloadLength + CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH, BitUtil.CACHE_LINE_LENGTH);
  }

  boolean isLong(final int payloadLength) {
    return payloadLength > shortPayloadLength;
  }

  /** Whether a long payload may lie beside the slots. */
  boolean hasRoom(final int payloadLength) {
    return payloadLength <= maxLongBytes - longBytes;
  }

  /** Gives a claimed request a long payload, for which there is room. */
  void takeLong(final PendingRequest request, final int payloadLength) {
    request.payload = new UnsafeBuffer(new byte[payloadLength]);
    longBytes += payloadLength;
    request.payloadOffset = 0;
  }

  /** Takes a free slot under a new correlation id, which names its index; null if none is free. */
  PendingRequest claim() {
    final PendingRequest request;
    if (freeCount > 0) {
      request = free[--freeCount];
    } else if (createdCount < requests.length) {
      request = new PendingRequest(createdCount, slotLength, shortPayloadLength, buffer);
      requests[createdCount++] = request;
    } else {
      return null;
    }
    request.state = PendingRequest.CLAIMED;
    request.correlationId = ++claimSequence << INDEX_BITS | request.index;
    shownClaimedCount.lazySet(++claimedCount);
    return request;
  }

  void release(final PendingRequest request) {
    request.state = PendingRequest.FREE;
    request.handler = null;
    if (request.payload != buffer) {
      longBytes -= request.payload.capacity();
      request.payload = buffer;
      request.payloadOffset = request.slotOffset;
    }
    free[freeCount++] = request;
    shownClaimedCount.lazySet(--claimedCount);
  }

  /** The request that was claimed and not yet submitted under this id. */
  PendingRequest claimed(final long correlationId) {
    final PendingRequest request = requests[(int) correlationId & INDEX_MASK];
    if (request.correlationId != correlationId || request.state != PendingRequest.CLAIMED) {
      throw new IllegalStateException("not claimed: " + correlationId);
    }
    return request;
  }

  /** The request with this id that awaits a reply, or null: ids come from other nodes, too. */
  PendingRequest sent(final long correlationId) {
    final int index = (int) correlationId & INDEX_MASK;
    final PendingRequest request = index < createdCount ? requests[index] : null;
    return request == null
            || request.correlationId != correlationId
            || request.state != PendingRequest.SENT
        ? null
        : request;
  }

  /** What the payload of a request may have at most. */
  int maxPayloadLength(final PendingRequest request) {
    return request.payload == buffer ? shortPayloadLength : request.payload.capacity();
  }

  UnsafeBuffer buffer() {
    return buffer;
  }

  int capacity() {
    return requests.length;
  }

  int claimedCount() {
    return claimedCount;
  }

  /** The number of claimed slots for any thread, as of a moment ago. */
  int shownClaimedCount() {
    return shownClaimedCount.getAcquire();
  }
}
