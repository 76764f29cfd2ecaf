package io.tally.transport.internal;

import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import io.tally.engine.internal.Wakeup;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * Takes the messages that an agent of this node has for peers, and hands them to the sender when
 * they are flushed.
 */
final class LinkOutput implements NodeOutput {
  /** What is only spare may fill this share of a ring, one in so many. */
  private static final int SPARE_SHARE = 4;

  private final PeerTable peers;
  private final FrameCarrier carrier;
  private final Wakeup senderWakeup;
  private final LinkCounters counters;
  private final GatheredMessages[] gathered;

  LinkOutput(
      final PeerTable peers,
      final FrameCarrier carrier,
      final Wakeup senderWakeup,
      final LinkCounters counters) {
    this.peers = peers;
    this.carrier = carrier;
    this.senderWakeup = senderWakeup;
    this.counters = counters;
    gathered = new GatheredMessages[peers.nodeCount()];
  }

  @Override
  public int tryClaim(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    GatheredMessages messages = gathered[nodeIndex];
    // Asked once for all that is gathered.
    final boolean isConnected = messages != null && !messages.isEmpty() || carrier.isConnected();
    final Peer peer = peers.get(nodeIndex);
    final PeerSession session = peer == null ? null : peer.session();
    if (session == null || session.incarnation != incarnation) {
      return DOWN;
    }
    // Before the status: the message is for the era in which the peer was seen serving.
    final long era = session.era();
    if (!session.isServing()) {
      return DOWN;
    }
    if (!isConnected) {
      // The peer may be alive: until its heartbeat timeout has passed, it is better to wait than to
      // lose the message.
      return BACK_PRESSURED;
    }
    if (messages == null) {
      messages = new GatheredMessages(peer, counters);
      gathered[nodeIndex] = messages;
    }
    if (!messages.tryClaim(session, era, length, claim)) {
      counters.add(LinkCounter.QUEUE_FULL, 1);
      return BACK_PRESSURED;
    }
    return CLAIMED;
  }

  @Override
  public boolean tryExtend(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    final GatheredMessages messages = gathered[nodeIndex];
    return messages != null && messages.tryExtend(incarnation, length, claim);
  }

  @Override
  public long deadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    return gathered[nodeIndex].session().deadlineNs(startNs, timeoutNs);
  }

  @Override
  public boolean hasSpareRoom(final int nodeIndex) {
    final Peer peer = peers.get(nodeIndex);
    if (peer == null || !peer.isServing()) {
      return false;
    }
    final ManyToOneRingBuffer ring = peer.outbound().ring();
    return ring.size() < ring.capacity() / SPARE_SHARE;
  }

  /** Wakes the sender if it has not seen all. */
  @Override
  public void flush() {
    for (final GatheredMessages messages : gathered) {
      if (messages != null) {
        messages.flush();
      }
    }
    for (final Peer peer : peers.others()) {
      if (peer.hasUnseenMessages()) {
        senderWakeup.wake();
        return;
      }
    }
  }
}
