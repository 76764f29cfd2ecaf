package io.tally.rig;

/**
 * One life of a node's shards: of one process, or of several of which each goes on with what the
 * one before has saved. Times are those of {@link System#nanoTime()}.
 *
 * @param node index.
 * @param incarnation of the shards, and of the first of its processes.
 * @param bornNs before the first process was started.
 * @param diedNs after the last one had ended; {@link Long#MAX_VALUE} while it runs.
 */
record Launch(int node, long incarnation, long bornNs, long diedNs) {
  Launch died(final long nowNs) {
    return new Launch(node, incarnation, bornNs, nowNs);
  }

  /** Another process goes on with it. */
  Launch resumed() {
    return died(Long.MAX_VALUE);
  }
}
