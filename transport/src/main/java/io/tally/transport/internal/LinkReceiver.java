package io.tally.transport.internal;

import io.tally.engine.internal.InboundHandler;
import io.tally.engine.internal.PeerMessage;
import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.Wakeup;
import io.tally.transport.internal.InboundPeer.HeldFrame;
import io.tally.transport.internal.codecs.MessageHeaderDecoder;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes the frames that arrived, refuses those that are wrong, and offers their commands and
 * replies to the engine. A command that finds no room is held, together with everything that its
 * peer sent after it, and offered again later. A frame is acknowledged only when all its messages
 * were accepted, so the window of a peer bounds what is held of it.
 */
final class LinkReceiver implements SteppedAgent {
  /** Bounds a step, so that a flood of frames cannot keep the thread from its other agents. */
  private static final int FRAMES_PER_STEP = 256;

  /** The time between two offers of a held frame: nobody says when there is room for it. */
  private static final long HELD_RETRY_NS = 1_000_000;

  private final InboundFrames inbound;
  private volatile InboundHandler handler = new NoInbound();
  private final NanoClock clock;
  private final Wakeup senderWakeup;
  private final LinkListener listener;
  private final LinkCounters counters;
  private final Membership membership;
  private final HelloAdapter helloAdapter;
  private final ShardAnnouncementAdapter announcements;
  private final InboundFrame frame = new InboundFrame();
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
  private final long queueLimitNs;
  private final long heartbeatTimeoutNs;
  private final long windowBytes;
  private boolean started;
  private boolean senderNeeded;
  private boolean delivered;

  /** Takes the frame that is being delivered. */
  private InboundHandler taker = handler;

  /** Of the message that is being delivered, how many commands or replies were taken. */
  private int taken;

  private long lastStepNs;
  private long nextFailureCheckNs;
  private long nextStepNs;

  LinkReceiver(
      final LinkSettings settings,
      final LinkContext context,
      final LocalNode local,
      final Membership membership,
      final InboundFrames inbound,
      final LinkCounters counters) {
    this.inbound = inbound;
    this.membership = membership;
    this.counters = counters;
    clock = context.clock();
    senderWakeup = context.senderWakeup();
    listener = context.listener();
    queueLimitNs = settings.queueLimitNs();
    heartbeatTimeoutNs = settings.heartbeatTimeoutNs();
    windowBytes = settings.windowBytes();
    helloAdapter = new HelloAdapter(membership, counters);
    announcements = new ShardAnnouncementAdapter(membership, counters);
  }

  /** Gives what arrives to this handler, from the next frame on. */
  void attach(final InboundHandler newHandler) {
    handler = newHandler;
  }

  InboundPeer[] peers() {
    return membership.peers();
  }

  /** Any thread. */
  boolean isResolved(final int nodeIndex, final long incarnation) {
    return handler.isResolved(nodeIndex, incarnation);
  }

  @Override
  public int doWork(final long nowNs) {
    if (!started) {
      started = true;
      nextFailureCheckNs = nowNs;
    } else if (nowNs - lastStepNs > heartbeatTimeoutNs / 2) {
      membership.failures().onStoodStill(nowNs - lastStepNs);
    }
    lastStepNs = nowNs;
    int work = offerHeld(nowNs);
    int frames = 0;
    byte[] bytes;
    while (frames < FRAMES_PER_STEP && (bytes = inbound.poll()) != null) {
      onFrame(nowNs, bytes);
      frames++;
    }
    work += frames;
    if (nowNs - nextFailureCheckNs >= 0) {
      work += membership.checkTimeouts(nowNs);
      nextFailureCheckNs = nowNs + heartbeatTimeoutNs / 64;
    }
    if (delivered) {
      delivered = false;
      handler.flush();
    }
    if (membership.changes().takeDrainingHeard()) {
      handler.onPeerDraining();
    }
    if (membership.changes().takeSenderNeeded() || senderNeeded) {
      senderNeeded = false;
      senderWakeup.wake();
    }
    nextStepNs = frames == FRAMES_PER_STEP ? nowNs : next(nowNs);
    return work;
  }

