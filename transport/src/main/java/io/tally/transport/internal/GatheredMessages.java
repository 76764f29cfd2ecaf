package io.tally.transport.internal;

import static io.tally.transport.internal.OutboundRing.recordBytes;

import io.tally.engine.internal.MessageClaim;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * Messages of one agent to one peer, which become one record of its ring: written where they stay
 * in the caches of the processor, and claimed once for all. Used by one thread at a time.
 */
final class GatheredMessages implements MessageClaim.Gathered {
  /** Room is reserved in steps of so many bytes, as threads share what says how much there is. */
  private static final int RESERVED_STEP = 1 << 11;

  private final Peer peer;
  private final OutboundRing outbound;
  private final LinkCounters counters;
  private final int capacity;
  private final UnsafeBuffer buffer;
  private int limit = OutboundRing.ERA_BYTES;

  /** Where the length stands of the message that was claimed last; 0 if it cannot be extended. */
  private int lastPosition;

  private int reservedBytes;

  /** What the messages are meant for: what was claimed in one era must not leave in another. */
  private PeerSession session;

  private long era;

  GatheredMessages(final Peer peer, final LinkCounters counters) {
    this.peer = peer;
    this.counters = counters;
    outbound = peer.outbound();
    capacity = OutboundRing.gatheredBytes(outbound.ring().capacity());
    buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
  }

  boolean isEmpty() {
    return limit == OutboundRing.ERA_BYTES;
  }

  /** What the message is meant for that was claimed last. */
  PeerSession session() {
    return session;
  }

  /** Returns false if there is no room. */
  boolean tryClaim(
      final PeerSession ofSession, final long ofEra, final int length, final MessageClaim claim) {
    if (!isEmpty() && era != ofEra) {
      drop();
    }
    if (FrameLayout.messageOffset(limit) + length > capacity) {
      // In their order.
      flush();
      if (FrameLayout.messageOffset(limit) + length > capacity) {
        session = ofSession;
        return tryClaimAlone(ofEra, length, claim);
      }
    }
    final int offset = FrameLayout.messageOffset(limit);
    if (!tryReserve(offset + length)) {
      return false;
    }
    if (isEmpty()) {
      session = ofSession;
      era = ofEra;
      OutboundRing.era(buffer, 0, ofEra);
    }
    FrameLayout.messageLength(buffer, limit, length);
    lastPosition = limit;
    limit = offset + length;
    claim.wrap(this, buffer, offset, length);
    return true;
  }

  /** Returns false if there is no message any more that could be extended, or no room. */
  boolean tryExtend(final long incarnation, final int length, final MessageClaim claim) {
    dropOutdated();
    final int offset = limit;
    if (lastPosition == 0
        || session.incarnation != incarnation
        || offset + length > capacity
        || !tryReserve(offset + length)) {
      return false;
    }
    end(offset + length);
    claim.wrap(this, buffer, offset, length);
    return true;
  }

  /** The last message ends here. */
  private void end(final int position) {
    limit = position;
    FrameLayout.messageLength(
        buffer, lastPosition, position - FrameLayout.messageOffset(lastPosition));
  }

  private boolean tryReserve(final int bytes) {
    final int needed = recordBytes(bytes);
    if (needed <= reservedBytes) {
      return true;
    }
    final int more =
        Math.min(BitUtil.align(needed, RESERVED_STEP), recordBytes(capacity)) - reservedBytes;
    if (!outbound.tryReserve(more)) {
      return false;
    }
    reservedBytes += more;
    return true;
  }

  private boolean tryClaimAlone(final long ofEra, final int length, final MessageClaim claim) {
    final ManyToOneRingBuffer ring = outbound.ring();
    final int recordLength = OutboundRing.ERA_BYTES + length;
    final int bytes = recordBytes(recordLength);
    if (recordLength <= ring.maxMsgLength() && !outbound.tryReserve(bytes)) {
      return false;
    }
    final int index = ring.tryClaim(OutboundRing.MESSAGE, recordLength);
    OutboundRing.era(ring.buffer(), index, ofEra);
    claim.wrap(ring, index, OutboundRing.ERA_BYTES, length);
    outbound.release(bytes);
    return true;
  }

  @Override
  public void takeBack(final int offset) {
    if (offset == FrameLayout.messageOffset(lastPosition)) {
      limit = lastPosition;
      lastPosition = 0;
    } else {
      end(offset);
    }
  }

  private void dropOutdated() {
    if (!isEmpty() && peer.session().era() != era) {
      drop();
    }
  }

  private void drop() {
    counters.add(
        LinkCounter.MESSAGES_DROPPED, FrameLayout.carried(buffer, OutboundRing.ERA_BYTES, limit));
    clear();
  }

  private void clear() {
    limit = OutboundRing.ERA_BYTES;
    lastPosition = 0;
  }

  /** Hands them to the sender. There is room, since it was reserved. */
  void flush() {
    dropOutdated();
    if (!isEmpty()) {
      final ManyToOneRingBuffer ring = outbound.ring();
      final int index = ring.tryClaim(OutboundRing.MESSAGES, limit);
      ring.buffer().putBytes(index, buffer, 0, limit);
      ring.commit(index);
      clear();
    }
    if (reservedBytes > 0) {
      outbound.release(reservedBytes);
      reservedBytes = 0;
    }
  }
}
