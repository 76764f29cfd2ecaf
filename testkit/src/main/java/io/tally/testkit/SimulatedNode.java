package io.tally.testkit;

import io.tally.counter.CounterProxy;
import io.tally.engine.EngineContext;
import io.tally.engine.EngineThreads;
import io.tally.engine.IdempotencyLimit;
import io.tally.engine.NodeLink;
import io.tally.engine.ShardEngine;
import io.tally.engine.SteppedAgent;
import io.tally.transport.ClusterLink;
import io.tally.transport.Incarnation;
import io.tally.transport.LinkContext;
import io.tally.transport.LinkListener;
import io.tally.transport.LinkSettings;
import io.tally.transport.LinkWitness;
import io.tally.transport.NatsSession;
import io.tally.transport.NodeStart;
import io.tally.transport.ServiceVersion;
import io.tally.transport.WallClock;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The node of a simulated process: its link, its engine, which follows once the link has settled
 * the node's incarnation, and the threads that step the two.
 */
final class SimulatedNode {
  private static final long NS_PER_MS = 1_000_000;

  final int index;
  final String id;
  final String seed;
  private final World world;
  private final Settings settings;
  private final ProcessExecution execution;
  private final List<String> violations;
  private final long requestTimeoutNs;
  private final LinkSettings linkSettings;
  private final IdempotencyLimit keyLimit;
  private final WallClock wallClock;
  private final Counters counters;
  private final SimulatedThread[] loops;
  private final SimulatedThread sender;
  private FrontDoor door;
  private ClusterLink link;
  private LinkWitness witness;
  private ShardEngine engine;
  private long incarnation;
  private long bornStamp;
  private boolean abandoning;
  private boolean threadsEnd;

  SimulatedNode(
      final World world,
      final Settings settings,
      final ProcessExecution execution,
      final List<String> violations,
      final int index,
      final String seed,
      final long requestTimeoutNs) {
    this.world = world;
    this.settings = settings;
    this.execution = execution;
    this.violations = violations;
    this.index = index;
    this.seed = seed;
    this.requestTimeoutNs = requestTimeoutNs;
    id = settings.nodeIds().get(index);
    linkSettings = Settings.link(requestTimeoutNs);
    keyLimit = new IdempotencyLimit(settings.maxKeysOfProcess());
    wallClock = new WallClock(execution::epochMillis);
    counters = new Counters(execution, violations::add);
    sender = new SimulatedThread(world, execution, this::stepSender, 400_000);
    loops = new SimulatedThread[settings.loopCount()];
    for (int i = 0; i < loops.length; i++) {
      final int loop = i;
      loops[i] = new SimulatedThread(world, execution, () -> stepLoop(loop), 100_000);
    }
  }

  long minFrameBytes() {
    return linkSettings.minFrameBytes();
  }

  long requestTimeoutNs() {
    return requestTimeoutNs;
  }

  /** How long a request may wait unread: as long as every owner's keys allow. */
  long unreadTimeoutNs() {
    return link == null
        ? requestTimeoutNs
        : Math.min(requestTimeoutNs, link.shortestRequestTimeoutNs());
  }

  Counters counters() {
    return counters;
  }

  /** Null before the incarnation is settled. */
  ShardEngine engine() {
    return engine;
  }

  /** Null where there are no other nodes, and before the start. */
  ClusterLink link() {
    return link;
  }

  LinkWitness witness() {
    return witness;
  }

  long incarnation() {
    return incarnation;
  }

  /** When its engine was launched, in the order of the history. */
  long bornStamp() {
    return bornStamp;
  }

  /** Keys remembered, and places held ready for others. */
  long keyPlaces() {
    return keyLimit.acquired();
  }

  void drawIncarnation() {
    incarnation = Incarnation.of(wallClock.time(), world.nextLong());
  }

  /** The cluster knows an incarnation of this node that is not lower. */
  void raiseIncarnation(final long known) {
    link.close();
    wallClock.onKnownIncarnation(known);
    incarnation = Incarnation.above(known, world.nextLong());
  }

