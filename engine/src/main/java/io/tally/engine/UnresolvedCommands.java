package io.tally.engine;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many commands of one ingress have been handed to each node and are not resolved. It says of a
 * peer that drains when there are none: on the ingress's own thread, which sees from then on that
 * the peer takes nothing new. All but {@link #isResolved} belongs to that thread.
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

  /** At all nodes together. */
  int count() {
    int count = 0;
    for (final int ofNode : countByNode) {
      count += ofNode;
    }
    return count;
  }

  /** At the end of each step. */
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

  /** Any thread. What was claimed in the link before it became true is seen there. */
  boolean isResolved(final int nodeIndex, final long incarnation) {
    return resolvedIncarnations.get(nodeIndex) == incarnation;
  }
}
