package io.tally.launcher;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.hotspot.DefaultExports;
import io.tally.edge.internal.EventLoops;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.WatchExecutor;
import io.tally.engine.internal.ShardEngine;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.MetricsServer;
import io.tally.http.internal.NodeView;
import io.tally.transport.internal.PlannedStop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * A running node, or all the nodes of a cluster in one process. The composition root: the one place
 * that knows all modules, and in which order they start and stop.
 *
 * <p>Launched and closed by one thread; its accessors may be called by any. It plans with the whole
 * memory of the JVM, so that two of them in one JVM need limits of their own. An {@link Error} on
 * one of its threads ends the JVM, since nobody can say what is still true after it.
 */
public final class TallyNode implements AutoCloseable {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final NanoClock clock = SystemNanoClock.INSTANCE;
  private final AtomicReference<String> fault = new AtomicReference<>("");
  private final FaultLog faults = new FaultLog(clock);
  private final List<ClusterNode> nodes = new ArrayList<>();
  private final NodeStates states;
  private final NodeConfig config;
  private final CountDownLatch stop;
  private EventLoops loops;
  private Carriers carriers;
  private Stepping stepping;
  private ClusterStart start;
  private AcceptFailureLog acceptFailures;
  private MetricsServer metrics;
  private HttpServer http;
  private ShardEngine frontEnd;

  /** Written once, behind the front end; also read by whoever meets the newer process. */
  private volatile Status status;

  private LimitWatch limitWatch;
  private boolean closed;

  private TallyNode(final NodeConfig config, final CountDownLatch stop) {
    this.config = config;
    states = new NodeStates(config, clock);
    this.stop = stop;
  }

  /**
   * Starts the nodes of a process, and returns when they are ready.
   *
   * @param config what they are started with.
   * @return the running nodes.
   * @throws StartException if they cannot start; what was started is closed then.
   */
  public static TallyNode launch(final NodeConfig config) throws StartException {
    return launch(config, new CountDownLatch(1));
  }

