package io.tally.transport;

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
        subjects.node(peer.id, incarnation),
        peer.readyIncarnation(),
        peer.knownWallClockMs(),
        peer.shardIncarnation());
  }

  /** Answers another process of this node's own id. */
  void answer(final LocalNode local, final long incarnation) {
    answer(
        subjects.node(local.id, incarnation),
        local.incarnation,
        local.latestWallClockMs(),
        local.shardIncarnation());
  }

  /** Answers a refused process. */
  void answerRefused(final Hello hello, final boolean isListed) {
    // Publishing to subjects of nodes that are not in the list may well be denied, and a stranger
    // must not have that said of this node.
    answer(isListed ? subjects.node(hello.nodeId, hello.incarnation) : subjects.hello(), 0, 0, 0);
  }

  private void answer(
      final String subject,
      final long knownIncarnation,
      final long knownWallClockMs,
      final long knownShardIncarnation) {
    // A full queue means that others wait for an answer; this one asks again.
    if (requests.offer(
        new HelloRequest(subject, knownIncarnation, knownWallClockMs, knownShardIncarnation))) {
      changes.needSender();
    }
  }
}
