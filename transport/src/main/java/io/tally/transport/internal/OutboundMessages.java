package io.tally.transport.internal;

import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeLink;
import io.tally.engine.internal.Wakeup;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/** Takes the messages that this node's threads have for peers, until the sender comes for them. */
final class OutboundMessages {
  private static final int MESSAGE_TYPE_ID = 1;

  /** What is only spare may fill this share of a ring, one in so many. */
  private static final int SPARE_SHARE = 4;

  private final PeerTable peers;
  private final FrameCarrier carrier;
  private final Wakeup senderWakeup;
  private final LinkCounters counters;

  OutboundMessages(
      final PeerTable peers,
      final FrameCarrier carrier,
      final Wakeup senderWakeup,
      final LinkCounters counters) {
    this.peers = peers;
    this.carrier = carrier;
    this.senderWakeup = senderWakeup;
    this.counters = counters;
  }

  /** As {@link NodeLink#tryClaim}. */
  int tryClaim(final int nodeIndex, final int length, final MessageClaim claim) {
    final Peer peer = peers.get(nodeIndex);
    if (peer == null || !peer.isServing()) {
      return NodeLink.DOWN;
    }
    if (!carrier.isConnected()) {
      // The peer may be alive: until its heartbeat timeout has passed, it is better to wait than to
      // lose the message.
      return NodeLink.BACK_PRESSURED;
    }
    final ManyToOneRingBuffer ring = peer.outbound();
    final int index = ring.tryClaim(MESSAGE_TYPE_ID, length);
    if (index < 0) {
      counters.add(LinkCounter.QUEUE_FULL, 1);
      return NodeLink.BACK_PRESSURED;
    }
    claim.wrap(ring, index, length);
    return NodeLink.CLAIMED;
  }

  /** As {@link NodeLink#hasSpareRoom}. */
  boolean hasSpareRoom(final int nodeIndex) {
    final Peer peer = peers.get(nodeIndex);
    if (peer == null || !peer.isServing()) {
      return false;
    }
    final ManyToOneRingBuffer ring = peer.outbound();
    return ring.size() < ring.capacity() / SPARE_SHARE;
  }

  /** Wakes the sender if it has not seen all. */
  void flush() {
    for (final Peer peer : peers.others()) {
      if (peer.hasUnseenMessages()) {
        senderWakeup.wake();
        return;
      }
    }
  }
}
