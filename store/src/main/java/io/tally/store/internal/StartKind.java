package io.tally.store.internal;

/** With what a node starts. */
public enum StartKind {
  /** Nothing was found. */
  EMPTY,

  /** With its last state, under the same incarnations of its shards. */
  RESUMED,

  /** With nothing: a process ended without saving its state. What it found is set aside. */
  CRASHED,

  /** With the newest whole snapshot, under new incarnations. The operator wants it so. */
  RESTORED,

  /** With nothing: the operator had all state deleted. */
  DISCARDED
}
