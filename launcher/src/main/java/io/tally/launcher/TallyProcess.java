package io.tally.launcher;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.hotspot.DefaultExports;
import io.tally.counter.CounterServiceFactory;
import io.tally.engine.ClusterSettings;
import io.tally.engine.Ingress;
import io.tally.engine.ShardEngine;
import io.tally.http.EventLoops;
import io.tally.http.HttpServer;
import io.tally.http.MetricsServer;
import io.tally.transport.PlannedStop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The composition root: the one place that knows all modules, and in which order they start and
 * stop. Used by the main thread alone.
 */
final class TallyProcess implements AutoCloseable {
  private static final long CHECK_MS = 1_000;
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final NanoClock clock = SystemNanoClock.INSTANCE;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicReference<String> fatal = new AtomicReference<>();
  private final FaultLog faults = new FaultLog(clock);
  private final List<ClusterNode> nodes = new ArrayList<>();
  private final Settings settings;
  private final ClusterSettings cluster;
  private final List<String> localNodeIds;
  private EventLoops loops;
  private Carriers carriers;
  private Stepping stepping;
  private AcceptFailureLog acceptFailures;
  private MetricsServer metrics;
  private HttpServer http;
  private Status status;
  private LimitWatch limitWatch;

  private TallyProcess(
      final Settings settings, final ClusterSettings cluster, final List<String> localNodeIds) {
    this.settings = settings;
    this.cluster = cluster;
    this.localNodeIds = localNodeIds;
  }

  /** Runs until a signal or a fatal event, and returns the exit code. */
  static int run(
      final Settings settings, final ClusterSettings cluster, final List<String> localNodeIds)
      throws StartException {
    final TallyProcess process = new TallyProcess(settings, cluster, localNodeIds);
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> process.faults.onError(thrown));
    Signals.onTermination(process.stop::countDown);
    try {
      process.launch();
      process.awaitStop();
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (final IllegalStateException | IllegalArgumentException fault) {
      process.closeQuietly();
      throw new StartException(fault.getMessage(), fault);
    } catch (final StartException fault) {
      process.closeQuietly();
      if (process.stop.getCount() == 0 && process.fatal.get() == null) {
        Log.info("stopped before it was ready", "reason", fault.getMessage());
        return 0;
      }
      throw fault;
    }
    process.close();
    if (process.fatal.get() != null) {
      throw new StartException(process.fatal.get());
    }
    return 0;
  }

  private void launch() throws StartException, InterruptedException {
    Log.info("tally", "version", Tally.version(), "java", Runtime.version().feature());
    final Thread classes = OwnClasses.startLoading();
    final MemoryPlan plan = new MemoryPlan(settings, cluster.nodeIds().size(), localNodeIds.size());
    plan.check();
    loops = EventLoops.launch(settings.loops, plan.clientLimit().maxConnections(), clock, faults);
    final CollectorRegistry registry = new CollectorRegistry();
    acceptFailures = new AcceptFailureLog(clock, AcceptFailureLog::log);
    metrics =
        MetricsServer.launch(loops, settings.bind, settings.metricsPort, registry, acceptFailures);
    Log.info(
        "prometheus metrics server starting",
        "port",
        metrics.port(),
        "url",
        metrics.url() + "/metrics");

    if (cluster.nodeIds().size() == 1 && settings.nats.isGiven()) {
      Log.warn("a cluster of one node needs no NATS: the server named is not used");
    }
    if (cluster.nodeIds().size() > 1) {
      carriers =
          Carriers.launch(
              new Carriers.Launch(
                  settings,
                  localNodeIds.equals(cluster.nodeIds()),
                  plan.minFrameBytes(),
                  faults,
                  () -> stop.getCount() == 0));
    }
    stepping =
        new Stepping(
            loops,
            clock,
            faults,
            localNodeIds.size(),
            settings.shardThreads,
            carriers != null && carriers.blocks());
    final CounterServiceFactory services = launchNodes(plan);
    launchHttp(plan.clientLimit());
    DefaultExports.register(registry);
    final List<LimitWatch.Limit> watched =
        new WatchedLimits(settings, plan, services, nodes, http).all();
    limitWatch = new LimitWatch(watched, LimitWatch::log);
    registry.register(
        new TallyCollector(
            nodes,
            services,
            new HttpMetrics(http.counters(), metrics::acceptFailures),
            loops,
            status,
            watched,
            new LinkMetrics(nodes, carriers)));
    classes.join();
    awaitPeers();
    if (stop.getCount() > 0) {
      status.ready();
      sayReady();
    }
  }

