package io.tally.transport.internal;

/** What a node knows of one incarnation of a peer. */
public enum PeerStatus {
  /** No hello of an acceptable process was heard yet. */
  UNKNOWN,
  /**
   * It said hello, and is not ready, or has not shown yet that it hears this node; nothing is sent
   * to it but hellos.
   */
  STARTING,
  /** It is ready and was heard of late. */
  UP,
  /**
   * It takes no new commands, and still answers copies of those that were handed to it before; soon
   * it will be gone.
   */
  DRAINING,
  /**
   * It is heard, and has acknowledged nothing for the heartbeat timeout: what is sent to it is
   * lost, or refused there. Nothing is sent to it but hellos.
   */
  DEAF,
  /** It was not heard for the heartbeat timeout. */
  DOWN,
  /** It said goodbye. */
  LEFT
}
