package io.tally.store;

/** What the operator says of the state in a node's folder. */
public enum StartMode {
  /** Nothing: only the last state of the node is loaded, and only where it was written. */
  NORMAL,

  /** The folder was moved here, and its original is not used any more. */
  MOVED,

  /** Go back to the newest whole snapshot, whatever was counted since. */
  RESTORE_LATEST,

  /** Delete all that is there, also what was set aside, and start empty. */
  DISCARD
}
