package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FaultProxyTest {
  private static final int SOON_MS = 10_000;
  private static final int NEVER_MS = 150;

  private final InetAddress loopback = InetAddress.getLoopbackAddress();
  private ServerSocket listener;
  private FaultProxy proxy;
  private Socket client;
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 1, loopback);
    proxy = new FaultProxy(listener.getLocalPort());
    client = new Socket(loopback, proxy.port());
    server = listener.accept();
    client.setSoTimeout(SOON_MS);
    server.setSoTimeout(SOON_MS);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    listener.close();
    proxy.close();
  }

  @Test
  void shouldPassBytesOnBothWays() throws IOException {
    client.getOutputStream().write(1);
    assertEquals(1, server.getInputStream().read());
    server.getOutputStream().write(2);
    assertEquals(2, client.getInputStream().read());
  }

  @Test
  void shouldHoldOneDirectionAndLoseNothing() throws IOException {
    proxy.toServer().hold();
    client.getOutputStream().write(1);
    server.setSoTimeout(NEVER_MS);
    assertThrows(SocketTimeoutException.class, () -> server.getInputStream().read());
    server.getOutputStream().write(2);
    assertEquals(2, client.getInputStream().read());
    proxy.heal();
    server.setSoTimeout(SOON_MS);
    assertEquals(1, server.getInputStream().read());
  }

  @Test
  void shouldCutBothEnds() throws IOException {
    proxy.cut();
    assertEquals(-1, client.getInputStream().read());
    assertEquals(-1, server.getInputStream().read());
  }

  @Test
  void shouldResetBothEnds() {
    proxy.reset();
    assertThrows(SocketException.class, () -> client.getInputStream().read());
    assertThrows(SocketException.class, () -> server.getInputStream().read());
  }

  @Test
  void shouldLeaveTheClientInIgnorance() throws IOException {
    // Both directions are under way only once something has passed.
    client.getOutputStream().write(1);
    assertEquals(1, server.getInputStream().read());
    server.getOutputStream().write(2);
    assertEquals(2, client.getInputStream().read());
    proxy.leaveHalfOpen();
    assertEquals(-1, server.getInputStream().read());
    client.setSoTimeout(NEVER_MS);
    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
    client.getOutputStream().write(1);
    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
  }

  @Test
  void shouldThrottle() throws IOException {
    proxy.toClient().throttle(10_000);
    server.getOutputStream().write(new byte[3_000]);
    final long startNs = System.nanoTime();
    assertEquals(3_000, client.getInputStream().readNBytes(3_000).length);
    final long tookMs = (System.nanoTime() - startNs) / 1_000_000;
    assertTrue(tookMs >= 200, () -> tookMs + " ms for 3,000 bytes at 10,000 a second");
  }
}
