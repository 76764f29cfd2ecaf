package io.tally.engine;

/**
 * Work that somebody steps: an event loop, an {@link AgentThread} or a test. One thread at a time;
 * all state of an agent is private to that thread.
 */
public interface SteppedAgent {
  /** {@link #nextStepNs()} of an agent that only needs to be stepped when it is woken. */
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
   * When this agent has to be stepped again although nobody wakes it: the time of the last step, if
   * it left something undone. A step that found work is not followed by another for that alone.
   *
   * @return time in nanoseconds of the same clock, or {@link #NEVER}.
   */
  default long nextStepNs() {
    return NEVER;
  }

  /**
   * Name for threads and messages.
   *
   * @return the name.
   */
  String roleName();
}
