package io.tally.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks once at a time on one connection, beside those who ask for much, with a thread of its own.
 */
final class ModestClient implements AutoCloseable {
  static final Ids IDS = new Ids("modestc-", 1);

  private static final int OK = 200;
  private static final long RECONNECT_NS = 10_000_000;

  private final byte[] request =
      ("POST /counter/"
              + IDS.id(0)
              + "/increment HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);
  private final int port;
  private final Timeline timeline;
  private final Thread thread = new Thread(this::run, "modest-client");
  private long asked;
  private long served;
  private volatile boolean closed;

  private ModestClient(final int port, final Timeline timeline) {
    this.port = port;
    this.timeline = timeline;
  }

  static ModestClient start(final Server server, final Timeline timeline) {
    final ModestClient client = new ModestClient(server.port, timeline);
    client.thread.start();
    return client;
  }

  private void run() {
    while (!closed) {
      try (Socket socket = Counters.connect(port)) {
        final HttpAnswers answers = new HttpAnswers(socket.getInputStream());
        while (!closed) {
          ask(socket, answers);
        }
      } catch (final IOException cutOff) {
        // Asked and not served; it comes again.
        LockSupport.parkNanos(RECONNECT_NS);
      }
    }
  }

  private void ask(final Socket socket, final HttpAnswers answers) throws IOException {
    final long askedNs = System.nanoTime();
    final Timeline.Span second = timeline.at(askedNs);
    if (second != null) {
      second.modestAsked++;
    }
    asked++;
    socket.getOutputStream().write(request);
    answers.next();
    final boolean ok = answers.status() == OK;
    served += ok ? 1 : 0;
    if (second != null && ok) {
      second.modestServed++;
      second.modestLatency.recordValue(System.nanoTime() - askedNs);
    }
  }

  /** Requests, answered or not. Read when it is closed. */
  long asked() {
    return asked;
  }

  /** Requests answered 200. Read when it is closed. */
  long served() {
    return served;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(interrupted));
    }
  }
}
