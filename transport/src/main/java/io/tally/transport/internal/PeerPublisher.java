package io.tally.transport.internal;

import io.tally.engine.internal.SteppedAgent;
import io.tally.transport.internal.codecs.NodeState;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * The sender's half of one peer: makes frames of what waits for it, numbers them, and keeps the
 * bytes that it has not acknowledged within the window.
 */
final class PeerPublisher {
  /** Bounds a step, so that one peer cannot keep the sender from the others. */
  private static final int FRAMES_PER_STEP = 16;

  /**
   * A message that is claimed and not committed is looked for again soon, whoever forgot to flush.
   */
  private static final long UNCOMMITTED_NS = 1_000_000;

  private final Peer peer;
  private final LocalNode local;
  private final PeerAnnouncer announcer;
  private final PeerResolution resolution;
  private final FrameCarrier carrier;
  private final OutboundFrame frame;
  private final OutboundReader waiting;
  private final LinkCounters counters;
  private final long helloIntervalNs;
  private final long probeIntervalNs;
  private final int windowBytes;
  private final int maxFrameBytes;
  private final UnackedFrames unacked = new UnackedFrames();

  private PeerSession session;
  private long frameNumber;

  /** The incarnation that the frames in the window were sent to. */
  private long windowIncarnation;

  private int answersGiven;
  private long eraSeen;
  private long nextHelloNs;
  private long nextProbeNs;

  PeerPublisher(
      final Peer peer,
      final LocalNode local,
      final PeerAnnouncer announcer,
      final PeerResolution resolution,
      final FrameCarrier carrier,
      final OutboundFrame frame,
      final LinkCounters counters,
      final LinkSettings settings) {
    this.peer = peer;
    this.local = local;
    this.announcer = announcer;
    this.resolution = resolution;
    this.carrier = carrier;
    this.frame = frame;
    waiting = new OutboundReader(peer, frame, counters);
    this.counters = counters;
    helloIntervalNs = settings.helloIntervalNs();
    probeIntervalNs = settings.probeIntervalNs();
    windowBytes = settings.windowBytes();
    maxFrameBytes = settings.maxFrameBytes();
  }

  /** Returns the number of commands, replies and hellos in the frames published. */
  int doWork(final long nowNs, final boolean announce) {
    followSession(nowNs);
    if (session == null) {
      return 0;
    }
    if (!session.isAlive()) {
      session.stalled(false);
      return 0;
    }
    return publish(nowNs, announce);
  }

  /** Follows what has become of the peer; all that is done for it while the carrier is away. */
  void followSession(final long nowNs) {
    final PeerSession current = peer.session();
    if (current != session) {
      begin(current, nowNs);
    }
    if (current != null) {
      dropAfterOutage();
    }
  }

  private void dropAfterOutage() {
    final long era = session.era();
    if (!session.isServing() || era != eraSeen) {
      dropOutbound();
      session.stalled(false);
      eraSeen = era;
    }
  }

  /**
   * When this peer needs a step although nothing happens; the outbound ring was seen by the last
   * step.
   */
  long nextStepNs(final long nowNs) {
    if (session == null) {
      return SteppedAgent.NEVER;
    }
    if (!session.isAlive()) {
      return peer.hasUnseenMessages() ? nowNs + UNCOMMITTED_NS : SteppedAgent.NEVER;
    }
    return Math.min(announcer.nextStepNs(nowNs), nextFrameNs(nowNs));
  }

  private long nextFrameNs(final long nowNs) {
    if (session.isStalled()) {
      return Math.min(nextHelloNs, nextProbeNs);
    }
    if (waiting.isFrameFull()) {
      return nowNs;
    }
    if (peer.hasUnseenMessages()) {
      return Math.min(nextHelloNs, nowNs + UNCOMMITTED_NS);
    }
    return resolution.isResolved(session) && !resolution.isSaid() ? nowNs : nextHelloNs;
  }

  /** As {@link OutboundReader#takenBytes}. */
  int takenBytes() {
    return waiting.takenBytes();
  }

  /** What the peer has not acknowledged of the frames published to it. Owner: the sender. */
  long unackedBytes() {
    return unacked.bytes();
  }

  private void begin(final PeerSession newSession, final long nowNs) {
    if (session != null) {
      dropOutbound();
    }
    // Frame numbers do not start again. An incarnation may come back after another one took its
    // place for a while, and acknowledge frames from before: no new frame may have their numbers.
    session = newSession;
    peer.unacknowledgedBytes(unacked.bytes());
    answersGiven = 0;
    eraSeen = newSession.era();
    nextHelloNs = nowNs;
    waiting.begin();
    announcer.begin(newSession);
    resolution.begin();
  }

