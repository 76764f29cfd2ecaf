package io.tally.transport.internal;

import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * Whether a peer that drains may be told that this node awaits nothing more of it, and whether that
 * was said. Owned by the sender.
 */
final class PeerResolution {
  /** Asks the engine; see {@link io.tally.engine.internal.InboundHandler#isResolved}. */
  interface Unresolved {
    boolean isResolved(int nodeIndex, long incarnation);
  }

  private static final long NOT_RESOLVED = -1;

  private final Peer peer;
  private final Unresolved commands;
  private long resolvedPosition = NOT_RESOLVED;
  private boolean said;

  PeerResolution(final Peer peer, final Unresolved commands) {
    this.peer = peer;
    this.commands = commands;
  }

  /** Begins another session. */
  void begin() {
    resolvedPosition = NOT_RESOLVED;
    said = false;
  }

  /**
   * Whether the peer drains, no command of this node is unresolved there, and no copy of one waits
   * here to be sent to it.
   */
  boolean isResolved(final PeerSession session) {
    if (session.status() != PeerStatus.DRAINING
        || !commands.isResolved(peer.index, session.incarnation)) {
      return false;
    }
    final ManyToOneRingBuffer ring = peer.outbound().ring();
    if (resolvedPosition == NOT_RESOLVED) {
      resolvedPosition = ring.producerPosition();
    }
    return ring.consumerPosition() - resolvedPosition >= 0;
  }

  boolean isSaid() {
    return said;
  }

  void say(final boolean resolved) {
    said = resolved;
  }
}
