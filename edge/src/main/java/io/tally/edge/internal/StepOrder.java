package io.tally.edge.internal;

/**
 * The order in which a step of an event loop goes through its agents: the order in which a command
 * travels. The loop first reads all sockets that are ready, which hands commands to the rings, and
 * then takes one step.
 *
 * <p>So what arrived before a step is answered by that step. With another order it would be
 * answered by the next step only, after another look at all sockets. And agents of later phases
 * rely on this order: deadlines have been looked at before anything that waits is handed over
 * ({@link #SUBMIT} before {@link #APPLY}), and all that was read has been applied when room for
 * more requests is given ({@link #APPLY} before {@link #RESPOND}).
 */
public enum StepOrder {
  /** Frames of peers are unpacked into the rings, and their replies into the requests. */
  RECEIVE,

  /**
   * Requests whose deadline has passed end; requests that found no room, or got no answer, are sent
   * again.
   */
  SUBMIT,

  /** The shards apply what is in their rings, and reply. */
  APPLY,

  /** Commands and replies for peers leave in frames. */
  SEND,

  /** The responses are written to the sockets, each of which is flushed once. */
  RESPOND
}