  private void awaitStop() throws InterruptedException {
    while (!stop.await(CHECK_MS, TimeUnit.MILLISECONDS)) {
      limitWatch.check();
    }
  }

  private CounterServiceFactory launchNodes(final MemoryPlan plan) throws StartException {
    final CounterServiceFactory services = new CounterServiceFactory(plan.counterLimit());

    final List<NodeListener> listeners = new ArrayList<>();
    for (int i = 0; i < localNodeIds.size(); i++) {
      final ClusterNode node =
          new ClusterNode(settings, plan, cluster, localNodeIds.get(i), i, stepping, clock);
      listeners.add(new NodeListener(node.nodeId(), localNodeIds.size() > 1, this::onFatal));
      nodes.add(node);
      node.launchLink(carriers == null ? null : carriers.carrier(), listeners.get(i));
    }
    metrics.probes(() -> Status.starting(carrierFault()), Status::alive);
    settle(listeners);
    for (int i = 0; i < nodes.size(); i++) {
      final ClusterNode node = nodes.get(i);
      node.launchEngine(i == 0, services, plan.idempotencyLimit(), faults);
      Log.info(
          "starting node",
          "nodeID",
          node.nodeId(),
          "shardCount",
          node.shardsOwned(),
          "incarnation",
          node.incarnation());
    }
    Log.info("settings", settings.describe());
    Log.info("limits", plan.describe());
    return services;
  }

  private void settle(final List<NodeListener> listeners) throws StartException {
    final long startNs = clock.nanoTime();
    boolean settled = false;
    while (!settled && stop.getCount() > 0) {
      final String fault = carrierFault();
      if (!fault.isEmpty() && clock.nanoTime() - startNs > settings.startTimeout.toNanos()) {
        throw new StartException("the node cannot meet its cluster: " + fault);
      }
      settled = fault.isEmpty();
      for (int i = 0; i < nodes.size(); i++) {
        settled &=
            nodes
                .get(i)
                .settle(
                    clock.nanoTime(),
                    carriers == null ? null : carriers.carrier(),
                    listeners.get(i));
      }
      if (!settled) {
        LockSupport.parkNanos(POLL_NS);
      }
    }
    if (fatal.get() != null) {
      throw new StartException(fatal.get());
    }
  }

  private String carrierFault() {
    return carriers == null ? "" : carriers.carrier().fault();
  }

  private void launchHttp(final ClientLimit limit) {
    final ShardEngine frontEnd = nodes.get(0).engine();
    final List<Ingress> ingresses =
        IntStream.range(0, frontEnd.ingressCount()).mapToObj(frontEnd::ingress).toList();
    status =
        new Status(
            nodes.get(0), carriers == null ? "none" : carriers.name(), this::carrierFault, clock);
    http =
        HttpServer.launch(
            new HttpServer.Context()
                .eventLoops(loops)
                .host(settings.bind)
                .port(settings.httpPort)
                .requestTimeoutNs(nodes.get(0)::requestTimeoutNs)
                .maxConnections(limit.maxConnections())
                .maxClientBytes(limit.maxBytes())
                .acceptFailureHandler(acceptFailures)
                .idleTimeoutNs(settings.idleTimeout.toNanos())
                .ingresses(ingresses)
                .readiness(status::readyz)
                .liveness(Status::alive)
                .cluster(status::cluster)
                .serving(status::isServing)
                .metricsUrl(metrics.url() + "/metrics"));
    metrics.probes(status::readyz, Status::alive);
    stepping.start(nodes);
    Log.info("HTTP server starting", "port", http.port(), "url", http.url());
  }

