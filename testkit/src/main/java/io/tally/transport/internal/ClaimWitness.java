package io.tally.transport.internal;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * Watches what the agents of a node claim for its peers: that a message is claimed for the process
 * that it is meant for, and that none leaves which was claimed before an outage of its peer.
 */
public final class ClaimWitness {
  /** A message that waits in the record of a ring that ends at a position, and where in it. */
  private record Claim(long position, int endInRecord, int era) {}

  /** What was claimed for a peer, and how often it went away or was replaced. */
  private static final class Claims {
    private final Peer peer;
    private final PeerPublisher publisher;
    private final ArrayDeque<Claim> waiting = new ArrayDeque<>();
    private long seen;
    private int era;
    private int eraOfFrame;

    Claims(final Peer peer, final PeerPublisher publisher) {
      this.peer = peer;
      this.publisher = publisher;
    }

    int era() {
      final PeerSession current = peer.session();
      if (current != null && current.era() != seen) {
        seen = current.era();
        era++;
      }
      return era;
    }
  }

  /** What an agent has claimed. It gathers messages in the same way as {@link LinkOutput}. */
  public final class Output {
    private final Map<Claims, ArrayDeque<Claim>> gathered = new HashMap<>();

    /**
     * Whether a message waits until it is flushed.
     *
     * @param length of the message.
     * @return false if it is claimed alone, behind all that were gathered before.
     */
    public boolean isGathered(final int length) {
      return FrameLayout.messageOffset(OutboundRing.ERA_BYTES) + length <= gatheredBytes;
    }

    /**
     * The agent has asked for room for a message, and was not told that the peer is down. For one
     * that is not gathered it has flushed before.
     *
     * @param nodeIndex of the peer that it goes to.
     * @param incarnation of the peer that it is meant for.
     * @param length of the message.
     * @param claimed whether it got room. Where there is none, it may have found out by a flush.
     */
    public void onTried(
        final int nodeIndex, final long incarnation, final int length, final boolean claimed) {
      for (final Claims ofPeer : claims.values()) {
        if (ofPeer.peer.index == nodeIndex) {
          if (claimed && ofPeer.peer.session().incarnation != incarnation) {
            violations.accept("meant: a message was claimed for another process");
          }
          onTried(ofPeer, length, claimed);
        }
      }
    }

    private void onTried(final Claims ofPeer, final int length, final boolean claimed) {
      final int era = ofPeer.era();
      if (!isGathered(length)) {
        if (claimed) {
          ofPeer.waiting.add(
              new Claim(
                  ofPeer.peer.outbound().ring().producerPosition(),
                  OutboundRing.ERA_BYTES + length,
                  era));
        }
        return;
      }
      final ArrayDeque<Claim> before = gathered.computeIfAbsent(ofPeer, peer -> new ArrayDeque<>());
      int end = before.isEmpty() ? OutboundRing.ERA_BYTES : before.peekLast().endInRecord;
      if (end + FrameLayout.LENGTH_BYTES + length > gatheredBytes || isOutdated(ofPeer, before)) {
        move(ofPeer, before, ofPeer.peer.outbound().ring().producerPosition());
        end = OutboundRing.ERA_BYTES;
      }
      if (claimed) {
        before.add(new Claim(0, end + FrameLayout.LENGTH_BYTES + length, era));
      }
    }

    /**
     * The agent has asked for more room for the message that it claimed last.
     *
     * @param nodeIndex of the peer that it goes to.
     * @param length of the room.
     * @param extended whether it got it. Where it did not, messages may have been dropped.
     */
    public void onTriedToExtend(final int nodeIndex, final int length, final boolean extended) {
      for (final Claims ofPeer : claims.values()) {
        if (ofPeer.peer.index == nodeIndex) {
          onTriedToExtend(ofPeer, length, extended);
        }
      }
    }

    private void onTriedToExtend(final Claims ofPeer, final int length, final boolean extended) {
      final ArrayDeque<Claim> before = gathered.get(ofPeer);
      if (extended) {
        final Claim last = before.removeLast();
        before.add(new Claim(0, last.endInRecord + length, last.era));
      }
    }

    /** The agent is about to flush. */
    public void onFlush() {
      gathered.forEach(
          (ofPeer, messages) -> {
            if (!messages.isEmpty()) {
              move(ofPeer, messages, end(ofPeer.peer, messages.peekLast().endInRecord));
            }
          });
    }

    /** Where the next record of this length will end in the ring. */
    private long end(final Peer peer, final int length) {
      final ManyToOneRingBuffer ring = peer.outbound().ring();
      final long position = ring.producerPosition();
      final int record = OutboundRing.recordBytes(length);
      final int beforeEnd = ring.capacity() - (int) (position & ring.capacity() - 1);
      return position + record + (record > beforeEnd ? beforeEnd : 0);
    }

    private void move(final Claims ofPeer, final ArrayDeque<Claim> messages, final long position) {
      if (!isOutdated(ofPeer, messages)) {
        for (final Claim message : messages) {
          ofPeer.waiting.add(new Claim(position, message.endInRecord, message.era));
        }
      }
      messages.clear();
    }

    private boolean isOutdated(final Claims ofPeer, final ArrayDeque<Claim> messages) {
      return !messages.isEmpty() && messages.peekFirst().era != ofPeer.era();
    }
  }

  private final int gatheredBytes;
  private final Consumer<String> violations;
  private final Map<Long, Claims> claims = new HashMap<>();

  ClaimWitness(final int gatheredBytes, final Consumer<String> violations) {
    this.gatheredBytes = gatheredBytes;
    this.violations = violations;
  }

  void attach(final ClusterLink link) {
    final InboundPeer[] peers = ((LinkReceiver) link.receiver()).peers();
    for (int i = 0; i < peers.length; i++) {
      claims.put(
          peers[i].peer.key, new Claims(peers[i].peer, ((LinkSender) link.sender()).publisher(i)));
    }
  }

  Output newOutput() {
    return new Output();
  }

  PeerSession session(final long nodeKey) {
    return claims.get(nodeKey).peer.session();
  }

  /** The link is about to fill a frame. */
  void onFrame() {
    claims.values().forEach(ofPeer -> ofPeer.eraOfFrame = ofPeer.era());
  }

  /**
   * A frame leaves. It holds the messages that were read from the ring last; those before were
   * dropped.
   */
  void onMessagesLeave(final long nodeKey, final int messageCount) {
    if (messageCount == 0) {
      return;
    }
    final Claims ofPeer = claims.get(nodeKey);
    final long readPosition = ofPeer.peer.outbound().ring().consumerPosition();
    final int takenBytes = ofPeer.publisher.takenBytes();
    final ArrayDeque<Claim> read = new ArrayDeque<>();
    while (!ofPeer.waiting.isEmpty()
        && (ofPeer.waiting.peekFirst().position <= readPosition
            || ofPeer.waiting.peekFirst().endInRecord <= takenBytes)) {
      read.add(ofPeer.waiting.removeFirst());
    }
    for (int i = 0; i < messageCount; i++) {
      if (read.removeLast().era < ofPeer.eraOfFrame) {
        violations.accept("outage: a message left that was claimed before its peer went away");
      }
    }
  }
}
