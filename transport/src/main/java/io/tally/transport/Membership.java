package io.tally.transport;

import io.tally.engine.SteppedAgent;
import io.tally.engine.codecs.NodeState;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Decides from hellos and silence which incarnation of each peer this node talks to, and whether
 * this node itself may go on. Owned by the receiver.
 *
 * <p>An incarnation that is up is replaced by a newer one only when that one is ready. So a second
 * process of the same id, which will find out that it has to give way, takes nothing from the
 * first; and after a crash the successor takes its place as soon as it is ready, although the dead
 * one was not silent for long enough yet.
 *
 * <p>A peer is up only once it has acknowledged a frame: that it is heard does not say that it
 * hears, or that it takes this process for the one of its id. What was handed to it before would
 * end unknown.
 */
final class Membership {
  private final LocalNode local;
  private final PeerTable peers;
  private final Subjects subjects;
  private final LinkListener listener;
  private final LinkCounters counters;
  private final ManyToOneConcurrentArrayQueue<HelloRequest> helloRequests;
  private final RefusedProcesses refused;
  private final InboundPeer[] inboundPeers;
  private final Long2ObjectHashMap<InboundPeer> peerByKey = new Long2ObjectHashMap<>();
  private final long silenceTimeoutNs;
  private boolean senderNeeded;
  private boolean drainingHeard;

  Membership(
      final long silenceTimeoutNs,
      final LocalNode local,
      final PeerTable peers,
      final RefusedProcesses refused,
      final Subjects subjects,
      final ManyToOneConcurrentArrayQueue<HelloRequest> helloRequests,
      final LinkListener listener,
      final LinkCounters counters) {
    this.local = local;
    this.peers = peers;
    this.refused = refused;
    this.helloRequests = helloRequests;
    this.counters = counters;
    this.subjects = subjects;
    this.listener = listener;
    this.silenceTimeoutNs = silenceTimeoutNs;
    inboundPeers = new InboundPeer[peers.others().length];
    for (int i = 0; i < inboundPeers.length; i++) {
      inboundPeers[i] = new InboundPeer(peers.others()[i]);
      peerByKey.put(inboundPeers[i].peer.key, inboundPeers[i]);
    }
  }

  InboundPeer[] peers() {
    return inboundPeers;
  }

  /** Null if no peer has this key. */
  InboundPeer peer(final long key) {
    return peerByKey.get(key);
  }

  void onHello(final long nowNs, final Hello hello) {
    if (hello.key == local.key && hello.incarnation == local.incarnation) {
      return;
    }
    counters.increment(LinkCounter.HELLOS_RECEIVED);
    final InboundPeer inbound = peerByKey.get(hello.key);
    if (hello.fingerprint != local.fingerprint || (inbound == null && hello.key != local.key)) {
      refuse(nowNs, hello, FrameRefusal.FINGERPRINT);
      return;
    }
    if (!isPlausible(inbound, hello)) {
      refuse(nowNs, hello, FrameRefusal.INCARNATION);
      return;
    }
    refused.onAccepted(hello.nodeId, hello.incarnation);
    if (hello.key == local.key) {
      onOwnId(hello);
      return;
    }
    inbound.wallClockMs = hello.wallClockMs;
    onKnownIncarnation(hello.knownIncarnation);
    onPeer(nowNs, inbound, hello);
    if (hello.isResolved && local.state() == NodeState.DRAINING) {
      onResolved(inbound.peer.session(), hello.incarnation);
    }
  }

  /** Declares peers down that were silent for too long. Returns how many. */
  int checkSilence(final long nowNs) {
    refused.checkSilence(nowNs);
    int count = 0;
    for (final InboundPeer inbound : inboundPeers) {
      final PeerSession session = inbound.peer.session();
      if (session != null && session.isAlive() && nowNs - inbound.lastHeardNs >= silenceTimeoutNs) {
        counters.increment(LinkCounter.PEERS_SILENT);
        inbound.doubt();
        become(inbound.peer, session, PeerStatus.DOWN);
        count++;
      } else if (session != null && isDeaf(nowNs, inbound, session)) {
        counters.increment(LinkCounter.PEERS_DEAF);
        inbound.doubt();
        become(inbound.peer, session, PeerStatus.DEAF);
        count++;
      }
    }
    return count;
  }

