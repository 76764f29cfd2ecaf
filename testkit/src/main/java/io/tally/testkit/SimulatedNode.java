package io.tally.testkit;

import io.tally.engine.ClusterSettings;
import io.tally.engine.Places;
import io.tally.engine.internal.EngineBudgets;
import io.tally.engine.internal.EngineContext;
import io.tally.engine.internal.EngineCounter;
import io.tally.engine.internal.EngineThreads;
import io.tally.engine.internal.IdempotencyLimit;
import io.tally.engine.internal.NodeLink;
import io.tally.engine.internal.OwnNode;
import io.tally.engine.internal.ReplyRoom;
import io.tally.engine.internal.RoutingTable;
import io.tally.engine.internal.ServiceCatalog;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.WatchTimes;
import io.tally.transport.internal.ClusterLink;
import io.tally.transport.internal.IncarnationSource;
import io.tally.transport.internal.LinkContext;
import io.tally.transport.internal.LinkListener;
import io.tally.transport.internal.LinkSettings;
import io.tally.transport.internal.LinkWitness;
import io.tally.transport.internal.NatsSession;
import io.tally.transport.internal.NodeStart;
import io.tally.transport.internal.ServiceVersion;
import io.tally.transport.internal.WallClock;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The node of a simulated process: its link, its engine, which follows once the link has settled
 * the node's incarnation, and the threads that step the two.
 */
final class SimulatedNode {
  private static final int LIVES = 1 << 16;

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
  private final IncarnationSource incarnations;
  private final Load load;
  private final ProcessListener history;
  private final NodeData data;
  private final SimulatedShards shards;
  private final SimulatedThread[] loops;
  private final SimulatedThread sender;
  private FrontDoor door;
  private ClusterLink link;
  private SteppedAgent flush;
  private LinkWitness witness;
  private DirectoryWitness directoryWitness;
  private ShardEngine engine;
  private long incarnation;
  private long firstLives;
  private boolean launched;
  private boolean abandoning;
  private boolean threadsEnd;

