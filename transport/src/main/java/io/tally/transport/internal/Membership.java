package io.tally.transport.internal;

import io.tally.engine.internal.ShardDirectory;
import io.tally.transport.internal.codecs.NodeState;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Decides from hellos which incarnation of each peer this node talks to. Owned by the receiver.
 *
 * <p>An incarnation that is up is replaced by a newer one only when the newer one is ready. So a
 * second process of the same id, which will find out that it has to give way, takes nothing from
 * the first. And after a crash the successor takes the place of its predecessor as soon as it is
 * ready, although the heartbeat timeout of the predecessor has not passed yet.
 *
 * <p>A peer is up only once it has acknowledged a frame. That it is heard does not mean that it
 * hears this node, or accepts this process as the node of its id: a command handed to it before
 * might be lost, and its client would not learn the result.
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
  private final IncarnationTrust trust;

  Membership(
      final long heartbeatTimeoutNs,
      final LocalNode local,
      final PeerTable peers,
      final ShardDirectory directory,
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
    trust = new IncarnationTrust(local, inboundPeers);
    failures = new FailureDetector(inboundPeers, changes, counters, heartbeatTimeoutNs);
    for (int i = 0; i < inboundPeers.length; i++) {
      final Peer peer = peers.others()[i];
      inboundPeers[i] = new InboundPeer(peer, new PeerShards(directory, peer.index));
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

  /** The peer with this key; null if there is none. */
  InboundPeer peer(final long key) {
    return peerByKey.get(key);
  }

  void onHello(final long nowNs, final Hello hello) {
    if (hello.key == local.key && hello.incarnation == local.incarnation) {
      return;
    }
    counters.increment(LinkCounter.HELLOS_RECEIVED);
    final InboundPeer inbound = peerByKey.get(hello.key);
    if (local.protocol.highestCommon(hello.protocol) == ProtocolRange.NONE) {
      refuse(nowNs, hello, FrameRefusal.VERSION);
      return;
    }
    if (hello.fingerprint != local.fingerprint || (inbound == null && hello.key != local.key)) {
      refuse(nowNs, hello, FrameRefusal.FINGERPRINT);
      return;
    }
    if (!trust.isPlausible(inbound, hello)) {
      refuse(nowNs, hello, FrameRefusal.INCARNATION);
      return;
    }
    refused.onAccepted(hello.nodeId, hello.incarnation);
    if (hello.key == local.key) {
      fencing.onOwnId(hello);
      fencing.onKnownGeneration(hello.generation);
      return;
    }
    inbound.wallClockMs = hello.wallClockMs;
    fencing.onKnownIncarnation(hello.knownIncarnation);
    fencing.onKnownShardIncarnation(hello.knownShardIncarnation);
    fencing.onKnownGeneration(hello.knownGeneration);
    onPeer(nowNs, inbound, hello);
    if (hello.isResolved && local.state() == NodeState.DRAINING) {
      onResolved(inbound.peer.session(), hello.incarnation);
    }
  }

  /**
   * A process sent a frame of a version in which it can say no hello that is understood here. If it
   * is a node of the list, it is refused by its name.
   */
  void onOtherVersion(final long nowNs, final long key, final long incarnation) {
    final InboundPeer inbound = peerByKey.get(key);
    if (incarnation <= 0) {
      return;
    }
    if (inbound != null) {
      onRefused(nowNs, inbound.peer.id, incarnation, FrameRefusal.VERSION);
    } else if (key == local.key) {
      onRefused(nowNs, local.id, incarnation, FrameRefusal.VERSION);
    }
  }

  /**
   * Looks for processes that are not heard any more. Returns how many peers are down or deaf now.
   */
  int checkTimeouts(final long nowNs) {
    refused.checkTimeouts(nowNs);
    return failures.check(nowNs);
  }

  /**
   * A peer that is ready has told the incarnations of all its shards. Returns why they are not
   * believed, or null.
   */
  FrameRefusal onAnnouncement(
      final InboundPeer inbound, final PeerSession session, final long number) {
    final Peer peer = inbound.peer;
    final long highest = inbound.shards.highest();
    final boolean isDoubted = !trust.isPlausible(session, peer, highest);
    if (session.shardsDoubted(isDoubted)) {
      listener.onPeerRefused(peer.id, highest, FrameRefusal.INCARNATION);
    }
    if (isDoubted) {
      return FrameRefusal.INCARNATION;
    }
    final boolean isTaken = inbound.shards.publish();
    if (isTaken) {
      peer.onShards(highest);
      session.onAnnouncementTaken(number);
    } else if (number > session.announcementTaken()) {
      session.onAnnouncementTaken(-number);
    }
    session.wantAnswer();
    changes.needSender();
    return isTaken ? null : FrameRefusal.STALE_INCARNATION;
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
        peer.onGeneration(hello.generation);
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
      default -> throw new IllegalStateException("a hello of a node that is " + state);
    }
    final PeerSession answering = peer.session();
    if (answering.incarnation != incarnation) {
      return;
    }
    if (hello.isNumbered && answering.onKnownAnnouncement(hello.knownAnnouncement)) {
      fencing.onAnnouncementRefused(-hello.knownAnnouncement, hello.knownShardIncarnation);
      changes.needSender();
    }
    if (hello.wantsAnswer) {
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
      // The sender may be in the middle of a step for the old session. What is claimed from now on
      // must not be sent to it.
      peer.session().status(PeerStatus.DOWN);
    }
    // Before the session is seen: what is handed to it must not be meant for what another one had.
    inbound.shards.forget();
    final PeerSession session =
        new PeerSession(
            peer.nextSession(),
            hello.incarnation,
            local.protocol.highestCommon(hello.protocol),
            hello.services,
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
   * A peer sent messages, so it is ready, even if the hello that says so was lost. Its next start
   * has to have a higher incarnation, because the lanes refuse a lower one.
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
        // No event: it will soon be up or deaf, and that is told.
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
    onRefused(nowNs, hello.nodeId, hello.incarnation, reason);
    if (hello.wantsAnswer) {
      answers.answerRefused(hello, hello.key == local.key || peerByKey.containsKey(hello.key));
    }
  }

  private void onRefused(
      final long nowNs, final String nodeId, final long incarnation, final FrameRefusal reason) {
    if (refused.onHeard(nowNs, nodeId, incarnation, reason)) {
      listener.onPeerRefused(nodeId, incarnation, reason);
    }
  }
}