  private int publish(final long nowNs, final boolean announce) {
    if (isWindowOfSession()) {
      unacked.ackUpTo(session.ackedByPeer());
    }
    final int answersWanted = session.answersWanted();
    final boolean probe = session.isStalled() && nowNs - nextProbeNs >= 0;
    final boolean due = nowNs - nextHelloNs >= 0;
    // What is waited for may have been lost: the word of a peer that nothing is unresolved here, if
    // this node drains, or the acknowledgement that shows that the peer hears this node.
    final boolean asks = announce || probe || due && isWaitingForPeer();
    final boolean isResolved = resolution.isResolved(session);
    final boolean tellsShards = announcer.beginTelling(nowNs);
    boolean sayHello =
        asks
            || due
            || tellsShards
            || isResolved && !resolution.isSaid()
            || answersWanted != answersGiven
            || session.unacknowledgedBytes() >= windowBytes / 4;
    if (sayHello) {
      answersGiven = answersWanted;
      resolution.say(isResolved);
      nextHelloNs = nowNs + helloIntervalNs();
      nextProbeNs = nowNs + probeIntervalNs;
    }

    int frames = 0;
    int messages = 0;
    do {
      frame.begin();
      if (sayHello) {
        sayHello(!asks, isResolved);
      }
      if (announcer.hasMore()) {
        announcer.appendTo(frame, carriedBytes());
      }
      // The peer may have gone down since the last frame.
      waiting.begin();
      if (session.isServing()) {
        drain(nowNs);
        if (session.era() != eraSeen) {
          // It may be back already, but what was claimed before must not leave.
          dropDrained();
        }
      }
      if (!frame.isEmpty()) {
        publishFrame(nowNs);
        frames++;
        messages += frame.commandCount() + frame.replyCount() + frame.helloCount();
        sayHello = false;
      }
    } while ((waiting.isFrameFull() && !session.isStalled() || announcer.hasMore())
        && frames < FRAMES_PER_STEP);
    peer.unacknowledgedBytes(unacked.bytes());
    return messages;
  }

  private void sayHello(final boolean isAnswer, final boolean isResolved) {
    frame.appendHello(
        peer.readyIncarnation(),
        peer.knownWallClockMs(),
        peer.shardIncarnation(),
        peer.generation(),
        session.announcementTaken(),
        isAnswer,
        isResolved);
  }

  /** Read for each frame: the next connection may take less than the last. */
  private int carriedBytes() {
    return (int) Math.min(maxFrameBytes, carrier.maxFrameBytes());
  }

  private boolean isWaitingForPeer() {
    return local.state() == NodeState.DRAINING || !session.isHearing();
  }

  /** The interval now: shorter while an answer is waited for, unless the peer is deaf. */
  private long helloIntervalNs() {
    return isWaitingForPeer() && session.status() != PeerStatus.DEAF
        ? Math.max(1, helloIntervalNs / 5)
        : helloIntervalNs;
  }

  /**
   * Whether the frames in the window were sent to this session's incarnation. If it is only
   * starting, they were sent to another one, and its acknowledgements free nothing of them.
   */
  private boolean isWindowOfSession() {
    return windowIncarnation == session.incarnation;
  }

  private void publishFrame(final long nowNs) {
    // Bytes first: the frame number read after them covers at least these bytes.
    final long acceptedBytes = session.acceptedBytes();
    peer.sentFrame(++frameNumber);
    final int length = frame.finish(frameNumber, session.accepted());
    final int messageCount = frame.commandCount() + frame.replyCount();
    if (!carrier.publish(session.subject, frame.memory(), length)) {
      counters.increment(LinkCounter.PUBLISH_FAILURES);
      counters.increase(LinkCounter.MESSAGES_DROPPED, messageCount);
      return;
    }
    session.bytesAcknowledged(acceptedBytes);
    if (isWindowOfSession()) {
      unacked.add(frameNumber, length);
    }
    counters.increment(LinkCounter.FRAMES_SENT);
    counters.increase(LinkCounter.BYTES_SENT, length);
    counters.increase(LinkCounter.HELLOS_SENT, frame.helloCount());
    if (messageCount > 0) {
      if (frame.commandCount() > 0) {
        session.time(frameNumber, nowNs);
      }
      counters.increase(LinkCounter.COMMANDS_SENT, frame.commandCount());
      counters.increase(LinkCounter.REPLIES_SENT, frame.replyCount());
      counters.frameSent(messageCount);
    }
  }

  private void drain(final long nowNs) {
    if (!isWindowOfSession()) {
      unacked.clear();
      windowIncarnation = session.incarnation;
    }
    final ManyToOneRingBuffer ring = peer.outbound().ring();
    final int carriedBytes = carriedBytes();
    final long roomBytes = windowBytes - unacked.bytes();
    final int frameLimitBytes = (int) Math.max(0, Math.min(carriedBytes, roomBytes));
    waiting.read(frameLimitBytes, eraSeen);
    final boolean windowFull = waiting.isFrameFull() && frameLimitBytes < carriedBytes;
    if (!windowFull) {
      session.stalled(false);
      peer.seenPosition(ring.consumerPosition());
      return;
    }
    if (!session.isStalled()) {
      counters.increment(LinkCounter.WINDOW_STALLS);
      nextProbeNs = nowNs + probeIntervalNs;
    }
    peer.seenPosition(ring.producerPosition());
    // The receiver stores an acknowledgement and then reads whether there is a stall. Here the
    // order is the other way round, so at least one of the two sees what the other has stored.
    session.stalled(true);
    final long unackedBytes = unacked.bytes();
    unacked.ackUpTo(session.ackedByPeer());
    if (unacked.bytes() < unackedBytes) {
      session.stalled(false);
    }
  }

  private void dropDrained() {
    counters.increase(LinkCounter.MESSAGES_DROPPED, frame.commandCount() + frame.replyCount());
    frame.dropMessages();
    dropAfterOutage();
  }

  private void dropOutbound() {
    waiting.drop();
    peer.seenPosition(peer.outbound().ring().consumerPosition());
  }
}
