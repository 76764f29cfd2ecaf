package io.tally.transport.internal;

/**
 * Whether the incarnations that others name can be true. A mistaken process could otherwise end
 * this one, or keep its own successors out for ever, by a number that nobody can exceed. The latest
 * clock of all counts, so that one wrong clock, whosever it is, does not get others refused. An
 * incarnation that was found plausible once is not judged again, since the clock that it was made
 * of may have been set right meanwhile. Owned by the receiver.
 */
final class IncarnationTrust {
  private final LocalNode local;
  private final InboundPeer[] peers;

  IncarnationTrust(final LocalNode local, final InboundPeer[] peers) {
    this.local = local;
    this.peers = peers;
  }

  /** Whether a hello can be believed. The peer is null if it is of another process of this node. */
  boolean isPlausible(final InboundPeer inbound, final Hello hello) {
    final long latestMs = Math.max(latestWallClockMs(), hello.wallClockMs);
    final long knownMs = Math.max(latestMs, hello.knownWallClockMs);
    final long believed = inbound == null ? local.incarnation : inbound.believedIncarnation();
    return isPlausible(hello.incarnation, believed, latestMs)
        && isPlausible(hello.knownIncarnation, local.incarnation, knownMs)
        && isPlausible(hello.knownShardIncarnation, local.incarnation, knownMs);
  }

  /** Whether the highest incarnation of a peer's shards can be believed. */
  boolean isPlausible(
      final PeerSession session, final Peer peer, final long highestShardIncarnation) {
    return isPlausible(
        highestShardIncarnation,
        Math.max(session.incarnation, peer.shardIncarnation()),
        latestWallClockMs());
  }

  private long latestWallClockMs() {
    long latestMs = local.latestWallClockMs();
    for (final InboundPeer peer : peers) {
      latestMs = Math.max(latestMs, peer.wallClockMs);
    }
    return latestMs;
  }

  /**
   * The clock of the incarnation that was believed last counts among the clocks, because a
   * successor has to be higher than that.
   */
  private static boolean isPlausible(
      final long incarnation, final long believed, final long latestMs) {
    return incarnation <= believed
        || Incarnation.isPlausible(
            incarnation, Math.max(latestMs, Incarnation.wallClockMs(believed)));
  }
}
