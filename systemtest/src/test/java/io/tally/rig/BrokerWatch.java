package io.tally.rig;

import io.tally.system.NatsServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Watches how much waits in any nats-server for the slowest of its connections. */
final class BrokerWatch implements AutoCloseable {
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final List<NatsServer> servers;
  private final Thread thread = new Thread(this::watch, "broker-watch");
  private volatile boolean closed;
  private volatile long maxPendingBytes;

  BrokerWatch(final List<NatsServer> servers) {
    this.servers = servers;
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    while (!closed) {
      servers.forEach(this::ask);
      LockSupport.parkNanos(INTERVAL_NS);
    }
  }

  private void ask(final NatsServer server) {
    try {
      final long pending =
          server.tryConnz("pending_bytes").stream().mapToLong(Long::longValue).max().orElse(0);
      maxPendingBytes = Math.max(maxPendingBytes, pending);
    } catch (final IOException away) {
      // A server that is stopped or killed is asked again.
      LockSupport.parkNanos(INTERVAL_NS);
    }
  }

  long maxPendingBytes() {
    return maxPendingBytes;
  }

  @Override
  public void close() {
    closed = true;
  }
}
