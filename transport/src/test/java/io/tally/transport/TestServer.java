package io.tally.transport;

import java.io.IOException;

/** Starts the server that these tests need. */
final class TestServer {
  private TestServer() {}

  static NatsServerProcess launch(final NatsServerProcess.Listener listener) throws IOException {
    return NatsServerProcess.launch(
        NatsServerProcess.findOnPath()
            .orElseThrow(() -> new AssertionError("these tests need a nats-server on the PATH")),
        listener);
  }
}
