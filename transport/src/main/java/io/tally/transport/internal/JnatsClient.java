package io.tally.transport.internal;

import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.tally.transport.NatsAddress;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * A connection of the library jnats. Its own reconnecting is not used: it ends for good after the
 * same refusal twice, publishes again what was queued before an outage, and keeps credentials to
 * the URL that named them.
 */
final class JnatsClient implements NatsClient, ConnectionListener, ErrorListener {
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CLOSE_FLUSH_TIMEOUT = Duration.ofMillis(500);

  private final NatsAddress address;
  private final String name;
  private final Executor executor;
  private final Listener listener;
  private volatile Connection connection;
  private volatile String lastFault = "";
  private volatile FramePort port;
  private boolean closed;

  private JnatsClient(
      final NatsAddress address,
      final String name,
      final Executor executor,
      final Listener listener) {
    this.address = address;
    this.name = name;
    this.executor = executor;
    this.listener = listener;
  }

  /** The executor's threads may block for some seconds; there must be as many as are needed. */
  static Connector connector(final String name, final Executor executor) {
    return (address, listener) -> {
      final JnatsClient client = new JnatsClient(address, name, executor, listener);
      client.run(client::connect);
      return client;
    };
  }

  /** Frames travel on this, which the library has made and connects. */
  void port(final FramePort newPort) {
    port = newPort;
  }

  private void run(final Runnable task) {
    try {
      executor.execute(
          () -> {
            try {
              task.run();
            } catch (final RuntimeException e) {
              listener.onEnded(reason(e));
            }
          });
    } catch (final RejectedExecutionException e) {
      listener.onEnded("closed");
    }
  }

  private void connect() {
    try {
      final Connection made = Nats.connect(JnatsOptions.of(address, name, this, listener));
      if (!keep(made)) {
        made.close();
        return;
      }
      final io.nats.client.api.ServerInfo info = made.getServerInfo();
      listener.onConnected(
          info.getMaxPayload() > 0 ? info.getMaxPayload() : Integer.MAX_VALUE,
          info.getVersion() == null ? "" : info.getVersion());
    } catch (final AuthenticationException e) {
      listener.onRefused(authorizationFault(e.getMessage()));
    } catch (final IOException | RuntimeException e) {
      // The library's own message names the server only.
      listener.onEnded(lastFault.isEmpty() ? reason(e) : lastFault);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      listener.onEnded("interrupted");
    }
  }

  private synchronized boolean keep(final Connection made) {
    if (!closed) {
      connection = made;
    }
    return !closed;
  }

  @Override
  public boolean isConnected() {
    final Connection current = connection;
    return current != null && current.getStatus() == Connection.Status.CONNECTED;
  }

  @Override
  public synchronized FrameCarrier.Subscription subscribe(
      final String subject, final FrameListener frameListener) {
    if (closed || !isConnected()) {
      return () -> {};
    }
    try {
      final String name = port.subscribe(subject, frameListener);
      return () -> unsubscribe(name);
    } catch (final IOException e) {
      // The connection has ended a moment ago, which is told elsewhere.
      return () -> {};
    }
  }

  private synchronized void unsubscribe(final String name) {
    try {
      if (isConnected()) {
        port.unsubscribe(name);
      }
    } catch (final IOException e) {
      // The connection has ended, and the subscription with it.
      return;
    }
  }

  @Override
  public void flush(final Runnable onConfirmed) {
    run(
        () -> {
          try {
            connection.flush(FLUSH_TIMEOUT);
            onConfirmed.run();
          } catch (final TimeoutException | IllegalStateException e) {
            listener.onEnded("the server confirmed no subscription");
          } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Override
  public boolean publish(final String subject, final byte[] memory, final int length) {
    if (!isConnected()) {
      return false;
    }
    try {
      port.publish(subject, memory, length);
      return true;
    } catch (final IOException e) {
      // Disconnected or closed, as by the library when the server did not read for too long.
      return false;
    }
  }

  @Override
  public void flushFrames() {
    try {
      port.flushFrames();
    } catch (final IOException e) {
      // The connection has ended, and what was on its way is lost, which frames may be.
      return;
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    final Connection last = connection;
    if (last != null) {
      run(() -> close(last));
    }
  }

  private static void close(final Connection last) {
    try {
      if (last.getStatus() == Connection.Status.CONNECTED) {
        last.flush(CLOSE_FLUSH_TIMEOUT);
      }
    } catch (final TimeoutException | IllegalStateException e) {
      // What did not leave in time is lost, which frames may be.
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      last.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  @SuppressWarnings("deprecation") // The newer method is a default one that calls this.
  public void connectionEvent(final Connection source, final ConnectionListener.Events type) {
    switch (type) {
      case DISCONNECTED, CLOSED -> {
        if (connection != null) {
          listener.onEnded(lastFault.isEmpty() ? "connection lost" : lastFault);
        }
      }
      case LAME_DUCK -> listener.onError("the server is about to stop (lame duck)");
      default -> {}
    }
  }

  @Override
  public void errorOccurred(final Connection source, final String error) {
    if (isAuthorizationFault(error)) {
      // Told here, because the library itself reports a refusal only at the end of its timeout.
      listener.onRefused(error);
    } else if (lowerCase(error).startsWith("permissions violation")) {
      listener.onDenied(error, lowerCase(error).contains("for publish"));
    } else {
      listener.onError(error);
    }
  }

  private static String lowerCase(final String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static boolean isAuthorizationFault(final String error) {
    final String text = lowerCase(error);
    return text.contains("authorization violation")
        || text.contains("authentication expired")
        || text.contains("authentication revoked")
        || text.contains("authentication error");
  }

  private static String authorizationFault(final String message) {
    return message.substring(message.lastIndexOf(':') + 1).strip();
  }

  @Override
  public void exceptionOccurred(final Connection source, final Exception fault) {
    lastFault = reason(fault);
  }

  private static String reason(final Exception fault) {
    Throwable cause = fault;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof UnknownHostException) {
      return "unknown host " + cause.getMessage();
    }
    final String kind = cause.getClass().getSimpleName();
    return cause.getMessage() == null
        ? kind
        : cause instanceof IOException ? cause.getMessage() : kind + ": " + cause.getMessage();
  }
}
