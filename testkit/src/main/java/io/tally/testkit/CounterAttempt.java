package io.tally.testkit;

import io.tally.check.Fate;

/** An attempt of clients of the counters, which hear how it ended. */
abstract class CounterAttempt implements Attempt {
  private final Entity target;
  private final boolean isWrite;

  /** The target lies in the shard that is asked. */
  CounterAttempt(final Entity target, final boolean isWrite) {
    this.target = target;
    this.isWrite = isWrite;
  }

  final Entity target() {
    return target;
  }

  /** Whether it may change something. */
  final boolean isWrite() {
    return isWrite;
  }

  /**
   * The attempt has ended, as far as its client knows. Of one that was applied, says in which life
   * of its shard, and whether the answer was kept under its key.
   */
  abstract void onEnd(Fate fate, long incarnation, boolean replayed);
}