  /** Time during which this node itself stood still is not its peers' silence. */
  void onStoodStill(final long durationNs) {
    for (final InboundPeer inbound : inboundPeers) {
      inbound.lastHeardNs += durationNs;
      inbound.lastAckedNs += durationNs;
    }
  }

  long nextTimeoutNs() {
    long next = SteppedAgent.NEVER;
    for (final InboundPeer inbound : inboundPeers) {
      final PeerSession session = inbound.peer.session();
      if (session != null && session.isAlive()) {
        next = Math.min(next, inbound.lastHeardNs + silenceTimeoutNs);
        if (session.status() == PeerStatus.UP && inbound.isUnacknowledged()) {
          next = Math.min(next, inbound.lastAckedNs + silenceTimeoutNs);
        }
      }
    }
    return next;
  }

  /** Whether something happened since the last call that the sender has to see soon. */
  boolean takeSenderNeeded() {
    final boolean needed = senderNeeded;
    senderNeeded = false;
    return needed;
  }

  /** Whether a peer said since the last call that it drains. */
  boolean takeDrainingHeard() {
    final boolean heard = drainingHeard;
    drainingHeard = false;
    return heard;
  }

  /**
   * A mistaken process could otherwise end this one, or take its own successors' place for ever, by
   * a number that nobody can exceed. One wrong clock, whosever it is, must not refuse the others;
   * and what was once believed is not judged again, since clocks are set right.
   */
  private boolean isPlausible(final InboundPeer inbound, final Hello hello) {
    long latestMs = Math.max(local.latestWallClockMs(), hello.wallClockMs);
    for (final InboundPeer other : inboundPeers) {
      latestMs = Math.max(latestMs, other.wallClockMs);
    }
    final long believed = inbound == null ? local.incarnation : inbound.believedIncarnation();
    return isPlausible(hello.incarnation, believed, latestMs)
        && isPlausible(
            hello.knownIncarnation, local.incarnation, Math.max(latestMs, hello.knownWallClockMs));
  }

  /** Its predecessor counts among the clocks: a successor has to be higher. */
  private static boolean isPlausible(
      final long incarnation, final long believed, final long latestMs) {
    return incarnation <= believed
        || Incarnation.isPlausible(
            incarnation, Math.max(latestMs, Incarnation.wallClockMs(believed)));
  }

  private static void onResolved(final PeerSession session, final long incarnation) {
    if (session != null && session.incarnation == incarnation) {
      session.onResolved();
    }
  }

