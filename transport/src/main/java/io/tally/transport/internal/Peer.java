package io.tally.transport.internal;

/**
 * Another node of the list: what is waiting to be sent to it, and the incarnation of it that this
 * node talks to.
 */
final class Peer {
  final int index;
  final String id;
  final long key;
  private final int ringBytes;

  // Written by the receiver.
  private int sessions;
  private volatile OutboundRing outbound;
  private volatile PeerSession session;
  private volatile long readyIncarnation;
  private volatile long readyWallClockMs;
  private volatile long shardIncarnation;
  private volatile long generation;
  private volatile long roundTripCount;
  private volatile long roundTripSumNs;

  // Written by the sender.
  private volatile long seenPosition;
  private volatile long unacknowledgedBytes;
  private volatile long sentFrame;

  Peer(final int index, final String id, final long key, final int ringBytes) {
    this.index = index;
    this.id = id;
    this.key = key;
    this.ringBytes = ringBytes;
  }

  /** Null until the first contact. */
  OutboundRing outbound() {
    return outbound;
  }

  /** Null until the first contact. */
  PeerSession session() {
    return session;
  }

  /** The number of the session that the receiver is about to make. */
  int nextSession() {
    return ++sessions;
  }

  void session(final PeerSession newSession) {
    if (outbound == null) {
      outbound = new OutboundRing(ringBytes);
    }
    session = newSession;
  }

  void onRoundTrip(final long durationNs) {
    roundTripSumNs = roundTripSumNs + durationNs;
    roundTripCount = roundTripCount + 1;
  }

  PeerTraffic traffic() {
    final OutboundRing waiting = outbound;
    return new PeerTraffic(
        roundTripCount,
        roundTripSumNs,
        unacknowledgedBytes,
        waiting == null ? 0 : waiting.ring().size());
  }

  /** Shows the bytes of the frames sent to it that it has not acknowledged. */
  void unacknowledgedBytes(final long bytes) {
    unacknowledgedBytes = bytes;
  }

  boolean isUp() {
    return incarnationIn(PeerStatus.UP) != 0;
  }

  boolean isServing() {
    final PeerSession current = session;
    return current != null && current.isServing();
  }

  /** Its incarnation if it has this status, else 0. */
  long incarnationIn(final PeerStatus status) {
    final PeerSession current = session;
    return current != null && current.status() == status ? current.incarnation : 0;
  }

  /** Highest incarnation of this peer that was ever ready, or 0. */
  long readyIncarnation() {
    return readyIncarnation;
  }

  /** The latest time that the wall clocks are known to have shown by which these were made. */
  long knownWallClockMs() {
    return Math.max(readyWallClockMs, Incarnation.wallClockMs(shardIncarnation));
  }

  void onReady(final long incarnation, final long wallClockMs) {
    readyWallClockMs = wallClockMs;
    readyIncarnation = incarnation;
  }

  /** Highest incarnation of any of its shards that was ever known, or 0. */
  long shardIncarnation() {
    return shardIncarnation;
  }

  void onShards(final long highestIncarnation) {
    shardIncarnation = Math.max(shardIncarnation, highestIncarnation);
  }

  /** Highest generation of this peer that a ready process of it has named, or 0. */
  long generation() {
    return generation;
  }

  void onGeneration(final long ofReadyProcess) {
    generation = Math.max(generation, ofReadyProcess);
  }

  /**
   * Position in the outbound ring up to which the sender knows of messages. A message that the
   * sender has met and could not take, because it was not committed yet, lies beyond it.
   */
  void seenPosition(final long position) {
    seenPosition = position;
  }

  /** Number of the last frame that was sent to any incarnation of this peer, or is just going. */
  long sentFrame() {
    return sentFrame;
  }

  void sentFrame(final long frameNumber) {
    sentFrame = frameNumber;
  }

  boolean hasUnseenMessages() {
    final OutboundRing waiting = outbound;
    return waiting != null && waiting.ring().producerPosition() != seenPosition;
  }
}
