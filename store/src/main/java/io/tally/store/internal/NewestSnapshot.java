package io.tally.store.internal;

import java.util.List;

/**
 * The newest snapshot of a node that is whole. Immutable.
 *
 * @param nodeId of the node.
 * @param snapshot of the node; null if none is whole.
 * @param faults one line each: what is damaged or missing, so that there is perhaps a newer
 *     snapshot than this, or none at all; empty if nothing is.
 */
public record NewestSnapshot(String nodeId, Snapshot snapshot, List<String> faults) {
  /** Keeps a copy of the list. */
  public NewestSnapshot {
    faults = List.copyOf(faults);
  }
}
