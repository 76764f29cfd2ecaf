package io.tally.store.internal;

/** What a node starts with. */
public enum StartKind {
  /** It starts with nothing, and nothing was found. */
  EMPTY,

  /** It starts with its last state, under the same incarnations of its shards. */
  RESUMED,

  /**
   * It starts with nothing: a process ended without saving its state. What it found is set aside.
   */
  CRASHED,

  /** It starts with the newest whole snapshot, under new incarnations, as the operator wants it. */
  RESTORED,

  /** It starts with nothing: the operator had all state deleted. */
  DISCARDED
}
