package io.tally.transport.internal;

import io.tally.engine.StableHash;
import java.util.List;

/** The peers of a node by index in the node list. */
final class PeerTable {
  private final Peer[] byIndex;
  private final Peer[] others;

  // Written by the receiver.
  private volatile boolean anyDraining;

  PeerTable(final List<String> sortedNodeIds, final String localId, final int ringBytes) {
    byIndex = new Peer[sortedNodeIds.size()];
    others = new Peer[byIndex.length - 1];
    int otherCount = 0;
    for (int i = 0; i < byIndex.length; i++) {
      final String id = sortedNodeIds.get(i);
      if (id.equals(localId)) {
        continue;
      }
      final Peer peer = new Peer(i, id, StableHash.hash(id), ringBytes);
      byIndex[i] = peer;
      others[otherCount++] = peer;
    }
  }

  /** The peer of an index; null for this node itself. */
  Peer get(final int nodeIndex) {
    return byIndex[nodeIndex];
  }

  /** The session with a peer; null for this node itself, and before the first contact. */
  PeerSession session(final int nodeIndex) {
    return byIndex[nodeIndex] == null ? null : byIndex[nodeIndex].session();
  }

  /** The incarnation of a peer that has this status, else 0. */
  long incarnationIn(final int nodeIndex, final PeerStatus status) {
    return byIndex[nodeIndex] == null ? 0 : byIndex[nodeIndex].incarnationIn(status);
  }

  /** {@link PeerStatus#UNKNOWN} for this node itself. */
  PeerStatus status(final int nodeIndex) {
    final PeerSession session = session(nodeIndex);
    return session == null ? PeerStatus.UNKNOWN : session.status();
  }

  /** {@link PeerTraffic#NONE} for this node itself. */
  PeerTraffic traffic(final int nodeIndex) {
    return byIndex[nodeIndex] == null ? PeerTraffic.NONE : byIndex[nodeIndex].traffic();
  }

  /** As {@link io.tally.engine.internal.NodeLink#serviceVersion}. */
  int serviceVersion(final int nodeIndex, final int schemaId) {
    final PeerSession session = session(nodeIndex);
    return session == null ? -1 : session.services.versionOf(schemaId);
  }

  /** As {@link io.tally.engine.internal.NodeLink#protocolVersion}. */
  int protocolVersion(final int nodeIndex, final long incarnation) {
    final PeerSession session = session(nodeIndex);
    return session == null || session.incarnation != incarnation
        ? ProtocolRange.NONE
        : session.protocolVersion;
  }

  int nodeCount() {
    return byIndex.length;
  }

  Peer[] others() {
    return others;
  }

  /** Whether one of them drains; cheap, for whoever asks at every step. */
  boolean isAnyDraining() {
    return anyDraining;
  }

  /** Looks which peers drain, after the status of one has changed. */
  void onStatusChanged() {
    boolean any = false;
    for (final Peer peer : others) {
      any |= peer.incarnationIn(PeerStatus.DRAINING) != 0;
    }
    anyDraining = any;
  }

  /**
   * Whether every living peer has said that it awaits nothing more of this node, which drains. A
   * deaf peer is not waited for.
   */
  boolean areAllResolved() {
    for (final Peer peer : others) {
      final PeerSession session = peer.session();
      if (session != null
          && session.isAlive()
          && session.status() != PeerStatus.DEAF
          && !session.isResolved()) {
        return false;
      }
    }
    return true;
  }

  boolean areAllUp() {
    for (final Peer peer : others) {
      if (!peer.isUp()) {
        return false;
      }
    }
    return true;
  }

  /** The shortest of all peers that were ever heard; {@link Long#MAX_VALUE} if none was. */
  long shortestRequestTimeoutNs() {
    long shortestNs = Long.MAX_VALUE;
    for (final Peer peer : others) {
      final PeerSession session = peer.session();
      if (session != null) {
        shortestNs = Math.min(shortestNs, session.requestTimeoutNs);
      }
    }
    return shortestNs;
  }
}
