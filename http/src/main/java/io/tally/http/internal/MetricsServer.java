package io.tally.http.internal;

import java.util.function.Supplier;

/**
 * The port for operators: a registry's metrics at {@code /metrics}, as Prometheus text or
 * OpenMetrics by the Accept header, and the probes {@code /readyz} and {@code /livez}. It reads
 * requests by the same rules as the API's port, with connections of its own. The event loops only
 * move bytes; collecting and rendering happen on one daemon thread named {@code tally-metrics}.
 */
public abstract class MetricsServer implements AutoCloseable {
  private static final long MAX_CLIENT_BYTES = 4 << 20;
  private static final long MEMORY_SHARE = 64;

  /** Enough that a scrape of a large cluster is not cut off. */
  private static final long MIN_BYTES_OF_LOOP = 512 << 10;

  /**
   * Number of times that a connection could not be accepted.
   *
   * @return failures since the start, for any thread.
   */
  public abstract long acceptFailures();

  /**
   * Sets what the probes say from now on; before, the process is alive and starting. Any thread.
   *
   * @param newReadiness asked at each {@code /readyz}, on the event loops; must not block or throw.
   * @param newLiveness asked at each {@code /livez}, on the event loops; must not block or throw.
   */
  public abstract void probes(
      Supplier<ProbeResult> newReadiness, Supplier<ProbeResult> newLiveness);

  /**
   * The port on which the server listens.
   *
   * @return the port.
   */
  public abstract int port();

  /**
   * Where the server is reached.
   *
   * @return URL with the address bound, without a slash at its end; localhost for one that listens
   *     on 127.0.0.1 or on all addresses.
   */
  public abstract String url();

  /** Stops accepting and rendering, and closes all connections. Idempotent. */
  @Override
  public abstract void close();

  /**
   * Most bytes that are kept for all connections of this port together, as {@link
   * io.tally.edge.EdgeSettings#maxClientBytes()} are for those of the API.
   *
   * @param loopCount number of event loops.
   * @param heapBytes largest size of the heap.
   * @return the number.
   */
  public static long maxClientBytes(final int loopCount, final long heapBytes) {
    return Math.max(
        loopCount * MIN_BYTES_OF_LOOP, Math.min(MAX_CLIENT_BYTES, heapBytes / MEMORY_SHARE));
  }
}
