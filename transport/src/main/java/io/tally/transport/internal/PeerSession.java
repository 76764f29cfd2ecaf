package io.tally.transport.internal;

/**
 * What sender and receiver tell each other about one incarnation of a peer. Each field has one
 * writer. They are volatile rather than released because both sides store one field and then read
 * another one to decide whether to wake the other.
 */
final class PeerSession {
  final long incarnation;

  /** Which one it is of the sessions with this peer. */
  private final int number;

  /** The version of the protocol in which this node and the peer talk. */
  final int protocolVersion;

  final ServiceVersions services;
  final String subject;
  final long requestTimeoutNs;

  /** The latest time that its wall clock had shown when its first hello was accepted. */
  final long wallClockMs;

  final PeerClock clock;

  // Written by the receiver.
  private volatile PeerStatus status = PeerStatus.STARTING;
  private volatile long ackedByPeer;
  private volatile long accepted;
  private volatile long acceptedBytes;
  private volatile int answersWanted;
  private volatile int outages;
  private volatile boolean resolved;
  private volatile boolean hearing;
  private volatile long announcementTaken;
  private volatile long knownAnnouncement;
  private volatile boolean shardsDoubted;

  private volatile long timedAck;

  // Written by the sender; the time becomes visible with the frame's number.
  private long timedSentNs;
  private volatile long timedFrame;
  private volatile long bytesAcknowledged;
  private volatile boolean stalled;

  PeerSession(
      final int number,
      final long incarnation,
      final int protocolVersion,
      final ServiceVersions services,
      final String subject,
      final long requestTimeoutNs,
      final long wallClockMs,
      final PeerClock clock) {
    this.number = number;
    this.incarnation = incarnation;
    this.protocolVersion = protocolVersion;
    this.services = services;
    this.subject = subject;
    this.requestTimeoutNs = requestTimeoutNs;
    this.wallClockMs = wallClockMs;
    this.clock = clock;
  }

  /** The sender times a frame that will be answered soon, unless it times another. */
  void time(final long frameNumber, final long nowNs) {
    if (timedFrame == timedAck) {
      timedSentNs = nowNs;
      timedFrame = frameNumber;
    }
  }

  /**
   * The receiver takes the time from a frame's sending to its acknowledgement; -1 if none is due.
   */
  long takeRoundTripNs(final long acked, final long nowNs) {
    final long timed = timedFrame;
    if (timed == timedAck || acked < timed) {
      return -1;
    }
    final long roundTripNs = Math.max(0, nowNs - timedSentNs);
    timedAck = timed;
    return roundTripNs;
  }

  PeerStatus status() {
    return status;
  }

  boolean isAlive() {
    final PeerStatus current = status;
    return current == PeerStatus.UP
        || current == PeerStatus.DRAINING
        || current == PeerStatus.STARTING
        || current == PeerStatus.DEAF;
  }

  /** Whether it answers what it was handed: commands may be repeated there, and replies sent. */
  boolean isServing() {
    final PeerStatus current = status;
    return current == PeerStatus.UP || current == PeerStatus.DRAINING;
  }

  void status(final PeerStatus newStatus) {
    final boolean wasServing = isServing();
    status = newStatus;
    // After the status: who reads this era and then a status reads one of this era, or a later one.
    if (wasServing && !isServing()) {
      outages = outages + 1;
    }
  }

  /**
   * Stands for the time from an outage of the peer, which was serving and then was not, or from
   * when this process of it was met, up to the next one. What was claimed in one era must not be
   * sent in another, even if the sender never saw the peer down. Never the same in two sessions.
   */
  long era() {
    return (long) number << Integer.SIZE | outages;
  }

  /** When a request that began here ends, in the clock of the peer. */
  long deadlineNs(final long startNs, final long timeoutNs) {
    return clock.peerTimeNs(startNs + Math.min(timeoutNs, requestTimeoutNs));
  }

  /** Highest frame number of this node that the peer has accepted. */
  long ackedByPeer() {
    return ackedByPeer;
  }

  boolean onAck(final long frameNumber) {
    if (frameNumber <= ackedByPeer) {
      return false;
    }
    ackedByPeer = frameNumber;
    return true;
  }

  /**
   * Whether the peer has shown that it hears this node, and takes it for what it is: it has
   * acknowledged a frame that was sent after it was last declared down or deaf.
   */
  boolean isHearing() {
    return hearing;
  }

  void hearing(final boolean acknowledges) {
    hearing = acknowledges;
  }

  /** Highest frame number of the peer that this node has accepted. */
  long accepted() {
    return accepted;
  }

  void onAccepted(final long frameNumber, final int frameBytes) {
    if (frameNumber > accepted) {
      accepted = frameNumber;
    }
    acceptedBytes = acceptedBytes + frameBytes;
  }

  /**
   * Read before {@link #accepted()}, so that an acknowledgement never claims bytes of a later
   * frame.
   */
  long acceptedBytes() {
    return acceptedBytes;
  }

  long unacknowledgedBytes() {
    return acceptedBytes - bytesAcknowledged;
  }

  void bytesAcknowledged(final long bytes) {
    bytesAcknowledged = bytes;
  }

  int answersWanted() {
    return answersWanted;
  }

  void wantAnswer() {
    answersWanted = answersWanted + 1;
  }

  /** Whether the peer has said that it awaits nothing more of this node, which drains. */
  boolean isResolved() {
    return resolved;
  }

  void onResolved() {
    resolved = true;
  }

  /**
   * Number of the last announcement of the peer's shards that is known here; 0: none; below 0: that
   * was refused, because it takes lives back.
   */
  long announcementTaken() {
    return announcementTaken;
  }

  void onAnnouncementTaken(final long number) {
    announcementTaken = number;
  }

  /** What the peer said of this node's announcements, in the same way. */
  long knownAnnouncement() {
    return knownAnnouncement;
  }

  /** Returns whether it said something else before. */
  boolean onKnownAnnouncement(final long number) {
    final boolean isNews = number != knownAnnouncement;
    knownAnnouncement = number;
    return isNews;
  }

  /** Whether the incarnations that the peer told of its shards last are too high to be believed. */
  boolean areShardsDoubted() {
    return shardsDoubted;
  }

  /** Returns whether they were believed before. */
  boolean shardsDoubted(final boolean areDoubted) {
    final boolean isNews = areDoubted && !shardsDoubted;
    shardsDoubted = areDoubted;
    return isNews;
  }

  boolean isStalled() {
    return stalled;
  }

  void stalled(final boolean windowFull) {
    stalled = windowFull;
  }
}
