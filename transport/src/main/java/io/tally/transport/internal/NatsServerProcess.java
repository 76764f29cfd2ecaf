package io.tally.transport.internal;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A {@code nats-server} that runs as a child of this process on a free loopback port, and is
 * started again on the same port when it ends unasked.
 *
 * <p>Between the two stands a small shell script. Its standard input is a pipe from this process:
 * when that closes, for whatever reason, the script ends the server, so that no server outlives a
 * process that was killed hard. And when the server ends, the script ends, too.
 */
public final class NatsServerProcess implements AutoCloseable {
  /** Hears of the child. Called on the thread that watches it. */
  public interface Listener {
    /** Hears nothing. */
    Listener NONE = new Listener() {};

    /**
     * The server ended unasked and will be started again.
     *
     * @param exitCode of the server.
     * @param lastLine that it wrote, or an empty string.
     */
    default void onExit(final int exitCode, final String lastLine) {}

    /**
     * The server was started again.
     *
     * @param pid of the server.
     */
    default void onRestart(final long pid) {}
  }

  static final String HOST = "127.0.0.1";
  private static final int PORT_ATTEMPTS = 5;
  private static final long MIN_BACKOFF_NS = 100_000_000L;
  private static final long MAX_BACKOFF_NS = 2_000_000_000L;

  private final Path binary;
  private final int port;
  private final Listener listener;
  private final Thread supervisor;
  private volatile NatsServerChild child;
  private volatile boolean closing;

  private NatsServerProcess(
      final Path binary, final int port, final NatsServerChild child, final Listener listener) {
    this.binary = binary;
    this.port = port;
    this.child = child;
    this.listener = listener;
    supervisor = new Thread(this::supervise, "nats-server-supervisor");
    supervisor.setDaemon(true);
  }

  /**
   * Looks for a {@code nats-server} on the PATH.
   *
   * @return the binary, if there is one.
   */
  public static Optional<Path> findOnPath() {
    final String path = System.getenv("PATH");
    if (path != null) {
      for (final String directory : path.split(File.pathSeparator)) {
        final Path candidate = Path.of(directory.isEmpty() ? "." : directory, "nats-server");
        if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
          return Optional.of(candidate.toAbsolutePath());
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Starts a server and waits until it accepts connections.
   *
   * @param binary path of the {@code nats-server} binary.
   * @param listener hears of the child.
   * @return the running server.
   * @throws IOException if it did not start; the message says why.
   */
  public static NatsServerProcess launch(final Path binary, final Listener listener)
      throws IOException {
    IOException failure = null;
    for (int i = 0; i < PORT_ATTEMPTS; i++) {
      final int port = freePort();
      final NatsServerChild child = new NatsServerChild(binary, port);
      try {
        // Another process may have taken the port since it was found to be free.
        child.awaitAccepting(port);
        final NatsServerProcess server = new NatsServerProcess(binary, port, child, listener);
        server.supervisor.start();
        return server;
      } catch (final IOException e) {
        child.stop();
        failure = e;
      }
    }
    throw failure;
  }

  /**
   * Where the server listens.
   *
   * @return {@code nats://127.0.0.1:port}; the same after a restart.
   */
  public String url() {
    return "nats://" + HOST + ':' + port;
  }

  /**
   * The server's process id.
   *
   * @return id of the last server started.
   */
  public long pid() {
    return child.serverPid;
  }

  /** Stops the server: asks it, and kills it if it does not end in time. Idempotent. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(supervisor);
    child.stop();
    try {
      supervisor.join(NatsServerChild.STOP_TIMEOUT_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The supervisor may have started another server before it saw that this one is closed.
    child.stop();
  }

  private void supervise() {
    long backoffNs = MIN_BACKOFF_NS;
    while (true) {
      final long startNs = System.nanoTime();
      final int exitCode = child.awaitExit();
      if (closing) {
        return;
      }
      listener.onExit(exitCode, child.lastLine);
      if (System.nanoTime() - startNs > MAX_BACKOFF_NS) {
        backoffNs = MIN_BACKOFF_NS;
      }
      pause(backoffNs);
      backoffNs = Math.min(2 * backoffNs, MAX_BACKOFF_NS);
      if (closing) {
        return;
      }
      restart();
    }
  }

  private void restart() {
    try {
      // Where only the script died, this lets its watchdog end the server, which frees the port.
      child.stop();
      final NatsServerChild next = new NatsServerChild(binary, port);
      child = next;
      if (closing) {
        next.stop();
        return;
      }
      next.awaitAccepting(port);
      listener.onRestart(next.serverPid);
    } catch (final IOException e) {
      // The next round sees the exit of this child, or of the one before it, and tries again.
      child.stop();
    }
  }

  private void pause(final long durationNs) {
    final long endNs = System.nanoTime() + durationNs;
    long leftNs = durationNs;
    while (!closing && leftNs > 0) {
      LockSupport.parkNanos(this, leftNs);
      leftNs = endNs - System.nanoTime();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    }
  }
}
