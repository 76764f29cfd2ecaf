package io.tally.launcher;

import io.tally.engine.ClusterSettings;
import io.tally.engine.Places;
import io.tally.engine.internal.EngineBudgets;
import io.tally.engine.internal.EngineContext;
import io.tally.engine.internal.EngineSources;
import io.tally.engine.internal.IdempotencyLimit;
import io.tally.engine.internal.NoLink;
import io.tally.engine.internal.OwnNode;
import io.tally.engine.internal.RoutingTable;
import io.tally.engine.internal.ServiceCatalog;
import io.tally.engine.internal.ServiceFaultHandler;
import io.tally.engine.internal.ShardDirectory;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.WatchTimes;
import io.tally.transport.internal.ClusterLink;
import io.tally.transport.internal.FrameCarrier;
import io.tally.transport.internal.IncarnationSource;
import io.tally.transport.internal.LinkContext;
import io.tally.transport.internal.NodeStart;
import io.tally.transport.internal.ServiceVersion;
import io.tally.transport.internal.StartState;
import io.tally.transport.internal.WallClock;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;

/**
 * One node of this process: its link, and its engine, which follows once the link has settled the
 * node's incarnation. Until the agents are handed over to their threads, the launching thread steps
 * the link.
 */
final class ClusterNode implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final NodeConfig config;
  private final MemoryPlan plan;
  private final ClusterSettings cluster;
  private final String nodeId;
  private final int localIndex;
  private final Stepping stepping;
  private final NanoClock clock;

  /** Null if nothing is kept on disk. */
  private final NodeState state;

  private WallClock wallClock;
  private IncarnationSource incarnations;
  private long incarnation;
  private ClusterLink link;
  private ShardEngine engine;

  ClusterNode(
      final NodeConfig config,
      final MemoryPlan plan,
      final String nodeId,
      final int localIndex,
      final Stepping stepping,
      final NanoClock clock,
      final NodeState state) {
    this.config = config;
    this.plan = plan;
    this.cluster = config.cluster();
    this.nodeId = nodeId;
    this.localIndex = localIndex;
    this.stepping = stepping;
    this.clock = clock;
    this.state = state;
    beginIncarnation();
  }

  private void beginIncarnation() {
    wallClock = new WallClock(System::currentTimeMillis);
    final long known = state == null ? 0 : state.highestIncarnation();
    incarnations = new IncarnationSource(wallClock, known, RANDOM::nextLong);
    incarnation = incarnations.next();
  }

  String nodeId() {
    return nodeId;
  }

  long incarnation() {
    return incarnation;
  }

  /** Null in a cluster of one. */
  ClusterLink link() {
    return link;
  }

  ShardEngine engine() {
    return engine;
  }

  /** Null if nothing is kept on disk. */
  NodeState state() {
    return state;
  }

  /** As {@link io.tally.engine.EngineSettings#settledNs()}. */
  long settledNs() {
    return config.engine().settledNs();
  }

  /**
   * How long a request may wait unread: the shortest request timeout among this node and its peers.
   * A peer with a shorter timeout forgets idempotency keys sooner, and a request that waits here
   * must not outlive them.
   */
  long requestTimeoutNs() {
    final long ownNs = config.engine().requestTimeoutNs();
    return link == null ? ownNs : Math.min(ownNs, link.shortestRequestTimeoutNs());
  }

  int shardsOwned() {
    return engine.routingTable().shardsOwned(cluster.nodeIds().indexOf(nodeId));
  }

  void launchLink(final FrameCarrier carrier, final NodeListener listener) throws StartException {
    if (cluster.nodeIds().size() == 1) {
      return;
    }
    if (link == null) {
      // The clock may have been set right while the carrier was waited for.
      beginIncarnation();
    }
    try {
      link =
          ClusterLink.launch(
              cluster,
              new NodeStart(config.carrier().cluster(), nodeId, incarnation, services()),
              plan.link(),
              new LinkContext(
                  carrier,
                  clock,
                  wallClock,
                  stepping.homeWakeup(localIndex),
                  stepping.senderWakeup(localIndex),
                  listener));
    } catch (final IOException fault) {
      throw new StartException(fault.getMessage(), fault);
    }
  }

  private List<ServiceVersion> services() {
    return plan.services().stream()
        .map(service -> new ServiceVersion(service.schemaId(), service.version()))
        .toList();
  }

  /**
   * Steps the link on the launching thread, and starts it again with a higher incarnation if others
   * know an incarnation of this node that is not lower. Returns true once the incarnation is
   * settled.
   */
  boolean settle(final long nowNs, final FrameCarrier carrier, final NodeListener listener)
      throws StartException {
    stepLink(nowNs);
    final StartState start = startState(nowNs);
    if (start.knownIncarnation() >= incarnation) {
      link.close();
      incarnations.onKnown(start.knownIncarnation());
      incarnation = incarnations.next();
      launchLink(carrier, listener);
      return false;
    }
    return start.listened();
  }

  /** Steps the link on the launching thread, until the agents are handed over to their threads. */
  void stepLink(final long nowNs) {
    if (link != null) {
      link.receiver().doWork(nowNs);
      link.sender().doWork(nowNs);
    }
  }

  void launchEngine(
      final boolean frontEnd,
      final IdempotencyLimit idempotencyLimit,
      final ServiceFaultHandler faults) {
    engine =
        new ShardEngine(
            new EngineContext(
                new OwnNode(cluster, nodeId, incarnation, this::shardIncarnation, state != null),
                config.engine(),
                new ServiceCatalog(plan.services()),
                faults,
                new EngineBudgets(idempotencyLimit, plan.longReplyRoom(), Places.ASKED),
                new EngineSources(
                    clock, TimeBase.readNs(SystemEpochNanoClock.INSTANCE, clock), RANDOM::nextLong),
                stepping.engineThreads(localIndex, frontEnd),
                link == null ? new NoLink(new ShardDirectory(cluster)) : link,
                WatchTimes.DEFAULT));
    if (link != null) {
      link.attach(engine.inbound());
    }
    Log.info(
        "starting node", "nodeID", nodeId, "shardCount", shardsOwned(), "incarnation", incarnation);
  }

  private long shardIncarnation(final int shardId) {
    return state == null ? incarnation : state.shardIncarnation(shardId, incarnation);
  }

  /**
   * Ends the start if its incarnation turns out to be too low after it was settled. It cannot be
   * changed then, because the engine was made for it; and the peers would refuse this node for
   * ever.
   */
  void checkIncarnation(final long nowNs) throws StartException {
    final long known = startState(nowNs).knownIncarnation();
    if (known >= incarnation) {
      throw new StartException(
          "the cluster knows incarnation "
              + known
              + " of "
              + nodeId
              + ", above this start's "
              + incarnation
              + ": the clock of this machine went back; start again");
    }
  }

  /** How far this node has come in meeting its cluster. */
  StartState startState(final long nowNs) {
    return link == null ? StartState.ALONE : link.startState(nowNs);
  }

  void logMissing(final long nowNs) {
    final StartState start = startState(nowNs);
    Log.warn(
        "the start timeout passed before all nodes agreed",
        "node",
        nodeId,
        "missing",
        String.join(",", start.missing()),
        "refused",
        String.join(",", start.refused()));
  }

  /** Whether all these nodes are up, and have told of their shards, except this one itself. */
  boolean sees(final List<String> others) {
    final RoutingTable routes = engine.routingTable();
    for (final String other : others) {
      final int index = cluster.nodeIds().indexOf(other);
      if (!other.equals(nodeId)
          && (link.incarnation(index) == 0
              || IntStream.of(routes.shardsOf(index)).anyMatch(s -> routes.incarnation(s) == 0))) {
        return false;
      }
    }
    return true;
  }

  /** Whether this state of its cluster tells of later lives of its shards than it has. */
  boolean knowsLaterLives(final StartState start) {
    return start.knownShardIncarnation()
        > engine.routingTable().highestIncarnation(cluster.nodeIds().indexOf(nodeId));
  }

  /** Closes what no thread steps any more. */
  @Override
  public void close() {
    CloseHelper.closeAll(link, engine);
  }
}
