package io.tally.transport.internal;

/**
 * Changes the status of peers, and remembers for the rest of the receiver's step who has to see it.
 * Owned by the receiver.
 */
final class PeerStatusChanges {
  private final PeerTable peers;
  private final LinkListener listener;
  private boolean senderNeeded;
  private boolean drainingHeard;

  PeerStatusChanges(final PeerTable peers, final LinkListener listener) {
    this.peers = peers;
    this.listener = listener;
  }

  void become(final Peer peer, final PeerSession session, final PeerStatus status) {
    session.status(status);
    peers.onStatusChanged();
    drainingHeard |= status == PeerStatus.DRAINING;
    senderNeeded = true;
    listener.onPeerStatus(peer.id, session.incarnation, status);
  }

  void onReplaced() {
    peers.onStatusChanged();
    senderNeeded = true;
  }

  /** Notes that something happened which the sender has to see soon. */
  void needSender() {
    senderNeeded = true;
  }

  /** Whether something happened since the last call that the sender has to see soon. */
  boolean takeSenderNeeded() {
    final boolean needed = senderNeeded;
    senderNeeded = false;
    return needed;
  }

  /** Whether a peer said since the last call that it drains. */
  boolean takeDrainingHeard() {
    final boolean heard = drainingHeard;
    drainingHeard = false;
    return heard;
  }
}
