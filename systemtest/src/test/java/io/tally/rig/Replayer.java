package io.tally.rig;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.tally.system.NatsServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Listens to all frames of the cluster and says them again: each at once, or all that it heard much
 * later. It does not hear itself.
 */
final class Replayer implements AutoCloseable {
  private static final int MAX_FRAMES = 50_000;

  /** Long, because the server may be stopped just then. */
  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(30);

  private record Frame(String subject, byte[] bytes) {}

  private final Connection connection;
  private final List<Frame> heard = new ArrayList<>();

  /** Begins to listen; repeats at once, or only when asked. */
  Replayer(final NatsServer nats, final boolean atOnce) {
    try {
      connection =
          Nats.connect(
              new Options.Builder()
                  .server(RigNats.url(nats.port()))
                  .connectionTimeout(CONNECTION_TIMEOUT)
                  .noEcho()
                  .maxMessagesInOutgoingQueue(MAX_FRAMES)
                  .build());
      final Dispatcher dispatcher =
          connection.createDispatcher(
              message -> {
                if (atOnce) {
                  connection.publish(message.getSubject(), message.getData());
                } else {
                  record(message);
                }
              });
      dispatcher.subscribe(RigCluster.PREFIX + ".>");
      connection.flush(Duration.ofSeconds(5));
    } catch (final IOException | TimeoutException fault) {
      throw new AssertionError("no connection to nats-server", fault);
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** Listens for so long; what was begun at once goes on until the end. */
  void listen(final long durationMs) {
    Hold.forMs(durationMs);
  }

  private synchronized void record(final Message message) {
    if (heard.size() < MAX_FRAMES) {
      heard.add(new Frame(message.getSubject(), message.getData()));
    }
  }

  /** Says again all that was heard, to the subjects that are given for those of old. */
  void replay(final UnaryOperator<String> subject) {
    final List<Frame> frames;
    synchronized (this) {
      frames = List.copyOf(heard);
    }
    for (final Frame frame : frames) {
      connection.publish(subject.apply(frame.subject), frame.bytes);
    }
    try {
      connection.flush(Duration.ofSeconds(10));
    } catch (final TimeoutException fault) {
      throw new AssertionError("nats-server does not read", fault);
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
