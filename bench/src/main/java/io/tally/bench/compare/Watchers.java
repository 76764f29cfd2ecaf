package io.tally.bench.compare;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;

/**
 * Event streams of one counter, each on a connection of its own. A thread reads them all now and
 * then, so that reading takes little from the server; what is sent meanwhile waits in the sockets.
 */
final class Watchers implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long MOST_NS = TimeUnit.SECONDS.toNanos(10);

  private record Stream(SocketChannel channel, EventScanner events) {}

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final List<Stream> streams = new ArrayList<>();
  private final Thread thread = new Thread(this::run, "watchers");
  private volatile boolean closed;

  private Watchers() {}

  static Watchers open(final Server server, final String id, final int count) throws IOException {
    final Watchers watchers = new Watchers();
    try {
      for (int i = 0; i < count; i++) {
        watchers.add(server, id);
      }
    } catch (final IOException fault) {
      watchers.close();
      throw fault;
    }
    watchers.thread.start();
    return watchers;
  }

  private void add(final Server server, final String id) throws IOException {
    final SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port));
    streams.add(new Stream(channel, new EventScanner()));
    final String request =
        "GET /counter/" + id + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    channel.configureBlocking(false);
  }

  private void run() {
    try {
      while (!closed) {
        read();
        LockSupport.parkNanos(PAUSE_NS);
      }
    } catch (final IOException fault) {
      // Whoever waits for a value meets it again: the stream has ended, or lacks its value.
      System.out.println("watchers: " + fault);
    }
  }

  private synchronized void read() throws IOException {
    for (final Stream stream : streams) {
      int length = stream.channel.read(buffer.clear());
      while (length > 0) {
        stream.events.scan(buffer.flip());
        length = stream.channel.read(buffer.clear());
      }
      if (length < 0) {
        throw new EOFException("an event stream ended after " + stream.events.count() + " events");
      }
    }
  }

  /** Returns when each has seen the value. */
  void await(final long value) throws IOException {
    final long startNs = System.nanoTime();
    while (!allSaw(value)) {
      if (System.nanoTime() - startNs > MOST_NS) {
        throw new IOException("not all watchers saw " + value);
      }
      read();
    }
  }

  private synchronized boolean allSaw(final long value) {
    return streams.stream().allMatch(stream -> stream.events.value() == value);
  }

  /** Events that all of them have seen so far. */
  synchronized long events() {
    return streams.stream().mapToLong(stream -> stream.events.count()).sum();
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    streams.forEach(stream -> CloseHelper.close(stream.channel));
  }
}
