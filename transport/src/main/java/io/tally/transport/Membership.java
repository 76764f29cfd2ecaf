package io.tally.transport;

import io.tally.engine.codecs.NodeState;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Decides from hellos which incarnation of each peer this node talks to. Owned by the receiver.
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
  private final Subjects subjects;
  private final LinkListener listener;
  private final LinkCounters counters;
  private final RefusedProcesses refused;
  private final InboundPeer[] inboundPeers;
  private final Long2ObjectHashMap<InboundPeer> peerByKey = new Long2ObjectHashMap<>();
  private final PeerStatusChanges changes;
  private final HelloAnswers answers;
  private final SelfFencing fencing;
  private final FailureDetector failures;

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
    this.refused = refused;
    this.counters = counters;
    this.subjects = subjects;
    this.listener = listener;
    changes = new PeerStatusChanges(peers, listener);
    answers = new HelloAnswers(subjects, helloRequests, changes);
    fencing = new SelfFencing(local, answers, listener);
    inboundPeers = new InboundPeer[peers.others().length];
    failures = new FailureDetector(inboundPeers, changes, counters, silenceTimeoutNs);
    for (int i = 0; i < inboundPeers.length; i++) {
      inboundPeers[i] = new InboundPeer(peers.others()[i]);
      peerByKey.put(inboundPeers[i].peer.key, inboundPeers[i]);
    }
  }

  InboundPeer[] peers() {
    return inboundPeers;
  }

  PeerStatusChanges changes() {
    return changes;
  }

  FailureDetector failures() {
    return failures;
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
      fencing.onOwnId(hello);
      return;
    }
    inbound.wallClockMs = hello.wallClockMs;
    fencing.onKnownIncarnation(hello.knownIncarnation);
    onPeer(nowNs, inbound, hello);
    if (hello.isResolved && local.state() == NodeState.DRAINING) {
      onResolved(inbound.peer.session(), hello.incarnation);
    }
  }

  /** Looks for processes that are not heard any more. Returns how many peers were declared so. */
  int checkSilence(final long nowNs) {
    refused.checkSilence(nowNs);
    return failures.check(nowNs);
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
        answers.answer(peer, incarnation);
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
          changes.become(peer, session, PeerStatus.LEFT);
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
            changes.become(peer, session, PeerStatus.STARTING);
          }
        } else if (session == null
            || !session.isAlive()
            || session.incarnation != peer.readyIncarnation()) {
          changes.become(peer, replaceSession(nowNs, inbound, hello), PeerStatus.STARTING);
        } else if (hello.wantsAnswer) {
          answers.answer(peer, incarnation);
          return;
        }
      }
      default -> throw new IllegalStateException();
    }
    final PeerSession answering = peer.session();
    if (hello.wantsAnswer && answering.incarnation == incarnation) {
      answering.wantAnswer();
      changes.needSender();
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
    changes.onReplaced();
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
        changes.needSender();
      }
    } else if (session.status() != status) {
      changes.become(inbound.peer, session, status);
    }
  }

  /** A peer has acknowledged more than before. */
  void onAcknowledged(final long nowNs, final InboundPeer inbound, final PeerSession session) {
    inbound.lastAckedNs = nowNs;
    if (session.isHearing() || session.ackedByPeer() <= inbound.provesNothingUpTo) {
      return;
    }
    session.hearing(true);
    if (inbound.isReady(session)
        && (session.status() == PeerStatus.STARTING || session.status() == PeerStatus.DEAF)) {
      changes.become(inbound.peer, session, readyStatus(inbound, session.incarnation));
    }
  }

  private static PeerStatus readyStatus(final InboundPeer inbound, final long incarnation) {
    return incarnation == inbound.drainingIncarnation ? PeerStatus.DRAINING : PeerStatus.UP;
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
      answers.answerRefused(hello, hello.key == local.key || peerByKey.containsKey(hello.key));
    }
  }
}
