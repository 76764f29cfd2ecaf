package io.tally.rig;

/**
 * One process of a node. Times are those of {@link System#nanoTime()}.
 *
 * @param node index.
 * @param incarnation of the node, and so of its shards.
 * @param bornNs before it was started.
 * @param diedNs after it had ended; {@link Long#MAX_VALUE} while it runs.
 */
record Launch(int node, long incarnation, long bornNs, long diedNs) {
  Launch died(final long nowNs) {
    return new Launch(node, incarnation, bornNs, nowNs);
  }
}