  @Override
  public long nextStepNs() {
    return nextStepNs;
  }

  private long next(final long nowNs) {
    // A long time between two steps means that this process stood still, so there is a step at
    // least this often: what was not heard meanwhile does not count against the peers.
    long next = Math.min(membership.failures().nextTimeoutNs(), nowNs + heartbeatTimeoutNs / 4);
    next = Math.max(next, nextFailureCheckNs);
    for (final InboundPeer peer : membership.peers()) {
      if (!peer.held.isEmpty()) {
        next = Math.min(next, nowNs + HELD_RETRY_NS);
      }
    }
    return next;
  }

  private void onFrame(final long nowNs, final byte[] bytes) {
    counters.increment(LinkCounter.FRAMES_RECEIVED);
    counters.increase(LinkCounter.BYTES_RECEIVED, bytes.length);
    final FrameRefusal refusal = frame.wrap(bytes);
    if (refusal != null) {
      counters.refuse(refusal);
      if (refusal == FrameRefusal.VERSION) {
        membership.onOtherVersion(nowNs, frame.sourceKey(), frame.sourceIncarnation());
      }
      return;
    }
    // Read after the frame was taken from its queue: a time before its arrival would let copies
    // live longer than their request.
    final long arrivalNs = clock.nanoTime();
    final int messageCount = frame.messageCount();
    if (frame.helloCount() > 0) {
      helloAdapter.onFrame(nowNs, arrivalNs, frame, bytes.length);
    }
    final InboundPeer peer = membership.peer(frame.sourceKey());
    final PeerSession session = peer == null ? null : peer.peer.session();
    if (session == null || session.incarnation != frame.sourceIncarnation()) {
      if (messageCount > 0 || frame.announcementCount() > 0 || frame.helloCount() == 0) {
        counters.refuse(
            peer == null ? FrameRefusal.FOREIGN_SOURCE : FrameRefusal.SOURCE_INCARNATION);
      }
      return;
    }
    if (frame.ackedFrame() > peer.peer.sentFrame()) {
      counters.refuse(FrameRefusal.ACKNOWLEDGEMENT);
      return;
    }
    session.clock.onFrame(frame.clockNs(), arrivalNs);
    if (messageCount > 0) {
      membership.onMessages(peer.peer, session);
    }
    if (frame.announcementCount() > 0) {
      announcements.onFrame(peer, session, frame, bytes.length);
    }
    if (frame.frameNumber() > 0) {
      onNumbered(nowNs, arrivalNs, peer, session, bytes);
    }
  }

  private void onNumbered(
      final long nowNs,
      final long arrivalNs,
      final InboundPeer peer,
      final PeerSession session,
      final byte[] bytes) {
    if (session.isAlive()) {
      peer.lastHeardNs = nowNs;
    }
    if (session.onAck(frame.ackedFrame())) {
      senderNeeded |= session.isStalled();
      membership.onAcknowledged(nowNs, peer, session);
    }
    final long roundTripNs = session.takeRoundTripNs(session.ackedByPeer(), arrivalNs);
    if (roundTripNs >= 0) {
      peer.peer.onRoundTrip(roundTripNs);
    }
    final long number = frame.frameNumber();
    if (peer.held.isEmpty()) {
      try {
        final int position = deliver(nowNs, peer, bytes, frame.firstPosition(), 0, arrivalNs);
        if (position == bytes.length) {
          onAccepted(session, number, bytes.length);
        } else {
          hold(peer, new HeldFrame(bytes, number, arrivalNs, position, taken));
        }
      } finally {
        taker.endBatch();
      }
    } else if (peer.heldBytes + bytes.length > 2 * windowBytes) {
      // A peer that keeps to its window never comes near this.
      counters.add(LinkCounter.FRAMES_DROPPED, 1);
    } else {
      hold(peer, new HeldFrame(bytes, number, arrivalNs, frame.firstPosition(), 0));
    }
  }

  private void hold(final InboundPeer peer, final HeldFrame held) {
    counters.increment(LinkCounter.FRAMES_HELD);
    peer.hold(held);
  }

