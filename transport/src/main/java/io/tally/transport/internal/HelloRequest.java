package io.tally.transport.internal;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Asks the sender to say an unnumbered hello to a process that is not the incarnation of a peer
 * that this node talks to. It may be an older or newer incarnation of a peer, another process of
 * this node's own id, or a refused process; one that is not in the node list is answered on the
 * subject that all processes hear.
 */
record HelloRequest(
    String subject,
    long knownIncarnation,
    long knownWallClockMs,
    long knownShardIncarnation,
    long knownGeneration) {
  private static final int QUEUE_LENGTH = 64;

  /** A queue from the receiver of a link to its sender. */
  static ManyToOneConcurrentArrayQueue<HelloRequest> queue() {
    return new ManyToOneConcurrentArrayQueue<>(QUEUE_LENGTH);
  }

  static HelloRequest knowingNothing(final String subject) {
    return new HelloRequest(subject, 0, 0, 0, 0);
  }
}
