package io.tally.transport.internal;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** A process that starts a server, says its id, and waits to be killed. */
final class NatsServerParent {
  private NatsServerParent() {}

  public static void main(final String[] args) throws IOException {
    final NatsServerProcess server = TestServer.launch(NatsServerProcess.Listener.NONE);
    System.out.println(server.pid());
    final long endNs = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() - endNs < 0) {
      LockSupport.parkNanos(1_000_000_000L);
    }
  }
}