  private int offerHeld(final long nowNs) {
    int work = 0;
    for (final InboundPeer peer : membership.peers()) {
      while (!peer.held.isEmpty() && offer(nowNs, peer, peer.held.peekFirst())) {
        work++;
      }
    }
    return work;
  }

  /** Returns whether all of it was accepted, or dropped. */
  private boolean offer(final long nowNs, final InboundPeer peer, final HeldFrame head) {
    try {
      head.position = deliver(nowNs, peer, head.bytes, head.position, head.taken, head.arrivalNs);
      head.taken = taken;
      if (head.position < head.bytes.length) {
        return false;
      }
      peer.release();
      onAccepted(peer.peer.session(), head.frameNumber, head.bytes.length);
      return true;
    } finally {
      taker.endBatch();
    }
  }

  private void onAccepted(final PeerSession session, final long frameNumber, final int frameBytes) {
    session.onAccepted(frameNumber, frameBytes);
    if (session.unacknowledgedBytes() >= windowBytes / 4) {
      senderNeeded = true;
    }
  }

  /**
   * Returns the position of the first message of which something has to be held, or the length of
   * the frame. How much of that message was taken is in {@link #taken} then.
   */
  private int deliver(
      final long nowNs,
      final InboundPeer peer,
      final byte[] bytes,
      final int firstPosition,
      final int firstTaken,
      final long arrivalNs) {
    view.wrap(bytes);
    taker = handler;
    taken = firstTaken;
    int position = firstPosition;
    while (position < bytes.length) {
      final int length = FrameLayout.messageLength(view, position);
      final int offset = FrameLayout.messageOffset(position);
      if (PeerMessage.isKnown(header.wrap(view, offset).templateId())
          && !acceptAll(nowNs, peer, offset, length, arrivalNs)) {
        return position;
      }
      taken = 0;
      position = offset + length;
    }
    return position;
  }

  /** Returns false if something of the message has to be held. */
  private boolean acceptAll(
      final long nowNs,
      final InboundPeer peer,
      final int offset,
      final int length,
      final long arrivalNs) {
    delivered = true;
    final boolean isOfCommands = PeerMessage.isOfCommands(header.templateId());
    final int count = begin(offset, length);
    while (taken < count) {
      if (!accept(nowNs, peer, isOfCommands, arrivalNs)) {
        return false;
      }
      taken++;
    }
    return true;
  }

  /** Begins behind what was taken; returns how many there are in all. */
  private int begin(final int offset, final int length) {
    try {
      final int count = taker.begin(view, offset, length);
      for (int i = 0; i < taken; i++) {
        taker.skip();
      }
      return count;
    } catch (final RuntimeException fault) {
      onFault(fault);
      return 0;
    }
  }

  /** It is skipped, or it would throw at every step and nothing of the peer would ever follow. */
  private void onFault(final RuntimeException fault) {
    counters.increment(LinkCounter.MESSAGE_FAULTS);
    listener.onFault(fault);
  }

  /** Returns false if the next command of the message has to be held. */
  private boolean accept(
      final long nowNs, final InboundPeer peer, final boolean isCommand, final long arrivalNs) {
    try {
      final int result = taker.onNext(arrivalNs, peer.peer.key, peer.peer.session().incarnation);
      if (result == InboundHandler.ACCEPTED) {
        counters.increment(
            isCommand ? LinkCounter.COMMANDS_RECEIVED : LinkCounter.REPLIES_RECEIVED);
      } else if (result == InboundHandler.REFUSED) {
        counters.increment(LinkCounter.MESSAGES_REFUSED);
      } else if (nowNs - arrivalNs < queueLimitNs) {
        return false;
      } else if (isCommand) {
        counters.increment(LinkCounter.COMMANDS_BUSY);
        taker.refuseBusy();
      } else {
        counters.increment(LinkCounter.REPLIES_DROPPED);
      }
    } catch (final RuntimeException fault) {
      onFault(fault);
    }
    return true;
  }
}