  private void awaitPeers() throws StartException {
    final long startNs = clock.nanoTime();
    boolean missingNamed = false;
    while (stop.getCount() > 0) {
      final long nowNs = clock.nanoTime();
      for (final ClusterNode node : nodes) {
        node.checkIncarnation(nowNs);
      }
      final boolean timedOut = nowNs - startNs > settings.startTimeout.toNanos();
      final boolean met = nodes.stream().allMatch(node -> node.hasMetPeers(nowNs));
      final boolean refused = nodes.stream().anyMatch(node -> !node.mayBecomeReady(nowNs));
      if (timedOut && (!met || refused) && !missingNamed) {
        missingNamed = true;
        nodes.forEach(node -> node.logMissing(nowNs));
      }
      if ((met || timedOut) && nodes.stream().allMatch(node -> node.mayBecomeReady(nowNs))) {
        break;
      }
      LockSupport.parkNanos(POLL_NS);
    }
    if (stop.getCount() == 0) {
      // One that gives way to a running process of its id must not take that one's place first.
      return;
    }
    nodes.forEach(ClusterNode::markReady);
    // The nodes of one process become ready together: a request that follows at once must find all.
    while (stop.getCount() > 0 && !allLocalUp()) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private boolean allLocalUp() {
    return nodes.stream().allMatch(node -> node.sees(localNodeIds));
  }

  private void sayReady() {
    final String api = http.url();
    Log.info("=== Tally ready ===");
    Log.flush();
    System.out.print(
        """

        Try:
          curl -X POST URL/counter/my-counter/increment
          curl -X POST URL/counter/my-counter/increment -d '{"amount": 5}'
          curl URL/counter/my-counter
          curl METRICS/metrics
          hey -n 100000 -c 200 -m POST URL/counter/bench/increment
        Press Ctrl+C to stop.

        """
            .replace("URL", api)
            .replace("METRICS", metrics.url()));
  }

  private void onFatal(final String reason) {
    fatal.compareAndSet(null, reason);
    stop.countDown();
  }

  @Override
  public void close() {
    Log.info("shutting down");
    if (status != null) {
      status.draining();
    }
    if (http == null) {
      closeQuietly();
      return;
    }
    if (fatal.get() != null) {
      // Another process serves as this node: what is counted here from now on would be lost.
      refuseRequests();
    } else {
      announceStop();
    }
    http.stopAccepting();
    http.startDrain();
    final PlannedStop plan =
        new PlannedStop(
            nodes.stream().map(ClusterNode::link).filter(Objects::nonNull).toList(),
            http::isDrained,
            () -> stepping.abandon(nodes.get(0).engine()),
            clock.nanoTime(),
            settings.drainTimeout.toNanos());
    while (!plan.advance(clock.nanoTime())) {
      LockSupport.parkNanos(POLL_NS);
    }
    closeQuietly();
    Log.info(plan.verdict());
  }

  private void announceStop() {
    http.goAway();
    final long startNs = clock.nanoTime();
    while (fatal.get() == null && clock.nanoTime() - startNs < settings.shutdownDelay.toNanos()) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private void refuseRequests() {
    final ShardEngine frontEnd = nodes.get(0).engine();
    for (int loop = 0; loop < frontEnd.ingressCount(); loop++) {
      frontEnd.ingress(loop).close();
    }
  }

  private void closeQuietly() {
    CloseHelper.quietCloseAll(http, metrics);
    CloseHelper.quietClose(stepping == null ? loops : stepping);
    CloseHelper.quietCloseAll(nodes);
    CloseHelper.quietClose(carriers);
  }
}
