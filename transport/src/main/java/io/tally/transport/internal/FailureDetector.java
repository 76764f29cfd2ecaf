package io.tally.transport.internal;

import io.tally.engine.internal.SteppedAgent;

/**
 * Failure detection: declares a peer down when it is not heard any more, and deaf when it is heard
 * but acknowledges nothing. Owned by the receiver.
 */
final class FailureDetector {
  private final InboundPeer[] peers;
  private final PeerStatusChanges changes;
  private final LinkCounters counters;
  private final long heartbeatTimeoutNs;

  FailureDetector(
      final InboundPeer[] peers,
      final PeerStatusChanges changes,
      final LinkCounters counters,
      final long heartbeatTimeoutNs) {
    this.peers = peers;
    this.changes = changes;
    this.counters = counters;
    this.heartbeatTimeoutNs = heartbeatTimeoutNs;
  }

  /** Returns how many peers were declared down or deaf. */
  int check(final long nowNs) {
    int count = 0;
    for (final InboundPeer inbound : peers) {
      final PeerSession session = inbound.peer.session();
      if (session != null
          && session.isAlive()
          && nowNs - inbound.lastHeardNs >= heartbeatTimeoutNs) {
        counters.increment(LinkCounter.PEERS_SILENT);
        inbound.doubt();
        changes.become(inbound.peer, session, PeerStatus.DOWN);
        count++;
      } else if (session != null && isDeaf(nowNs, inbound, session)) {
        counters.increment(LinkCounter.PEERS_DEAF);
        inbound.doubt();
        changes.become(inbound.peer, session, PeerStatus.DEAF);
        count++;
      }
    }
    return count;
  }

  /** Time during which this node itself stood still does not count against its peers. */
  void onStoodStill(final long durationNs) {
    for (final InboundPeer inbound : peers) {
      inbound.lastHeardNs += durationNs;
      inbound.lastAckedNs += durationNs;
    }
  }

  /** When the first peer will be down or deaf if nothing is heard. */
  long nextTimeoutNs() {
    long next = SteppedAgent.NEVER;
    for (final InboundPeer inbound : peers) {
      final PeerSession session = inbound.peer.session();
      if (session != null && session.isAlive()) {
        next = Math.min(next, inbound.lastHeardNs + heartbeatTimeoutNs);
        if (session.status() == PeerStatus.UP && inbound.isUnacknowledged()) {
          next = Math.min(next, inbound.lastAckedNs + heartbeatTimeoutNs);
        }
      }
    }
    return next;
  }

  /** Whether a peer is ready and has acknowledged nothing of what it was sent. */
  private boolean isDeaf(final long nowNs, final InboundPeer inbound, final PeerSession session) {
    if (!inbound.isUnacknowledged()) {
      inbound.lastAckedNs = nowNs;
    }
    final boolean isSentTo =
        session.status() == PeerStatus.UP
            || session.status() == PeerStatus.STARTING && inbound.isReady(session);
    return isSentTo && nowNs - inbound.lastAckedNs >= heartbeatTimeoutNs;
  }
}
