package io.tally.http;

import io.prometheus.client.CollectorRegistry;
import io.tally.edge.EdgeSettings;
import io.tally.edge.EventLoops;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.SystemEpochClock;

/**
 * The port for operators: a registry's metrics at {@code /metrics}, as Prometheus text or
 * OpenMetrics by the Accept header, and the probes {@code /readyz} and {@code /livez}. It reads
 * requests by the same rules as the API's port, with connections of its own. The event loops only
 * move bytes; collecting and rendering happen on one daemon thread named {@code tally-metrics}.
 */
public final class MetricsServer implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_BODY_BYTES = 1_024;
  private static final long REQUEST_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long MAX_CLIENT_BYTES = 4 << 20;
  private static final long MEMORY_SHARE = 64;

  /** Enough that a scrape of a large cluster is not cut off. */
  private static final long MIN_BYTES_OF_LOOP = 512 << 10;

  private static final ProbeResult LIVE = new ProbeResult(true, "{\"live\":true}");
  private static final ProbeResult STARTING =
      new ProbeResult(false, "{\"ready\":false,\"state\":\"starting\"}");

  private final ThreadPoolExecutor renderer;
  private final HttpPort port;
  private volatile Supplier<ProbeResult> readiness = () -> STARTING;
  private volatile Supplier<ProbeResult> liveness = () -> LIVE;

  private MetricsServer(
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
            maxClientBytes(loopCount, Runtime.getRuntime().maxMemory()),
            MAX_CONNECTIONS,
            1));
  }

  /**
   * Most bytes that are kept for all connections of this port together, as {@link
   * EdgeSettings#maxClientBytes()} are for those of the API.
   *
   * @param loopCount number of event loops.
   * @param heapBytes largest size of the heap.
   * @return the number.
   */
  public static long maxClientBytes(final int loopCount, final long heapBytes) {
    return Math.max(
        loopCount * MIN_BYTES_OF_LOOP, Math.min(MAX_CLIENT_BYTES, heapBytes / MEMORY_SHARE));
  }

  /**
   * Binds the port and begins to serve.
   *
   * @param eventLoops serve the connections; not closed by this server.
   * @param host name or address to listen on.
   * @param port 0 to 65,535; 0 takes any free port.
   * @param registry what to render; its collectors are called on the rendering thread.
   * @param acceptFailureHandler is told when connections cannot be accepted, once a second at most;
   *     called on an event loop, must not block or throw.
   * @return the running server.
   * @throws IllegalStateException if the port is taken or cannot be bound; the message is one clear
   *     line.
   */
  public static MetricsServer launch(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final CollectorRegistry registry,
      final Consumer<IOException> acceptFailureHandler) {
    return new MetricsServer(eventLoops, host, port, registry, acceptFailureHandler);
  }

  /**
   * Number of times that a connection could not be accepted.
   *
   * @return failures since the start, for any thread.
   */
  public long acceptFailures() {
    return port.edge().counters().acceptFailures();
  }

  /**
   * Sets what the probes say from now on; before, the process is alive and starting. Any thread.
   *
   * @param newReadiness asked at each {@code /readyz}, on the event loops; must not block or throw.
   * @param newLiveness asked at each {@code /livez}, on the event loops; must not block or throw.
   */
  public void probes(
      final Supplier<ProbeResult> newReadiness, final Supplier<ProbeResult> newLiveness) {
    readiness = newReadiness;
    liveness = newLiveness;
  }

  /**
   * The port on which the server listens.
   *
   * @return the port.
   */
  public int port() {
    return port.edge().port();
  }

  /**
   * Where the server is reached.
   *
   * @return URL with the address bound, without a slash at its end; localhost for one that listens
   *     on 127.0.0.1 or on all addresses.
   */
  public String url() {
    return port.url();
  }

  /** Stops accepting and rendering, and closes all connections. Idempotent. */
  @Override
  public void close() {
    renderer.shutdown();
    port.edge().close();
  }
}