  private void onPeer(final long nowNs, final InboundPeer inbound, final Hello hello) {
    final long incarnation = hello.incarnation;
    final NodeState state = hello.state;
    final Peer peer = inbound.peer;
    if (incarnation < peer.readyIncarnation()) {
      counters.refuse(FrameRefusal.STALE_INCARNATION);
      if (state != NodeState.LEAVING) {
        answerOther(peer, incarnation);
      }
      return;
    }
    if (incarnation == inbound.leftIncarnation) {
      return;
    }
    final PeerSession session = peer.session();
    final boolean isCurrent = session != null && session.incarnation == incarnation;
    switch (state) {
      case LEAVING -> {
        inbound.leftIncarnation = incarnation;
        if (isCurrent) {
          become(peer, session, PeerStatus.LEFT);
        }
        return;
      }
      case READY, DRAINING -> {
        if (state == NodeState.DRAINING) {
          inbound.drainingIncarnation = incarnation;
        }
        final PeerStatus status = readyStatus(inbound, incarnation);
        if (isCurrent) {
          inbound.lastHeardNs = nowNs;
          becomeReady(inbound, session, status);
        } else {
          becomeReady(inbound, replaceSession(nowNs, inbound, hello), status);
        }
      }
      case STARTING -> {
        if (isCurrent) {
          inbound.lastHeardNs = nowNs;
          if (session.status() == PeerStatus.DOWN) {
            inbound.lastAckedNs = nowNs;
            become(peer, session, PeerStatus.STARTING);
          }
        } else if (session == null
            || !session.isAlive()
            || session.incarnation != peer.readyIncarnation()) {
          become(peer, replaceSession(nowNs, inbound, hello), PeerStatus.STARTING);
        } else if (hello.wantsAnswer) {
          answerOther(peer, incarnation);
          return;
        }
      }
      default -> throw new IllegalStateException();
    }
    final PeerSession answering = peer.session();
    if (hello.wantsAnswer && answering.incarnation == incarnation) {
      answering.wantAnswer();
      senderNeeded = true;
    }
  }

  private PeerSession replaceSession(
      final long nowNs, final InboundPeer inbound, final Hello hello) {
    final int dropped = inbound.dropHeld();
    counters.add(LinkCounter.FRAMES_DROPPED, dropped);
    inbound.lastHeardNs = nowNs;
    inbound.lastAckedNs = nowNs;
    final Peer peer = inbound.peer;
    if (peer.session() != null) {
      // The sender may be in the middle of a step for it: what is claimed from now on is not its.
      peer.session().status(PeerStatus.DOWN);
    }
    final PeerSession session =
        new PeerSession(
            hello.incarnation,
            subjects.node(peer.id, hello.incarnation),
            hello.requestTimeoutNs,
            Math.max(hello.wallClockMs, Incarnation.wallClockMs(hello.incarnation)),
            new PeerClock(hello.clockNs, hello.arrivalNs));
    peer.session(session);
    inbound.doubt();
    peers.onStatusChanged();
    senderNeeded = true;
    return session;
  }

  /**
   * Only a node that is ready hands anything over, also if its hello that says so was lost. A start
   * after it has to have a higher incarnation: the lanes refuse a lower one.
   */
  void onMessages(final Peer peer, final PeerSession session) {
    if (session.incarnation > peer.readyIncarnation()) {
      if (peer.readyIncarnation() != 0) {
        counters.increment(LinkCounter.INCARNATION_CHANGES);
      }
      peer.onReady(session.incarnation, session.wallClockMs);
    }
  }

  private void becomeReady(
      final InboundPeer inbound, final PeerSession session, final PeerStatus status) {
    onMessages(inbound.peer, session);
    if (status == PeerStatus.UP && !session.isHearing()) {
      if (session.status() == PeerStatus.DOWN) {
        // Soon it is up, or deaf, of which there is more to tell.
        inbound.lastAckedNs = inbound.lastHeardNs;
        session.status(PeerStatus.STARTING);
        senderNeeded = true;
      }
    } else if (session.status() != status) {
      become(inbound.peer, session, status);
    }
  }

  /** A peer has acknowledged more than before. */
  void onAcknowledged(final long nowNs, final InboundPeer inbound, final PeerSession session) {
    inbound.lastAckedNs = nowNs;
    if (session.isHearing() || session.ackedByPeer() <= inbound.provesNothingUpTo) {
      return;
    }
    session.hearing(true);
    if (isReady(inbound, session)
        && (session.status() == PeerStatus.STARTING || session.status() == PeerStatus.DEAF)) {
      become(inbound.peer, session, readyStatus(inbound, session.incarnation));
    }
  }

  private static PeerStatus readyStatus(final InboundPeer inbound, final long incarnation) {
    return incarnation == inbound.drainingIncarnation ? PeerStatus.DRAINING : PeerStatus.UP;
  }

