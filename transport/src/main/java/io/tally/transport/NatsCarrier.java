package io.tally.transport;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Carries frames through a NATS server, over one connection for all nodes of the process. A lost
 * connection is looked for without end; nothing is buffered meanwhile. {@link #publish} may block
 * for two seconds when the server does not read.
 */
public final class NatsCarrier implements FrameCarrier, AutoCloseable {
  /** Hears of the connection. Called on a thread of the client library; must not block. */
  public interface Listener {
    /** Hears nothing. */
    Listener NONE = event -> {};

    /**
     * Something worth a log line happened.
     *
     * @param event in a few words.
     */
    void onEvent(String event);
  }

  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CLOSE_FLUSH_TIMEOUT = Duration.ofMillis(500);
  private static final Duration RECONNECT_WAIT = Duration.ofMillis(100);
  private static final Duration PING_INTERVAL = Duration.ofSeconds(2);
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(3);
  private static final int MAX_PINGS_OUT = 2;
  private static final long LISTEN_NS = 300_000_000L;

  /** Far above what the windows of all peers of all nodes of a process let arrive at once. */
  private static final long MAX_PENDING_FRAMES = 1 << 18;

  private static final long MAX_PENDING_BYTES = 64L << 20;
  private static final int STRIDE = 8;

  private final AtomicLongArray counters =
      new AtomicLongArray(CarrierCounter.values().length * STRIDE);
  private final String shownUrl;
  private final Listener listener;
  private final Connection connection;
  private final Dispatcher dispatcher;

  private NatsCarrier(final String url, final String name, final Listener listener)
      throws IOException, InterruptedException {
    shownUrl = withoutSecrets(url);
    this.listener = listener;
    final Events events = new Events();
    try {
      connection = Nats.connect(options(url, name, events));
    } catch (final IOException e) {
      // The client library's own message names the servers only.
      throw events.lastFault == null ? e : new IOException(events.lastFault.getMessage(), e);
    }
    dispatcher = connection.createDispatcher();
    dispatcher.setPendingLimits(MAX_PENDING_FRAMES, MAX_PENDING_BYTES);
  }

  /**
   * Connects to a server.
   *
   * @param url of the server, {@code nats://host:port}; several are separated by commas.
   * @param name of the connection, as the server shows it.
   * @param listener hears of the connection.
   * @return the carrier, connected.
   * @throws IOException if the server cannot be reached; the message names it and the reason.
   */
  public static NatsCarrier launch(final String url, final String name, final Listener listener)
      throws IOException {
    try {
      return new NatsCarrier(url, name, listener);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting to NATS at " + withoutSecrets(url), e);
    } catch (final IOException | IllegalArgumentException | IllegalStateException e) {
      throw new IOException(withoutSecrets("cannot reach NATS at " + url + ": " + reason(e)), e);
    }
  }

  private static Options options(final String url, final String name, final Events events) {
    return new Options.Builder()
        .server(url)
        .connectionName(name)
        .connectionTimeout(CONNECTION_TIMEOUT)
        .maxReconnects(-1)
        .reconnectWait(RECONNECT_WAIT)
        .reconnectJitter(RECONNECT_WAIT)
        .reconnectBufferSize(0)
        .pingInterval(PING_INTERVAL)
        .maxPingsOut(MAX_PINGS_OUT)
        .socketWriteTimeout(WRITE_TIMEOUT)
        .connectionListener(events)
        .errorListener(events)
        .build();
  }

  @Override
  public Subscription subscribe(final String subject, final FrameListener frameListener)
      throws IOException {
    final MessageHandler handler = message -> onMessage(message, frameListener);
    final io.nats.client.Subscription subscription = dispatcher.subscribe(subject, handler);
    try {
      connection.flush(FLUSH_TIMEOUT);
    } catch (final TimeoutException e) {
      throw new IOException("NATS did not confirm the subscription to " + subject, e);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while subscribing to " + subject, e);
    }
    return () -> unsubscribe(subscription);
  }

  private void unsubscribe(final io.nats.client.Subscription subscription) {
    if (subscription.isActive() && connection.getStatus() != Connection.Status.CLOSED) {
      dispatcher.unsubscribe(subscription);
    }
  }

  private void onMessage(final Message message, final FrameListener frameListener) {
    final byte[] frame = message.getData();
    add(CarrierCounter.FRAMES_RECEIVED, 1);
    add(CarrierCounter.BYTES_RECEIVED, frame.length);
    frameListener.onFrame(frame);
  }

  @Override
  public boolean publish(final String subject, final byte[] frame) {
    try {
      connection.publish(subject, frame);
    } catch (final IllegalStateException | IllegalArgumentException e) {
      // Disconnected, closed, the outgoing queue stayed full, or longer than the server allows.
      add(CarrierCounter.PUBLISH_FAILURES, 1);
      return false;
    }
    add(CarrierCounter.FRAMES_PUBLISHED, 1);
    add(CarrierCounter.BYTES_PUBLISHED, frame.length);
    return true;
  }

  @Override
  public boolean isConnected() {
    return connection.getStatus() == Connection.Status.CONNECTED;
  }

  @Override
  public long maxFrameBytes() {
    final long maxPayload = connection.getMaxPayload();
    return maxPayload > 0 ? maxPayload : Integer.MAX_VALUE;
  }

  @Override
  public long listenNs() {
    return LISTEN_NS;
  }

  /**
   * Reads a counter. Any thread.
   *
   * @param counter to read.
   * @return its value.
   */
  public long get(final CarrierCounter counter) {
    return counters.get(counter.ordinal() * STRIDE);
  }

  /**
   * The URL given at launch, for people.
   *
   * @return the URL without the password or token that it may carry.
   */
  public String shownUrl() {
    return shownUrl;
  }

  /**
   * The server to which this carrier is connected.
   *
   * @return its version, or an empty string while there is none.
   */
  public String serverVersion() {
    final io.nats.client.api.ServerInfo info = connection.getServerInfo();
    return info == null || info.getVersion() == null ? "" : info.getVersion();
  }

  /** Writes what was published, within a limit, and disconnects. Idempotent. */
  @Override
  public void close() {
    try {
      if (isConnected()) {
        connection.flush(CLOSE_FLUSH_TIMEOUT);
      }
      connection.close();
    } catch (final TimeoutException | IllegalStateException e) {
      closeNow();
    } catch (final InterruptedException e) {
      closeNow();
      Thread.currentThread().interrupt();
    }
  }

  private void closeNow() {
    try {
      connection.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void add(final CarrierCounter counter, final long amount) {
    counters.getAndAdd(counter.ordinal() * STRIDE, amount);
  }

  private static String reason(final Exception failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** A URL may carry a password or token, which no message may show. */
  private static String withoutSecrets(final String text) {
    return text.replaceAll("//[^/,@]*@", "//***@");
  }

  private final class Events implements ConnectionListener, ErrorListener {
    private volatile Exception lastFault;

    @Override
    @SuppressWarnings("deprecation") // The newer method is a default one that calls this.
    public void connectionEvent(final Connection source, final ConnectionListener.Events type) {
      switch (type) {
        case DISCONNECTED -> {
          add(CarrierCounter.DISCONNECTS, 1);
          listener.onEvent("disconnected from NATS");
        }
        case RECONNECTED -> {
          add(CarrierCounter.RECONNECTS, 1);
          listener.onEvent("reconnected to NATS");
        }
        default -> {}
      }
    }

    @Override
    public void errorOccurred(final Connection source, final String error) {
      add(CarrierCounter.ERRORS, 1);
      listener.onEvent("NATS reports: " + error);
    }

    @Override
    public void exceptionOccurred(final Connection source, final Exception fault) {
      lastFault = fault;
      add(CarrierCounter.ERRORS, 1);
    }

    @Override
    public void slowConsumerDetected(final Connection source, final Consumer consumer) {
      add(CarrierCounter.SLOW_CONSUMER, 1);
      listener.onEvent("frames from NATS were dropped: not taken fast enough");
    }
  }
}
