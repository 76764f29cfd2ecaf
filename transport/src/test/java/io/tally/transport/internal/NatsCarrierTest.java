package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.NodeOutput;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NatsCarrierTest {
  @Test
  void shouldCountWhatItCarries() throws IOException {
    try (NatsServerProcess server = TestServer.launch(NatsServerProcess.Listener.NONE)) {
      final NatsCarrier carrier = TestServer.connect(server.url());
      final List<byte[]> frames = new CopyOnWriteArrayList<>();
      final FrameCarrier.Subscription subscription = carrier.subscribe("x.y", frames::add);
      assertTrue(carrier.publish("x.y", new byte[] {1, 2, 3, 9}, 3));
      assertTrue(carrier.publish("x.z", new byte[] {4, 9}, 1));
      carrier.flush();
      Await.until("delivered", () -> frames.size() == 1);
      assertArrayEquals(new byte[] {1, 2, 3}, frames.get(0));
      subscription.close();
      subscription.close();
      assertEquals(2, carrier.get(CarrierCounter.FRAMES_PUBLISHED));
      assertEquals(4, carrier.get(CarrierCounter.BYTES_PUBLISHED));
      assertEquals(1, carrier.get(CarrierCounter.FRAMES_RECEIVED));
      assertEquals(3, carrier.get(CarrierCounter.BYTES_RECEIVED));
      carrier.close();
      assertFalse(carrier.isConnected());
      assertFalse(carrier.publish("x.y", new byte[1], 1));
      assertEquals(1, carrier.get(CarrierCounter.PUBLISH_FAILURES));
    }
  }

  @Test
  void shouldFindTheServerAgain() throws IOException {
    try (NatsServerProcess server = TestServer.launch(NatsServerProcess.Listener.NONE);
        NatsCarrier carrierA = TestServer.connect(server.url());
        NatsCarrier carrierB = TestServer.connect(server.url());
        TestNode a = TestNode.launch(TestNode.setup("node-0", 10), carrierA);
        TestNode b = TestNode.launch(TestNode.setup("node-1", 20), carrierB)) {
      a.link.markReady();
      b.link.markReady();
      stepUntil(a, b, () -> a.link.incarnation(1) == 20 && b.link.incarnation(0) == 10);

      ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
      stepUntil(a, b, () -> a.offerCommand(1, 1, 10) == NodeOutput.BACK_PRESSURED);
      stepUntil(a, b, () -> carrierA.isConnected() && carrierB.isConnected());
      // Frames may be lost around the reconnection, so more than one command is tried.
      stepUntil(
          a, b, () -> a.offerCommand(1, 2, 10) == NodeOutput.CLAIMED && b.commands.contains(2L));
      assertEquals(20, a.link.incarnation(1));
      Await.until("counted", () -> carrierA.get(CarrierCounter.RECONNECTS) >= 1);
      assertEquals(0, a.count(LinkCounter.INCARNATION_CHANGES));
    }
  }

  private static void stepUntil(
      final TestNode a, final TestNode b, final BooleanSupplier condition) {
    Await.until(
        "met",
        () -> {
          final long nowNs = System.nanoTime();
          a.step(nowNs);
          b.step(nowNs);
          return condition.getAsBoolean();
        });
  }

  @Test
  void shouldSayWhyAServerIsOutOfReachAndKeepItsSecrets() {
    try (NatsCarrier carrier = TestServer.launch("nats://user:secret@127.0.0.1:1", 0)) {
      Await.until("tried", () -> carrier.status().state() == CarrierState.DISCONNECTED);
      assertEquals("NATS disconnected: nats://127.0.0.1:1: Connection refused", carrier.fault());
    }
  }
}