  /**
   * Starts the nodes, but gives up when the latch opens: then it returns what has started by that
   * time.
   */
  static TallyNode launch(final NodeConfig config, final CountDownLatch stop)
      throws StartException {
    final TallyNode node = new TallyNode(config, stop);
    try {
      node.launch();
      return node;
    } catch (final InterruptedException interrupted) {
      final StartException failed = node.failed("interrupted", interrupted);
      Thread.currentThread().interrupt();
      throw failed;
    } catch (final RuntimeException | StartException cause) {
      throw node.failed(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    } catch (final Error cause) {
      // Nothing is saved of a state that may be broken.
      node.fault.compareAndSet("", cause.toString());
      node.closeQuietly();
      throw cause;
    }
  }

  /** The exception of a failed start, which says what it costs if its nodes had served already. */
  private StartException failed(final String reason, final Exception cause) {
    closeQuietly();
    final String loss = states.saveFault();
    return new StartException(
        loss.isEmpty() ? reason : reason + "; " + loss, cause, !loss.isEmpty());
  }

  /**
   * Where the API is reached.
   *
   * @return URL without a slash at its end.
   */
  public String url() {
    return http.url();
  }

  /**
   * Where the port for operators is reached.
   *
   * @return URL without a slash at its end.
   */
  public String metricsUrl() {
    return metrics.url();
  }

  /**
   * Why these nodes must not go on: another process serves as one of them. They refuse all requests
   * from then on, and have to be closed.
   *
   * @return the reason in one line; empty as long as all is well.
   */
  public String fault() {
    return fault.get();
  }

  private void launch() throws StartException, InterruptedException {
    final Thread classes = OwnClasses.startLoading();
    final MemoryPlan plan = new MemoryPlan(config);
    plan.check();
    states.open(plan);
    loops = EventLoops.launch(config.loops(), plan.clientLimit().maxConnections(), clock, faults);
    final CollectorRegistry registry = new CollectorRegistry();
    acceptFailures = new AcceptFailureLog(clock, AcceptFailureLog::log);
    metrics = Api.launchMetrics(loops, config, registry, acceptFailures);
    Log.info(
        "prometheus metrics server starting",
        "port",
        metrics.port(),
        "url",
        metrics.url() + "/metrics");

    if (config.cluster().nodeIds().size() == 1 && !config.carrier().servers().isEmpty()) {
      Log.warn("a cluster of one node needs no NATS: the server named is not used");
    }
    if (config.cluster().nodeIds().size() > 1) {
      carriers =
          Carriers.launch(
              new Carriers.Launch(
                  config, plan.minFrameBytes(), faults, () -> stop.getCount() == 0));
    }
    stepping =
        new Stepping(
            loops,
            clock,
            faults,
            config.localNodeIds().size(),
            config.shardThreads(),
            carriers != null && carriers.blocks());
    launchNodes(plan);
    launchHttp(plan.clientLimit(), plan.services());
    // All ports are bound by now, so that no start fails for want of one after a long load.
    states.load(nodes, () -> stop.getCount() == 0);
    stepping.start(nodes);
    DefaultExports.register(registry);
    final List<LimitWatch.Limit> watched = new WatchedLimits(config, plan, nodes, http).all();
    limitWatch = new LimitWatch(watched, LimitWatch::log);
    registry.register(
        new TallyCollector(
            nodes,
            plan.services(),
            new HttpMetrics(http, metrics::acceptFailures),
            loops,
            status,
            watched,
            new LinkMetrics(nodes, carriers),
            new StateMetrics(states.all())));
    classes.join();
    start.awaitPeers();
    throwIfFaulty();
    if (stop.getCount() > 0) {
      status.ready();
    }
  }

  /** Logs limits that come near. To be called about once a second, by one thread. */
  void checkLimits() {
    limitWatch.check();
  }

  private void launchNodes(final MemoryPlan plan) throws StartException {
    final List<NodeListener> listeners = new ArrayList<>();
    for (int i = 0; i < config.localNodeIds().size(); i++) {
      final ClusterNode node =
          new ClusterNode(
              config, plan, config.localNodeIds().get(i), i, stepping, clock, states.of(i));
      listeners.add(
          new NodeListener(node.nodeId(), config.localNodeIds().size() > 1, this::onFatal));
      nodes.add(node);
      node.launchLink(carriers == null ? null : carriers.carrier(), listeners.get(i));
    }
    metrics.probes(() -> Status.starting(carrierFault()), Status::alive);
    start = new ClusterStart(config, nodes, clock, () -> stop.getCount() == 0, this::carrierFault);
    start.settle(carriers == null ? null : carriers.carrier(), listeners);
    throwIfFaulty();
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).launchEngine(i == 0, plan.idempotencyLimit(), faults);
    }
    Log.info("settings", config.describe());
    Log.info("limits", plan.describe());
  }

  private void throwIfFaulty() throws StartException {
    if (!fault().isEmpty()) {
      throw new StartException(fault());
    }
  }

  private String carrierFault() {
    return carriers == null ? "" : carriers.carrier().fault();
  }

  private void launchHttp(final ClientLimit limit, final List<ServiceDefinition> services) {
    frontEnd = nodes.get(0).engine();
    status =
        new Status(
            nodes.get(0), carriers == null ? "none" : carriers.name(), this::carrierFault, clock);
    final NodeView view =
        new NodeView(
            status::readyz,
            Status::alive,
            new ClusterPage(nodes, services, status, clock),
            status::isServing,
            nodes.get(0)::requestTimeoutNs);
    final WatchExecutor watches = new WatchExecutor(frontEnd.watcher(), stepping.home(0));
    http = Api.launch(loops, config, limit, frontEnd, watches, view, metrics.url(), acceptFailures);
    metrics.probes(status::readyz, Status::alive);
    Log.info("HTTP server starting", "port", http.edge().port(), "url", http.url());
  }

  /** Ends the process: another one serves as this node, and what it counted would be lost. */
  void onFatal(final String reason) {
    fault.compareAndSet("", reason);
    final Status known = status;
    if (known != null) {
      known.draining();
      refuseRequests();
    }
    stop.countDown();
  }

  /**
   * Stops in good order: what was taken is answered, on this node and on others. Blocks for as long
   * as that takes, bounded by the times of the configuration. Idempotent.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // An interrupt must not cut the stop short: what is under way would be lost.
    final boolean interrupted = Thread.interrupted();
    try {
      stop();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void stop() {
    Log.info("shutting down");
    if (status != null) {
      status.draining();
    }
    if (http == null) {
      closeQuietly();
      return;
    }
    if (fault().isEmpty()) {
      announceStop();
    }
    http.edge().stopAccepting();
    http.edge().startDrain();
    final PlannedStop plan =
        new PlannedStop(
            nodes.stream().map(ClusterNode::link).filter(Objects::nonNull).toList(),
            http.edge()::isDrained,
            () -> stepping.abandon(frontEnd),
            clock.nanoTime(),
            config.times().drain().toNanos());
    plan.beforeGoodbye(this::isSaved);
    while (!plan.advance(clock.nanoTime())) {
      LockSupport.parkNanos(POLL_NS);
    }
    closeQuietly();
    Log.info(plan.verdict());
  }

  /** A process that gives way to a newer one of its node has nothing to save. */
  private boolean isSaved() {
    if (!fault().isEmpty()) {
      return true;
    }
    final boolean isOver = states.isSaveOver();
    if (isOver) {
      fault.compareAndSet("", states.saveFault());
    }
    return isOver;
  }

  private void announceStop() {
    http.edge().goAway();
    final long startNs = clock.nanoTime();
    while (fault().isEmpty()
        && clock.nanoTime() - startNs < config.times().shutdownDelay().toNanos()) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private void refuseRequests() {
    for (int loop = 0; loop < frontEnd.ingressCount(); loop++) {
      frontEnd.ingress(loop).close();
    }
  }

  private void closeQuietly() {
    // A start may fail when its nodes have served already.
    while (!isSaved()) {
      LockSupport.parkNanos(POLL_NS);
    }
    CloseHelper.quietCloseAll(http, metrics);
    states.stopWriting();
    CloseHelper.quietClose(stepping == null ? loops : stepping);
    CloseHelper.quietCloseAll(nodes);
    CloseHelper.quietCloseAll(states, carriers);
  }
}
