package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the commands that one ingress has handed to each node and whose requests have not ended.
 * When none is left at a peer that drains, the ingress declares that peer resolved. It does so on
 * the thread on which it hands commands over, after that thread has seen that the peer takes
 * nothing new; so no command can follow. All but {@link #isResolved} belongs to that thread.
 */
final class UnresolvedCommands {
  private final NodeLink link;
  private final int[] countByNode;
  private final AtomicLongArray resolvedIncarnations;

  UnresolvedCommands(final NodeLink link, final int nodeCount) {
    this.link = link;
    countByNode = new int[nodeCount];
    resolvedIncarnations = new AtomicLongArray(nodeCount);
  }

  void onHandedOver(final int nodeIndex) {
    countByNode[nodeIndex]++;
  }

  void onEnded(final int nodeIndex) {
    countByNode[nodeIndex]--;
  }

  /** The number at all nodes together. */
  int count() {
    int count = 0;
    for (final int ofNode : countByNode) {
      count += ofNode;
    }
    return count;
  }

  /** Declares resolved what is; to be called at the end of each step. */
  void report() {
    if (link.isAnyDraining()) {
      for (int node = 0; node < countByNode.length; node++) {
        final long incarnation = link.drainingIncarnation(node);
        if (incarnation != 0
            && countByNode[node] == 0
            && resolvedIncarnations.getPlain(node) != incarnation) {
          resolvedIncarnations.set(node, incarnation);
          link.onResolved();
        }
      }
    }
  }

  /**
   * Whether this incarnation of a peer was declared resolved. Any thread; one that reads true also
   * sees all that the ingress had claimed in the link until then.
   */
  boolean isResolved(final int nodeIndex, final long incarnation) {
    return resolvedIncarnations.get(nodeIndex) == incarnation;
  }
}
