package io.tally.transport;

import java.io.IOException;
import java.nio.file.Path;

/** Starts the server that these tests need. */
final class TestServer {
  private TestServer() {}

  static NatsServerProcess launch(final NatsServerProcess.Listener listener) throws IOException {
    return NatsServerProcess.launch(binary(), listener);
  }

  static Path binary() {
    return NatsServerProcess.findOnPath()
        .orElseThrow(() -> new AssertionError("these tests need a nats-server on the PATH"));
  }
}
