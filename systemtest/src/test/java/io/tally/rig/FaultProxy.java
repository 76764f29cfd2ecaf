package io.tally.rig;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between one client and a server, both on this machine, and damages what passes: each
 * direction for itself is delayed, throttled or held back, and all connections are cut, reset or
 * left half open. What is held back is not lost, as TCP would not lose it either, unless the
 * connection ends meanwhile.
 */
final class FaultProxy implements AutoCloseable {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int BUFFER_BYTES = 1 << 16;

  /** One way through the proxy. */
  static final class Direction {
    private volatile boolean held;
    private volatile int maxDelayMs;
    private volatile int bytesPerSecond;

    /** Lets nothing pass, until healed. */
    void hold() {
      held = true;
    }

    /** Delays what passes by a random time up to this. */
    void delay(final int maxMs) {
      maxDelayMs = maxMs;
    }

    /** Lets so many bytes pass in a second. */
    void throttle(final int limit) {
      bytesPerSecond = limit;
    }

    void heal() {
      held = false;
      maxDelayMs = 0;
      bytesPerSecond = 0;
    }
  }

  private final Direction toServer = new Direction();
  private final Direction toClient = new Direction();
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private final ServerSocket acceptor;
  private final int serverPort;
  private volatile boolean closed;

  FaultProxy(final int serverPort) throws IOException {
    this.serverPort = serverPort;
    acceptor = new ServerSocket();
    // Small, so that what a slow reader leaves stays at the server and not in between.
    acceptor.setReceiveBufferSize(BUFFER_BYTES);
    acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    start(this::accept);
  }

  int port() {
    return acceptor.getLocalPort();
  }

  Direction toServer() {
    return toServer;
  }

  Direction toClient() {
    return toClient;
  }

  void heal() {
    toServer.heal();
    toClient.heal();
  }

  /** Closes all connections at both ends. */
  void cut() {
    pairs.forEach(Pair::close);
  }

  /** Ends all connections with a reset. */
  void reset() {
    pairs.forEach(Pair::reset);
  }

  /** Ends all connections at the server, while the client is told nothing. */
  void leaveHalfOpen() {
    pairs.forEach(Pair::leaveHalfOpen);
  }

  private void accept() {
    while (!closed) {
      try {
        final Socket client = acceptor.accept();
        final Socket server = new Socket();
        final Pair pair = new Pair(client, server);
        pairs.add(pair);
        start(() -> connect(pair));
      } catch (final IOException refused) {
        // The proxy closes, or the client was gone before it was accepted.
        LockSupport.parkNanos(POLL_NS);
      }
    }
  }

  private void connect(final Pair pair) {
    try {
      pair.client.setTcpNoDelay(true);
      pair.server.setTcpNoDelay(true);
      pair.server.setReceiveBufferSize(BUFFER_BYTES);
      pair.server.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort), 2_000);
      start(() -> pump(pair, pair.server, pair.client, toClient));
      pump(pair, pair.client, pair.server, toServer);
    } catch (final IOException refused) {
      pair.close();
    }
  }

  private void pump(
      final Pair pair, final Socket from, final Socket to, final Direction direction) {
    final byte[] buffer = new byte[BUFFER_BYTES];
    try {
      final InputStream in = from.getInputStream();
      final OutputStream out = to.getOutputStream();
      while (true) {
        final int rate = direction.bytesPerSecond;
        final int count = in.read(buffer, 0, rate == 0 ? buffer.length : Math.max(1, rate / 50));
        if (count < 0) {
          break;
        }
        linger(pair, direction, count);
        if (!pair.halfOpen) {
          out.write(buffer, 0, count);
        }
      }
    } catch (final IOException ended) {
      if (pair.halfOpen && from == pair.client) {
        pair.close();
      }
    }
    if (!pair.halfOpen) {
      pair.close();
    }
  }

  private void linger(final Pair pair, final Direction direction, final int count) {
    final int delayMs = direction.maxDelayMs;
    final int rate = direction.bytesPerSecond;
    long untilNs = System.nanoTime();
    if (delayMs > 0) {
      untilNs += TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextInt(delayMs));
    }
    if (rate > 0) {
      untilNs += count * 1_000_000_000L / rate;
    }
    while (!pair.ended && (direction.held || System.nanoTime() - untilNs < 0)) {
      LockSupport.parkNanos(direction.held ? POLL_NS : untilNs - System.nanoTime());
    }
  }

  private static void start(final Runnable task) {
    final Thread thread = new Thread(task, "fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    acceptor.close();
    cut();
  }

  private final class Pair {
    private final Socket client;
    private final Socket server;
    private volatile boolean halfOpen;
    private volatile boolean ended;

    Pair(final Socket client, final Socket server) {
      this.client = client;
      this.server = server;
    }

    void leaveHalfOpen() {
      halfOpen = true;
      closeQuietly(server);
    }

    void reset() {
      try {
        client.setSoLinger(true, 0);
        server.setSoLinger(true, 0);
      } catch (final IOException gone) {
        // Then there is nothing left to reset.
        ended = true;
      }
      close();
    }

    void close() {
      ended = true;
      closeQuietly(client);
      closeQuietly(server);
      pairs.remove(this);
    }

    private void closeQuietly(final Socket socket) {
      try {
        socket.close();
      } catch (final IOException gone) {
        ended = true;
      }
    }
  }
}
