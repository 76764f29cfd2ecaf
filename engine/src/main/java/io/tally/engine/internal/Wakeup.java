package io.tally.engine.internal;

/** Asks the thread that steps some agents to step them soon. */
public interface Wakeup {
  /**
   * Makes sure that at least one step begins after this call. Any thread; never blocks; many calls
   * before that step cost one wake-up.
   */
  void wake();
}
