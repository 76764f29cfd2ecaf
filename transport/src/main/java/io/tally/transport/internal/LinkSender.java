package io.tally.transport.internal;

import io.tally.engine.internal.ShardDirectory;
import io.tally.engine.internal.SteppedAgent;
import io.tally.transport.internal.codecs.NodeState;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Publishes everything that leaves this node. The only place that calls {@link
 * FrameCarrier#publish}, which may block with some carriers: then it is stepped by a thread of its
 * own.
 */
final class LinkSender implements SteppedAgent {
  /** How often a carrier that is away is looked at again. */
  private static final long DISCONNECTED_NS = 20_000_000;

  private final LocalNode local;
  private final PeerTable peers;
  private final FrameCarrier carrier;
  private final LinkCounters counters;
  private final ManyToOneConcurrentArrayQueue<HelloRequest> helloRequests;
  private final PeerPublisher[] publishers;
  private final ShardAnnouncement announcement;
  private final OutboundFrame frame;
  private final String discoverySubject;
  private final long helloIntervalNs;
  private final long startHelloIntervalNs;
  private volatile NodeState announcedState;
  private long nextDiscoveryNs;
  private long nextStepNs;
  private long lastStepNs;
  private boolean isGathering;

  LinkSender(
      final LinkSettings settings,
      final FrameCarrier carrier,
      final LocalNode local,
      final PeerTable peers,
      final ShardDirectory directory,
      final Subjects subjects,
      final ManyToOneConcurrentArrayQueue<HelloRequest> helloRequests,
      final PeerResolution.Unresolved commands,
      final LinkCounters counters) {
    this.local = local;
    this.peers = peers;
    this.helloRequests = helloRequests;
    this.counters = counters;
    this.carrier = carrier;
    helloIntervalNs = settings.helloIntervalNs();
    startHelloIntervalNs = Math.max(1, helloIntervalNs / 5);
    discoverySubject = subjects.hello();
    frame = new OutboundFrame(local, settings.maxFrameBytes());
    announcement = new ShardAnnouncement(directory, local.index, local.incarnation);
    publishers = new PeerPublisher[peers.others().length];
    for (int i = 0; i < publishers.length; i++) {
      publishers[i] =
          new PeerPublisher(
              peers.others()[i],
              local,
              new PeerAnnouncer(announcement, local, helloIntervalNs),
              new PeerResolution(peers.others()[i], commands),
              carrier,
              frame,
              counters,
              settings);
    }
  }

  @Override
  public int doWork(final long nowNs) {
    lastStepNs = nowNs;
    if (!carrier.isConnected()) {
      // Messages stay in the outbound rings, and claimers are told to try again, until a peer's
      // heartbeat timeout has passed.
      for (final PeerPublisher publisher : publishers) {
        publisher.followSession(nowNs);
      }
      nextStepNs = nowNs + DISCONNECTED_NS;
      return 0;
    }
    announcement.update();
    local.announcementNumber(announcement.number());
    final NodeState state = local.state();
    final boolean announce = state != announcedState;
    int messages = answerOthers();
    if (announce || nowNs - nextDiscoveryNs >= 0) {
      discover(nowNs, state);
      messages++;
    }

    long next = nextDiscoveryNs;
    for (final PeerPublisher publisher : publishers) {
      messages += publisher.doWork(nowNs, announce);
      next = Math.min(next, publisher.nextStepNs(nowNs));
    }
    if (!isGathering) {
      carrier.flush();
    }
    announcedState = state;
    nextStepNs = next;
    return messages;
  }

  @Override
  public long nextStepNs() {
    return nextStepNs;
  }

  /** The publisher of a peer, in the order of {@link PeerTable#others()}. */
  PeerPublisher publisher(final int index) {
    return publishers[index];
  }

  /** Whether the goodbye was published to everybody. Any thread. */
  boolean hasSaidGoodbye() {
    return announcedState == NodeState.LEAVING;
  }

  /** From now on what is published waits until the carrier is flushed by somebody else. */
  void gather() {
    isGathering = true;
  }

  /** Says goodbye, unless that was done. Nobody may step this sender any more. */
  void close() {
    if (!hasSaidGoodbye()) {
      doWork(lastStepNs);
    }
    carrier.flush();
  }

  private void discover(final long nowNs, final NodeState state) {
    nextDiscoveryNs =
        nowNs + (state == NodeState.STARTING ? startHelloIntervalNs : helloIntervalNs);
    final boolean wantsAnswers =
        state == NodeState.STARTING || (state == NodeState.READY && !peers.areAllUp());
    if (sayHello(HelloRequest.knowingNothing(discoverySubject), !wantsAnswers)) {
      local.helloSaid(nowNs);
    }
  }

  private int answerOthers() {
    int count = 0;
    HelloRequest request;
    while (count < helloRequests.capacity() && (request = helloRequests.poll()) != null) {
      sayHello(request, true);
      count++;
    }
    return count;
  }

  private boolean sayHello(final HelloRequest hello, final boolean isAnswer) {
    frame.begin();
    frame.appendHello(
        hello.knownIncarnation(),
        hello.knownWallClockMs(),
        hello.knownShardIncarnation(),
        hello.knownGeneration(),
        0,
        isAnswer,
        false);
    final int length = frame.finish(0, 0);
    if (!carrier.publish(hello.subject(), frame.memory(), length)) {
      counters.increment(LinkCounter.PUBLISH_FAILURES);
      return false;
    }
    counters.increment(LinkCounter.FRAMES_SENT);
    counters.increase(LinkCounter.BYTES_SENT, length);
    counters.increment(LinkCounter.HELLOS_SENT);
    return true;
  }
}
