package io.tally.edge.internal;

/**
 * The order in which a step of an event loop goes through its agents: the order in which a command
 * travels. The loop first reads all sockets that are ready, which hands commands to the rings, and
 * then takes one step. So what arrived before a step, from a client or from a peer, is answered by
 * that step. Each phase says what would be lost if it and the next one changed places.
 */
public enum StepOrder {
  /**
   * Commands of peers are applied or put into the rings, and replies end requests. Before {@link
   * #SUBMIT}, so that a reply that is there ends its request, also if the loop stood still until
   * after the deadline.
   */
  RECEIVE,

  /**
   * Requests whose deadline has passed end; requests that found no room, or got no answer, are sent
   * again, and watches are registered. Before {@link #APPLY}, so that the shards of this loop apply
   * what leaves here in the same step.
   */
  SUBMIT,

  /**
   * The shards apply what is in their rings, and reply. Before {@link #SEND}, so that their replies
   * to peers leave in the same step.
   */
  APPLY,

  /**
   * Commands and replies for peers leave in frames. Requests that a stop gives up end here, when
   * their copies have left. Before {@link #RESPOND}, so that their clients hear of it in the same
   * step.
   */
  SEND,

  /**
   * The responses are written to the sockets, each of which is flushed once; and connections that
   * found no room for a request are read on. Last, since whatever ends a request comes before it:
   * so all that was read has been applied when there is room for more.
   */
  RESPOND
}
