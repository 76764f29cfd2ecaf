package io.tally.launcher;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineContext;
import io.tally.engine.IdempotencyLimit;
import io.tally.engine.NodeLink;
import io.tally.engine.RoutingTable;
import io.tally.engine.ServiceFaultHandler;
import io.tally.engine.ShardEngine;
import io.tally.transport.ClusterLink;
import io.tally.transport.FrameCarrier;
import io.tally.transport.IncarnationSource;
import io.tally.transport.LinkContext;
import io.tally.transport.NodeStart;
import io.tally.transport.ServiceVersion;
import io.tally.transport.StartState;
import io.tally.transport.WallClock;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;

/**
 * One node of this process: its link, and its engine, which follows once the link has settled the
 * node's incarnation. Until the agents are handed over to their threads, the launching thread steps
 * the link.
 */
final class ClusterNode implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** State is in memory only: no incarnation is known from before. */
  private static final long NOTHING_RESTORED = 0;

  private final NodeConfig config;
  private final MemoryPlan plan;
  private final ClusterSettings cluster;
  private final String nodeId;
  private final int localIndex;
  private final Stepping stepping;
  private final NanoClock clock;
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
      final NanoClock clock) {
    this.config = config;
    this.plan = plan;
    this.cluster = config.cluster();
    this.nodeId = nodeId;
    this.localIndex = localIndex;
    this.stepping = stepping;
    this.clock = clock;
    beginIncarnation();
  }

  private void beginIncarnation() {
    wallClock = new WallClock(System::currentTimeMillis);
    incarnations = new IncarnationSource(wallClock, NOTHING_RESTORED, RANDOM::nextLong);
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
    if (link == null) {
      return true;
    }
    link.receiver().doWork(nowNs);
    link.sender().doWork(nowNs);
    final StartState state = link.startState(nowNs);
    if (state.knownIncarnation() >= incarnation) {
      link.close();
      incarnations.onKnown(state.knownIncarnation());
      incarnation = incarnations.next();
      launchLink(carrier, listener);
      return false;
    }
    return state.listened();
  }

  void launchEngine(
      final boolean frontEnd,
      final IdempotencyLimit idempotencyLimit,
      final ServiceFaultHandler faults) {
    engine =
        new ShardEngine(
            new EngineContext()
                .cluster(cluster)
                .settings(config.engine())
                .nodeId(nodeId)
                .incarnation(incarnation)
                .threads(stepping.engineThreads(localIndex, frontEnd))
                .link(link == null ? NodeLink.NONE : link)
                .directory(link == null ? null : link.directory())
                .services(plan.services())
                .faultHandler(faults)
                .idempotencyLimit(idempotencyLimit)
                .longReplyRoom(plan.longReplyRoom())
                .clock(clock)
                .startEpochNs(TimeUnit.MILLISECONDS.toNanos(wallClock.time()))
                .random(RANDOM::nextLong));
    if (link != null) {
      link.attach(engine.inbound());
    }
  }

  /**
   * Ends the start if its incarnation turns out to be too low after it was settled. It cannot be
   * changed then, because the engine was made for it; and the peers would refuse this node for
   * ever.
   */
  void checkIncarnation(final long nowNs) throws StartException {
    final long known = link == null ? 0 : link.startState(nowNs).knownIncarnation();
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

  /** Whether every peer was heard; true in a cluster of one. */
  boolean hasMetPeers(final long nowNs) {
    return link == null || link.startState(nowNs).missing().isEmpty();
  }

  boolean mayBecomeReady(final long nowNs) {
    return link == null || link.startState(nowNs).mayBecomeReady();
  }

  void logMissing(final long nowNs) {
    if (link != null) {
      final StartState state = link.startState(nowNs);
      Log.warn(
          "the start timeout passed before all nodes agreed",
          "node",
          nodeId,
          "missing",
          String.join(",", state.missing()),
          "refused",
          String.join(",", state.refused()));
    }
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

  void markReady() {
    if (link != null) {
      link.markReady();
    }
  }

  /** Closes what no thread steps any more. */
  @Override
  public void close() {
    CloseHelper.closeAll(link, engine);
  }
}
