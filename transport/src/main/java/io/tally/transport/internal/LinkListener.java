package io.tally.transport.internal;

/**
 * Hears what happens to a link. Called on the thread that steps the link's receiver: must not block
 * or throw. All events are rare.
 */
public interface LinkListener {
  /** Hears nothing. */
  LinkListener NONE = new LinkListener() {};

  /**
   * A peer changed its status, or another incarnation took its place.
   *
   * @param nodeId of the peer.
   * @param incarnation of the peer.
   * @param status from now on.
   */
  default void onPeerStatus(final String nodeId, final long incarnation, final PeerStatus status) {}

  /**
   * A process was refused. Told once for each process.
   *
   * @param nodeId that it claims; syntactically valid.
   * @param incarnation of the process.
   * @param reason {@link FrameRefusal#FINGERPRINT}: it has another configuration or other services;
   *     {@link FrameRefusal#VERSION}: it speaks no version of the protocol that is spoken here;
   *     {@link FrameRefusal#INCARNATION}: it names an incarnation far ahead of all clocks.
   */
  default void onPeerRefused(
      final String nodeId, final long incarnation, final FrameRefusal reason) {}

  /**
   * A living process of this node's own id goes before this starting one, which has to give way.
   * Told once.
   *
   * @param incarnation of the other process.
   */
  default void onAlreadyRunning(final long incarnation) {}

  /**
   * A newer process of this node's own id is, or was, ready: this one has to end. Told once.
   *
   * @param incarnation of the newer process.
   */
  default void onSuperseded(final long incarnation) {}

  /**
   * A process of this node's id was ready with a later state than the one whose shards this one has
   * gone on with: this one has to end. Told once.
   *
   * @param knownGeneration highest that a peer has heard of.
   */
  default void onOutdated(final long knownGeneration) {}

  /**
   * The cluster knows an incarnation of this node that is not below this starting one's: the link
   * has to be started again with a higher incarnation. Told each time that a higher one is heard
   * of.
   *
   * @param knownIncarnation the highest heard of.
   */
  default void onKnownIncarnation(final long knownIncarnation) {}

  /**
   * The inbound handler threw. The message was skipped and counted.
   *
   * @param fault what it threw.
   */
  default void onFault(final RuntimeException fault) {}
}
