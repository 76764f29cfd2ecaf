package io.tally.transport.internal;

import java.util.ArrayDeque;

/**
 * The receiver's half of one peer: when it was heard, and the frames of it that found no room yet.
 */
final class InboundPeer {
  final Peer peer;
  final PeerShards shards;
  final ArrayDeque<HeldFrame> held = new ArrayDeque<>();
  long heldBytes;
  long lastHeardNs;

  /** When the peer last acknowledged something new, or had nothing to acknowledge. */
  long lastAckedNs;

  /**
   * The last frame whose acknowledgement proves nothing: only that of a later one shows that the
   * peer hears this node.
   */
  long provesNothingUpTo;

  long wallClockMs;

  /**
   * The last incarnation that said it drains. A hello from before that comes late changes nothing.
   */
  long drainingIncarnation;

  /**
   * The last incarnation that said goodbye. A hello from before that comes late changes nothing.
   */
  long leftIncarnation;

  InboundPeer(final Peer peer, final PeerShards shards) {
    this.peer = peer;
    this.shards = shards;
  }

  /** The highest incarnation of this peer that was ever found plausible. */
  long believedIncarnation() {
    final PeerSession session = peer.session();
    return Math.max(peer.readyIncarnation(), session == null ? 0 : session.incarnation);
  }

  /** Whether this is the incarnation that was ready last. */
  boolean isReady(final PeerSession session) {
    return session.incarnation == peer.readyIncarnation();
  }

  boolean isUnacknowledged() {
    return peer.sentFrame() > peer.session().ackedByPeer();
  }

  /** Has the peer show anew that it hears this node. */
  void doubt() {
    peer.session().hearing(false);
    provesNothingUpTo = peer.sentFrame();
  }

  void hold(final HeldFrame frame) {
    held.addLast(frame);
    heldBytes += frame.keptBytes();
  }

  void release() {
    heldBytes -= held.removeFirst().keptBytes();
  }

  int dropHeld() {
    final int count = held.size();
    held.clear();
    heldBytes = 0;
    return count;
  }

  /** A frame whose messages from {@link #position} on were not accepted yet, or not wholly. */
  static final class HeldFrame {
    /** The objects around the bytes, which are more than those of a short frame. */
    private static final int OBJECT_BYTES = 64;

    final byte[] bytes;
    final long frameNumber;
    final long arrivalNs;
    int position;

    /** Of the message at the position, how many commands were taken. */
    int taken;

    HeldFrame(
        final byte[] bytes,
        final long frameNumber,
        final long arrivalNs,
        final int position,
        final int taken) {
      this.bytes = bytes;
      this.frameNumber = frameNumber;
      this.arrivalNs = arrivalNs;
      this.position = position;
      this.taken = taken;
    }

    private int keptBytes() {
      return bytes.length + OBJECT_BYTES;
    }
  }
}