  /** Half of the processes host a later version of the service, whichever node they are. */
  private ServiceVersion hosted(final long ofIncarnation) {
    return new ServiceVersion(counters.schemaId(), counters.version() + (int) (ofIncarnation & 1));
  }

  void launchLink(
      final NatsSession session, final ProcessListener commands, final LinkListener listener)
      throws IOException {
    witness = new LinkWitness(linkSettings, this::hosted, violations::add);
    link =
        ClusterLink.launch(
            settings.cluster(seed),
            new NodeStart("sim", id, incarnation, List.of(hosted(incarnation))),
            linkSettings,
            new LinkContext(
                new PausingCarrier(execution, session, witness, commands),
                execution::nanoTime,
                wallClock,
                loops[0],
                sender,
                listener));
    witness.attach(link);
  }

  void launchEngine(final FrontDoor frontDoor) {
    door = frontDoor;
    engine =
        new ShardEngine(
            new EngineContext()
                .cluster(settings.cluster(seed))
                .settings(settings.engine(requestTimeoutNs))
                .nodeId(id)
                .incarnation(incarnation)
                .idempotencyLimit(keyLimit)
                .random(world::nextLong)
                .services(counters)
                .faultHandler((shardId, fault) -> violations.add("fault: " + fault))
                .link(link == null ? NodeLink.NONE : new PausingLink(execution, link, witness))
                .clock(execution::nanoTime)
                .startEpochNs(execution.epochMillis() * NS_PER_MS)
                .threads(EngineThreads.ofLoops(loops)));
    for (int loop = 0; loop < loops.length; loop++) {
      door.serve(loop, new CounterProxy(engine.ingress(loop)), execution.clock().nanoTime());
    }
    bornStamp = world.stamp();
    if (link != null) {
      link.attach(new PausingInbound(execution, engine.inbound(), witness));
    }
    noticeLoops();
    sender.notice();
  }

  private void noticeLoops() {
    for (final SimulatedThread loop : loops) {
      loop.notice();
    }
  }

  /** It gives way to another process of its id: nothing is taken from clients any more. */
  void closeIngresses() {
    for (int loop = 0; loop < loops.length; loop++) {
      engine.ingress(loop).close();
    }
  }

  /** Ends all requests that are still under way. */
  void abandonRequests() {
    abandoning = true;
    noticeLoops();
  }

  /** Ends the threads. Returns false while one of them is in the middle of a step. */
  boolean endThreads() {
    threadsEnd = true;
    return !sender.isRunning() && Arrays.stream(loops).noneMatch(SimulatedThread::isRunning);
  }

  void addTraces(final Traces traces) {
    if (engine != null) {
      EndTraces.add(traces, engine);
      traces.add(Trace.TIMERS_FIRED, counters.firedTimers());
    }
    if (link != null) {
      EndTraces.add(traces, link);
    }
  }

  /** Steps the link on the thread that starts the process. */
  void stepLink(final long nowNs) {
    link.receiver().doWork(nowNs);
    link.sender().doWork(nowNs);
  }

  private long stepLoop(final int loop) {
    if (engine == null || threadsEnd) {
      return SteppedAgent.NEVER;
    }
    door.poll(loop);
    final long nowNs = execution.nanoTime();
    final boolean receives = loop == 0 && link != null;
    if (receives) {
      link.receiver().doWork(nowNs);
    }
    engine.ingress(loop).doWork(nowNs);
    engine.shardAgent(loop).doWork(nowNs);
    if (abandoning) {
      engine.ingress(loop).abandonAll();
    }
    door.tick(loop, nowNs);
    long nextNs = door.nextTickNs(loop);
    if (receives) {
      nextNs = Math.min(nextNs, link.receiver().nextStepNs());
    }
    nextNs = Math.min(nextNs, engine.ingress(loop).nextStepNs());
    return Math.min(nextNs, engine.shardAgent(loop).nextStepNs());
  }

  private long stepSender() {
    if (engine == null || link == null || threadsEnd) {
      return SteppedAgent.NEVER;
    }
    link.sender().doWork(execution.nanoTime());
    return link.sender().nextStepNs();
  }

  void wakeLoop(final int loop) {
    loops[loop].notice();
  }
}
