package io.tally.edge;

/**
 * The order in which a step of an event loop goes through its agents: the order in which a command
 * travels. The loop first reads all sockets that are ready, which hands commands to the rings, and
 * then takes one step.
 *
 * <p>So whatever arrived before a step is answered by that step. With another order it would be
 * answered by the next one, after another look at all sockets; and what the agents of a later phase
 * rely on would not be true: that deadlines have been looked at before anything waiting is handed
 * over ({@link #SUBMIT} before {@link #APPLY}), and that all that was read is applied when room for
 * more requests is given ({@link #APPLY} before {@link #RESPOND}).
 */
public enum StepOrder {
  /** Frames of peers are unpacked into the rings, and their replies into the requests. */
  RECEIVE,

  /** Requests whose deadline has passed end; those that found no room, or no answer, go again. */
  SUBMIT,

  /** The shards apply what is in their rings, and reply. */
  APPLY,

  /** Commands and replies for peers leave in frames. */
  SEND,

  /** The responses are written to the sockets, each of which is flushed once. */
  RESPOND
}
