package io.tally.engine.internal;

/**
 * Work that somebody steps: an event loop, an {@link AgentThread} or a test. One thread at a time;
 * all state of an agent is private to that thread.
 */
public interface SteppedAgent {
  /** {@link #nextStepNs()} of an agent that needs no step unless it is woken. */
  long NEVER = Long.MAX_VALUE;

  /**
   * Does what is to be done, without blocking.
   *
   * @param nowNs time of this step in nanoseconds, of the monotonic clock that all agents of a node
   *     share.
   * @return how much was done; 0 if there was nothing to do.
   */
  int doWork(long nowNs);

  /**
   * When this agent has to be stepped again even if nobody wakes it. An agent that left something
   * undone gives a time that has passed, such as that of its last step; that a step found work is
   * no reason for another one.
   *
   * @return time in nanoseconds of the same clock, or {@link #NEVER}.
   */
  default long nextStepNs() {
    return NEVER;
  }
}
