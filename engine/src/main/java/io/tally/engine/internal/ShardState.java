package io.tally.engine.internal;

/** Whether a shard applies commands. */
enum ShardState {
  /** It serves. */
  ACTIVE,
  /**
   * It stands still: nothing is applied and no timer fires. What was recorded is answered again;
   * any other copy of a command is answered busy, which says nothing of the command itself.
   */
  FROZEN,
  /** The state of an earlier life is being restored; every copy is answered busy. */
  INSTALLING
}
