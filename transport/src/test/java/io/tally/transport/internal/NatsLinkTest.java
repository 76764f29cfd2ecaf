package io.tally.transport.internal;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class NatsLinkTest extends NodeLinkContract {
  private static NatsServerProcess server;
  private static NatsCarrier carrier;

  @BeforeAll
  static void launchServer() throws IOException {
    server = TestServer.launch(NatsServerProcess.Listener.NONE);
    carrier = TestServer.connect(server.url());
  }

  @AfterAll
  static void closeServer() {
    carrier.close();
    server.close();
  }

  @Override
  FrameCarrier carrier() {
    return carrier;
  }
}
