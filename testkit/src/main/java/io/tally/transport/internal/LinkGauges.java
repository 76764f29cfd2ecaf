package io.tally.transport.internal;

import java.util.function.Consumer;

/** What a link holds, which has to be next to nothing when its node has been idle for a while. */
public final class LinkGauges {
  /** A hello may be on its way while the one before it is not acknowledged yet. */
  private static final int HELLOS = 4;

  private static final int HELLO_BYTES = FrameLayout.HEADER_BYTES + FrameLayout.MAX_HELLO_BYTES;

  private LinkGauges() {}

  /**
   * Looks at the link of an idle node.
   *
   * @param link that nobody steps at this moment.
   * @param violations takes a line for each gauge that has not returned to its base.
   */
  public static void check(final ClusterLink link, final Consumer<String> violations) {
    final InboundPeer[] peers = ((LinkReceiver) link.receiver()).peers();
    for (int i = 0; i < peers.length; i++) {
      if (!peers[i].held.isEmpty() || peers[i].heldBytes != 0) {
        violations.accept(peers[i].held.size() + " frames of a peer are held");
      }
      if (peers[i].peer.session() != null) {
        check(peers[i].peer, ((LinkSender) link.sender()).publisher(i), violations);
      }
    }
  }

  private static void check(
      final Peer peer, final PeerPublisher publisher, final Consumer<String> violations) {
    if (peer.outbound().ring().size() != 0) {
      violations.accept("messages wait to be sent");
    }
    // Only its peer frees a window, so that of a peer which is away stays as it was.
    final boolean isAlive = peer.session().isAlive();
    if (isAlive && publisher.unackedBytes() > HELLOS * HELLO_BYTES) {
      violations.accept(publisher.unackedBytes() + " bytes of a peer's window are taken");
    }
    if (isAlive && peer.session().isStalled()) {
      violations.accept("a peer's window is said to be full");
    }
  }
}
