package io.tally.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.prometheus.client.CollectorRegistry;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Serves a registry's metrics at {@code /metrics}, as Prometheus text or OpenMetrics by the Accept
 * header. The event loops only move bytes; collecting and rendering happen on one daemon thread
 * named {@code tally-metrics}.
 */
public final class MetricsServer implements AutoCloseable {
  private static final int MAX_WAITING = 64;
  private static final int MAX_REQUEST_BYTES = 8_192;
  private static final int IDLE_SECONDS = 120;

  private final ThreadPoolExecutor renderer;
  private final ListenSocket socket;

  private MetricsServer(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final CollectorRegistry registry) {
    ListenSocket.checkPort(port);
    renderer =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            task -> {
              final Thread thread = new Thread(task, "tally-metrics");
              thread.setDaemon(true);
              return thread;
            });
    final ChannelInitializer<Channel> child =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(final Channel channel) {
            channel
                .pipeline()
                .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                .addLast(new MetricsHandler(registry, renderer, eventLoops.errorHandler()));
          }
        };
    socket = ListenSocket.bind(eventLoops, host, port, child);
    socket.accept();
  }

  /**
   * Binds the port and begins to serve.
   *
   * @param eventLoops serve the connections; not closed by this server.
   * @param host name or address to listen on.
   * @param port 0 to 65,535; 0 takes any free port.
   * @param registry what to render; its collectors are called on the rendering thread.
   * @return the running server.
   * @throws IllegalStateException if the port is taken or cannot be bound; the message is one clear
   *     line.
   */
  public static MetricsServer launch(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final CollectorRegistry registry) {
    return new MetricsServer(eventLoops, host, port, registry);
  }

  /**
   * The port on which the server listens.
   *
   * @return the port.
   */
  public int port() {
    return socket.port();
  }

  /** Stops accepting and rendering. Open connections end with the event loops. Idempotent. */
  @Override
  public void close() {
    socket.close();
    renderer.shutdown();
  }
}