  SimulatedNode(
      final World world,
      final Settings settings,
      final ProcessExecution execution,
      final List<String> violations,
      final int index,
      final String seed,
      final long requestTimeoutNs,
      final NodeData data,
      final Load load,
      final ProcessListener history) {
    this.world = world;
    this.settings = settings;
    this.execution = execution;
    this.violations = violations;
    this.index = index;
    this.seed = seed;
    this.requestTimeoutNs = requestTimeoutNs;
    id = settings.nodeIds().get(index);
    linkSettings = settings.link(requestTimeoutNs);
    keyLimit = new IdempotencyLimit(settings.maxKeysOfProcess());
    wallClock = new WallClock(execution::epochMillis);
    this.data = data;
    incarnations = new IncarnationSource(wallClock, data.highestIncarnation(), world::nextLong);
    this.load = load;
    this.history = history;
    shards =
        new SimulatedShards(world, settings, execution, violations, index, data, load, history);
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

  SimulatedShards shards() {
    return shards;
  }

  /** The engine; null before the incarnation is settled. */
  ShardEngine engine() {
    return engine;
  }

  /** The link; null where there are no other nodes, and before the start. */
  ClusterLink link() {
    return link;
  }

  LinkWitness witness() {
    return witness;
  }

  long incarnation() {
    return incarnation;
  }

  /** Epoch milliseconds, right or wrong. */
  long wallClockMs() {
    return execution.clock().epochMillis();
  }

  /** Keys remembered, and places held ready for others. */
  long keyPlaces() {
    return keyLimit.acquired();
  }

  /**
   * The shards' first lives are as new as their node, and lie above and below its own incarnation.
   */
  void drawIncarnation() {
    firstLives = incarnations.next();
    do {
      incarnation = drawLife();
    } while (data.restored() != null && ledgerVersion() < data.restored().ledgerVersion());
  }

  private long drawLife() {
    final long drawn = firstLives + world.nextInt(LIVES);
    incarnations.onKnown(drawn);
    return drawn;
  }

  /** The cluster knows an incarnation of this node that is not lower. */
  void raiseIncarnation(final long known) {
    link.close();
    incarnations.onKnown(known);
    drawIncarnation();
  }

  /** Version of the ledger in this process; none restores what a later one has written. */
  int ledgerVersion() {
    return ledgerVersion(incarnation);
  }

  private static int ledgerVersion(final long ofIncarnation) {
    return (int) (ofIncarnation >>> 1 & 1);
  }

  private List<ServiceVersion> hosted(final long ofIncarnation) {
    return load.versions(ofIncarnation, ledgerVersion(ofIncarnation));
  }

  /** The protocol between nodes that it speaks: some processes are of an old build. */
  private static int protocol(final long ofIncarnation) {
    return LinkWitness.JOINT_PROTOCOL - ((ofIncarnation >>> 2 & 3) == 0 ? 1 : 0);
  }

  void launchLink(final NatsSession session, final LinkListener listener) throws IOException {
    witness = new LinkWitness(linkSettings, this::hosted, SimulatedNode::protocol, violations::add);
    link =
        ClusterLink.launch(
            settings.cluster(seed),
            new NodeStart("sim", id, incarnation, hosted(incarnation), protocol(incarnation)),
            linkSettings,
            new LinkContext(
                new PausingCarrier(execution, session, witness, history),
                execution::nanoTime,
                wallClock,
                loops[0],
                sender,
                listener));
    flush = link.frameFlush();
    witness.attach(link);
  }

  void launchEngine(final FrontDoor frontDoor) {
    door = frontDoor;
    final ClusterSettings cluster = settings.cluster(seed);
    final NodeLink engineLink = PausingLink.of(execution, link, witness, cluster);
    engine =
        new ShardEngine(
            new EngineContext(
                new OwnNode(cluster, id, incarnation, this::firstLife, true),
                settings.engine(requestTimeoutNs),
                new ServiceCatalog(shards.services(ledgerVersion())),
                (shardId, fault) -> violations.add("fault: " + fault),
                new EngineBudgets(keyLimit, ReplyRoom.unbounded(), Places.ASKED),
                execution.sources(world::nextLong),
                EngineThreads.ofLoops(loops),
                engineLink,
                WatchTimes.DEFAULT));
    for (int loop = 0; loop < loops.length; loop++) {
      door.serve(
          loop,
          new EntityProxy(engine.ingress(loop), ledgerVersion()),
          execution.clock().nanoTime());
    }
    if (data.restored() != null) {
      shards.restore(engine, data.restored());
    }
    directoryWitness = new DirectoryWitness(engineLink.directory(), history, violations);
    if (link != null) {
      link.attach(new PausingInbound(execution, engine.inbound(), witness));
    }
    launched = true;
    Arrays.stream(loops).forEach(SimulatedThread::notice);
    sender.notice();
  }

  private long firstLife(final int shardId) {
    return data.sameLives() ? data.restored().shard(shardId).incarnation() : drawLife();
  }

  /** Ends the life of a shard and begins another; false while a thread is busy with its shards. */
  boolean tryRenew(final int drawn) {
    final int[] owned = engine.routingTable().shardsOf(index);
    if (owned.length == 0) {
      return true;
    }
    final int shard = owned[drawn % owned.length];
    incarnations.onKnown(engine.routingTable().highestIncarnation(index));
    final boolean isRenewed = engine.tryRenew(shard, incarnations.next());
    if (isRenewed) {
      shards.lives().onRenewed(shard);
    }
    return isRenewed;
  }

  /** How often one of its loops had to begin another lane to a shard. */
  long endedLaneCount() {
    return engine == null
        ? 0
        : engine.ingressStats().stream()
            .mapToLong(stats -> stats.get(EngineCounter.INCARNATION_CHANGES))
            .sum();
  }

  boolean knowsAllShards() {
    final RoutingTable routes = engine.routingTable();
    return IntStream.range(0, routes.shardCount()).allMatch(s -> routes.incarnation(s) != 0);
  }

  /** It gives way to another process of its id: nothing is taken from clients any more. */
  void closeIngresses() {
    IntStream.range(0, loops.length).forEach(loop -> engine.ingress(loop).close());
  }

  /** Ends all requests that are still under way. */
  void abandonRequests() {
    abandoning = true;
    Arrays.stream(loops).forEach(SimulatedThread::notice);
  }

  /** Ends the threads. Returns false while one of them is in the middle of a step. */
  boolean endThreads() {
    threadsEnd = true;
    return !sender.isRunning() && Arrays.stream(loops).noneMatch(SimulatedThread::isRunning);
  }

  void addTraces(final Traces traces) {
    if (engine != null) {
      EndTraces.add(traces, engine);
      traces.add(Trace.TIMERS_FIRED, shards.firedTimers());
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
    if (!launched || threadsEnd) {
      return SteppedAgent.NEVER;
    }
    door.poll(loop);
    final long nowNs = execution.nanoTime();
    final boolean receives = loop == 0 && link != null;
    if (receives) {
      link.receiver().doWork(nowNs);
    }
    directoryWitness.check();
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
    if (!launched || link == null || threadsEnd) {
      return SteppedAgent.NEVER;
    }
    link.gatheringSender().doWork(execution.nanoTime());
    flush.doWork(execution.nanoTime());
    return link.sender().nextStepNs();
  }

  void wakeLoop(final int loop) {
    loops[loop].notice();
  }
}
