package io.tally.transport.internal;

import io.tally.engine.internal.AgentThread;
import io.tally.transport.NatsAddress;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Carries frames through a NATS server, over one connection for all nodes of the process: a {@link
 * NatsSession} with the threads that it needs. A lost connection is looked for without end; nothing
 * is buffered meanwhile. {@link #publish} may block when the server does not read, until the
 * connection is given up.
 */
public final class NatsCarrier implements FrameCarrier, AutoCloseable {
  private static final long CONFIRM_MS = 5_000;
  private static final long CLOSE_MS = 1_000;
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final ExecutorService executor = Executors.newCachedThreadPool(NatsCarrier::thread);
  private final AgentThread stepper;
  private final NatsSession session;

  private NatsCarrier(
      final List<NatsAddress> servers,
      final String name,
      final long minFrameBytes,
      final NatsSession.Listener listener,
      final ErrorHandler errorHandler) {
    stepper = new AgentThread(NatsCarrier::thread, SystemNanoClock.INSTANCE, errorHandler, 0);
    session =
        new NatsSession(
            servers,
            JnatsClient.connector(name, executor),
            minFrameBytes,
            listener,
            stepper,
            () -> ThreadLocalRandom.current().nextLong());
  }

  private static Thread thread(final Runnable task) {
    final Thread thread = new Thread(task, "tally-nats-" + THREADS.getAndIncrement());
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Begins to look for a server.
   *
   * @param servers to connect to.
   * @param name of the connection, as the server shows it.
   * @param minFrameBytes length of the longest frame that cannot be made shorter: a server that
   *     takes less is no use.
   * @param listener hears of the connection.
   * @param errorHandler is given what should not happen.
   * @return the carrier, not yet connected.
   */
  public static NatsCarrier launch(
      final List<NatsAddress> servers,
      final String name,
      final long minFrameBytes,
      final NatsSession.Listener listener,
      final ErrorHandler errorHandler) {
    final NatsCarrier carrier =
        new NatsCarrier(servers, name, minFrameBytes, listener, errorHandler);
    carrier.stepper.start(carrier.session);
    return carrier;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A subscription on a connection that is lost meanwhile is confirmed on the next.
   */
  @Override
  public Subscription subscribe(final String subject, final FrameListener frameListener)
      throws IOException {
    final CountDownLatch confirmed = new CountDownLatch(1);
    final Subscription subscription =
        session.subscribe(subject, frameListener, confirmed::countDown);
    try {
      if (confirmed.await(CONFIRM_MS, TimeUnit.MILLISECONDS)) {
        return subscription;
      }
      subscription.close();
      throw new IOException(
          "the subscription to " + subject + " was not confirmed: " + session.fault());
    } catch (final InterruptedException e) {
      subscription.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while subscribing to " + subject, e);
    }
  }

  @Override
  public boolean publish(final String subject, final byte[] memory, final int length) {
    return session.publish(subject, memory, length);
  }

  @Override
  public void flush() {
    session.flush();
  }

  @Override
  public boolean isConnected() {
    return session.isConnected();
  }

  @Override
  public String fault() {
    return session.fault();
  }

  @Override
  public long maxFrameBytes() {
    return session.maxFrameBytes();
  }

  @Override
  public long listenNs() {
    return session.listenNs();
  }

  /**
   * How this carrier stands with its servers. Any thread.
   *
   * @return the status of this moment.
   */
  public CarrierStatus status() {
    return session.status();
  }

  /**
   * Reads a counter. Any thread.
   *
   * @param counter to read.
   * @return its value.
   */
  public long get(final CarrierCounter counter) {
    return session.get(counter);
  }

  /**
   * The server to which this carrier is, or was last connected. Any thread.
   *
   * @return its version, or an empty string before the first.
   */
  public String serverVersion() {
    return session.serverVersion();
  }

  /** Writes what was published, within a limit, and disconnects. Idempotent. */
  @Override
  public void close() {
    stepper.close();
    session.close();
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      }
    } catch (final InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
