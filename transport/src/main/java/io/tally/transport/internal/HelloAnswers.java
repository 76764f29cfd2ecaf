package io.tally.transport.internal;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Asks the sender to answer hellos of processes that are not the incarnation this node talks to.
 * Owned by the receiver.
 */
final class HelloAnswers {
  private final Subjects subjects;
  private final ManyToOneConcurrentArrayQueue<HelloRequest> requests;
  private final PeerStatusChanges changes;

  HelloAnswers(
      final Subjects subjects,
      final ManyToOneConcurrentArrayQueue<HelloRequest> requests,
      final PeerStatusChanges changes) {
    this.subjects = subjects;
    this.requests = requests;
    this.changes = changes;
  }

  /** Answers an outdated or future incarnation of a peer. */
  void answer(final Peer peer, final long incarnation) {
    answer(
        new HelloRequest(
            subjects.node(peer.id, incarnation),
            peer.readyIncarnation(),
            peer.knownWallClockMs(),
            peer.shardIncarnation(),
            peer.generation()));
  }

  /** Answers another process of this node's own id. */
  void answer(final LocalNode local, final long incarnation) {
    answer(
        new HelloRequest(
            subjects.node(local.id, incarnation),
            local.incarnation,
            local.latestWallClockMs(),
            local.shardIncarnation(),
            local.generation()));
  }

  /** Answers a refused process. */
  void answerRefused(final Hello hello, final boolean isListed) {
    // Publishing to subjects of nodes that are not in the list may well be denied, and a stranger
    // must not have that said of this node.
    answer(
        HelloRequest.knowingNothing(
            isListed ? subjects.node(hello.nodeId, hello.incarnation) : subjects.hello()));
  }

  private void answer(final HelloRequest request) {
    // A full queue means that others wait for an answer; this one asks again.
    if (requests.offer(request)) {
      changes.needSender();
    }
  }
}
