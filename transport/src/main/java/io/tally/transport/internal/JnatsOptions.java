package io.tally.transport.internal;

import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.impl.NatsServerPool;
import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * How the library jnats is asked for one connection to one server: with our login and TLS, without
 * its own reconnecting, its own choice of servers and its own threads for callbacks.
 */
final class JnatsOptions {
  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration PING_INTERVAL = Duration.ofSeconds(2);
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(3);

  /** Frames go past the library, which so asks again although something has just come. */
  private static final int MAX_PINGS_OUT = 3;

  private JnatsOptions() {}

  /**
   * Options of a connection.
   *
   * @param client is called back by the library.
   * @param listener hears of the other servers that the server names.
   */
  static Options of(
      final NatsAddress address,
      final String name,
      final JnatsClient client,
      final NatsClient.Listener listener)
      throws IOException {
    final Options.Builder options =
        new Options.Builder()
            .server(address.url())
            .connectionName(name)
            .connectionTimeout(CONNECTION_TIMEOUT)
            .maxReconnects(0)
            .reconnectBufferSize(0)
            .serverPool(new OneServer(listener))
            .callbackExecutor(new CallerRuns())
            .pingInterval(PING_INTERVAL)
            .maxPingsOut(MAX_PINGS_OUT)
            .socketWriteTimeout(WRITE_TIMEOUT)
            .dataPortType(FramePort.class.getName())
            // A frame has no headers. Those of others are left out by the server.
            .noHeaders()
            .noNoResponders()
            .connectionListener(client)
            .errorListener(client);
    final NatsLogin login = address.login();
    switch (login.kind()) {
      case PASSWORD ->
          options.userInfo(login.user().toCharArray(), login.secret().read().toCharArray());
      case TOKEN -> options.token(login.secret().read().toCharArray());
      case CREDENTIALS_FILE -> options.authHandler(Nats.credentials(login.user()));
      default -> {}
    }
    try {
      switch (address.scheme()) {
        case "tls", "wss" ->
            options.sslContext(new NamedTlsContext(SSLContext.getDefault(), address.tlsName()));
        case "opentls" -> options.opentls();
        default -> {}
      }
    } catch (final NoSuchAlgorithmException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
    return options.build();
  }

  /** Names no other server to the library, but to the session. */
  private static final class OneServer extends NatsServerPool {
    private final NatsClient.Listener listener;

    OneServer(final NatsClient.Listener listener) {
      this.listener = listener;
    }

    @Override
    public boolean acceptDiscoveredUrls(final List<String> hostsAndPorts) {
      listener.onDiscovered(List.copyOf(hostsAndPorts));
      return false;
    }
  }

  /**
   * Runs callbacks on the thread that has something to report. The library's own executor may
   * report an error after the events that followed it. Nothing that is called back here blocks.
   */
  private static final class CallerRuns extends AbstractExecutorService {
    @Override
    public void execute(final Runnable task) {
      task.run();
    }

    @Override
    public void shutdown() {
      // Holds no thread.
    }

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(final long timeout, final TimeUnit unit) {
      return true;
    }
  }
}
