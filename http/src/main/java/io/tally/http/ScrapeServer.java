package io.tally.http;

import io.prometheus.client.CollectorRegistry;
import io.tally.edge.EdgeSettings;
import io.tally.edge.internal.EventLoops;
import io.tally.http.internal.MetricsServer;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.SystemEpochClock;

/** The port for operators, with its endpoints and the thread that renders. */
final class ScrapeServer extends MetricsServer {
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_BODY_BYTES = 1_024;
  private static final long REQUEST_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
  private static final ProbeResult LIVE = new ProbeResult(true, "{\"live\":true}");
  private static final ProbeResult STARTING =
      new ProbeResult(false, "{\"ready\":false,\"state\":\"starting\"}");

  private final ThreadPoolExecutor renderer;
  private final HttpPort port;
  private volatile Supplier<ProbeResult> readiness = () -> STARTING;
  private volatile Supplier<ProbeResult> liveness = () -> LIVE;

  private ScrapeServer(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final CollectorRegistry registry,
      final Consumer<IOException> acceptFailureHandler) {
    this.port = new HttpPort(eventLoops, settings(host, port, eventLoops.loopCount()));
    renderer =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_CONNECTIONS),
            task -> {
              final Thread thread = new Thread(task, "tally-metrics");
              thread.setDaemon(true);
              return thread;
            });
    final MetricsEndpoints endpoints =
        new MetricsEndpoints(
            registry,
            renderer,
            eventLoops.errorHandler(),
            () -> readiness.get(),
            () -> liveness.get());
    this.port.accept(
        Collections.nCopies(eventLoops.loopCount(), endpoints.rows()),
        () -> true,
        () -> REQUEST_TIMEOUT_NS,
        acceptFailureHandler,
        SystemEpochClock.INSTANCE);
  }

  private static HttpSettings settings(final String host, final int port, final int loopCount) {
    return new HttpSettings(
        host,
        port,
        MAX_BODY_BYTES,
        EdgeSettings.DEFAULTS.withClients(
            MAX_CONNECTIONS,
            MetricsServer.maxClientBytes(loopCount, Runtime.getRuntime().maxMemory()),
            MAX_CONNECTIONS,
            1));
  }

  static ScrapeServer launch(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final CollectorRegistry registry,
      final Consumer<IOException> acceptFailureHandler) {
    return new ScrapeServer(eventLoops, host, port, registry, acceptFailureHandler);
  }

  @Override
  public long acceptFailures() {
    return port.edge().counters().acceptFailures();
  }

  @Override
  public void probes(
      final Supplier<ProbeResult> newReadiness, final Supplier<ProbeResult> newLiveness) {
    readiness = newReadiness;
    liveness = newLiveness;
  }

  @Override
  public int port() {
    return port.edge().port();
  }

  @Override
  public String url() {
    return port.url();
  }

  @Override
  public void close() {
    renderer.shutdown();
    port.edge().close();
  }
}