  private static boolean isReady(final InboundPeer inbound, final PeerSession session) {
    return session.incarnation == inbound.peer.readyIncarnation();
  }

  /** One that is ready, and acknowledges nothing of what it is sent. */
  private boolean isDeaf(final long nowNs, final InboundPeer inbound, final PeerSession session) {
    if (!inbound.isUnacknowledged()) {
      inbound.lastAckedNs = nowNs;
    }
    final boolean isSentTo =
        session.status() == PeerStatus.UP
            || session.status() == PeerStatus.STARTING && isReady(inbound, session);
    return isSentTo && nowNs - inbound.lastAckedNs >= silenceTimeoutNs;
  }

  private void become(final Peer peer, final PeerSession session, final PeerStatus status) {
    session.status(status);
    peers.onStatusChanged();
    drainingHeard |= status == PeerStatus.DRAINING;
    senderNeeded = true;
    listener.onPeerStatus(peer.id, session.incarnation, status);
  }

  private void refuse(final long nowNs, final Hello hello, final FrameRefusal reason) {
    counters.refuse(reason);
    if (hello.state == NodeState.LEAVING) {
      refused.onLeft(nowNs, hello.nodeId, hello.incarnation);
      return;
    }
    if (refused.onHeard(nowNs, hello.nodeId, hello.incarnation, reason)) {
      listener.onPeerRefused(hello.nodeId, hello.incarnation, reason);
    }
    if (hello.wantsAnswer) {
      // Publishing to subjects of nodes that are not in the list may well be denied, and a stranger
      // must not have that said of this node.
      final boolean isListed = hello.key == local.key || peerByKey.containsKey(hello.key);
      answer(isListed ? subjects.node(hello.nodeId, hello.incarnation) : subjects.hello(), 0, 0);
    }
  }

  private void onOwnId(final Hello hello) {
    final long incarnation = hello.incarnation;
    final NodeState state = hello.state;
    final NodeState ownState = local.state();
    if (ownState == NodeState.LEAVING || state == NodeState.LEAVING) {
      onKnownIncarnation(ownState == NodeState.STARTING ? incarnation : 0);
      return;
    }
    final boolean otherIsReady = state != NodeState.STARTING;
    if (ownState == NodeState.STARTING) {
      if (otherIsReady || incarnation < local.incarnation) {
        onAlreadyRunning(incarnation);
      }
    } else if (otherIsReady && incarnation > local.incarnation) {
      onSuperseded(incarnation);
    }
    if (hello.wantsAnswer) {
      answer(subjects.node(local.id, incarnation), local.incarnation, local.latestWallClockMs());
    }
  }

  private void onKnownIncarnation(final long known) {
    if (known < local.incarnation
        || (known == local.incarnation && local.state() != NodeState.STARTING)) {
      return;
    }
    if (local.state() == NodeState.STARTING) {
      if (known > local.knownIncarnation()) {
        local.knownIncarnation(known);
        listener.onKnownIncarnation(known);
      }
    } else if (local.state() != NodeState.LEAVING) {
      onSuperseded(known);
    }
  }

  private void onAlreadyRunning(final long incarnation) {
    if (local.alreadyRunning() == 0) {
      local.alreadyRunning(incarnation);
      listener.onAlreadyRunning(incarnation);
    }
  }

  private void onSuperseded(final long incarnation) {
    if (local.superseded() == 0) {
      local.superseded(incarnation);
      listener.onSuperseded(incarnation);
    }
  }

  private void answerOther(final Peer peer, final long incarnation) {
    answer(subjects.node(peer.id, incarnation), peer.readyIncarnation(), peer.readyWallClockMs());
  }

  private void answer(
      final String subject, final long knownIncarnation, final long knownWallClockMs) {
    // A full queue means that others wait for an answer; this one asks again.
    if (helloRequests.offer(new HelloRequest(subject, knownIncarnation, knownWallClockMs))) {
      senderNeeded = true;
    }
  }
}
