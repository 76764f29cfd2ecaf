package io.tally.transport.internal;

import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

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

  static NatsCarrier connect(final String url) {
    final NatsCarrier carrier = launch(url, 0);
    Await.until("connected", carrier::isConnected);
    return carrier;
  }

  static NatsCarrier launch(final String urls, final long minFrameBytes) {
    return NatsCarrier.launch(
        NatsAddress.parse(urls, NatsLogin.NONE),
        "test",
        minFrameBytes,
        NatsSession.Listener.NONE,
        fault -> {
          throw new AssertionError(fault);
        });
  }

  /** A shell script that can be started in the server's place. */
  static Path script(final Path file, final String lines) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + lines);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
