package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.ClusterSettings;
import io.tally.engine.internal.ShardDirectory;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes tell each other which services they host, in which versions. */
@Timeout(10)
final class HelloServicesTest {
  private static final long NOW_NS = 1_000;
  private static final String LONGEST_ID = "n".repeat(ClusterSettings.MAX_NODE_ID_LENGTH);
  private static final List<String> IDS = List.of("a", LONGEST_ID);

  private final SimulatedCarrier carrier = new SimulatedCarrier();

  private TestNode launch(
      final String id, final long incarnation, final ServiceVersion... services) {
    final TestNode node =
        TestNode.launch(TestNode.setup(id, incarnation).nodeIds(IDS).services(services), carrier);
    node.link.markReady();
    return node;
  }

  private void exchange(final TestNode... nodes) {
    for (int i = 0; i < 6; i++) {
      for (final TestNode node : nodes) {
        node.step(NOW_NS);
      }
      carrier.deliver();
    }
  }

  private static ServiceVersion[] services(final int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new ServiceVersion(100 + i, i))
        .toArray(ServiceVersion[]::new);
  }

  @Test
  void shouldWorkWithPeersOfOtherVersionsOfAService() {
    final TestNode a = launch("a", 10, new ServiceVersion(7, 1));
    final TestNode old = launch(LONGEST_ID, 20, new ServiceVersion(7, 2));
    exchange(a, old);
    assertEquals(20, a.link.incarnation(1));
    assertEquals(10, old.link.incarnation(0));
    assertEquals(2, a.link.serviceVersion(1, 7));
    assertEquals(1, old.link.serviceVersion(0, 7));
    old.close();
    final TestNode next = launch(LONGEST_ID, 30, new ServiceVersion(7, 3));
    exchange(a, next);
    assertEquals(30, a.link.incarnation(1));
    assertEquals(3, a.link.serviceVersion(1, 7));
    next.close();
    a.close();
  }

  @Test
  void shouldRefuseAPeerWithOtherServices() {
    final TestNode a = launch("a", 10, new ServiceVersion(7, 1));
    final TestNode other =
        launch(LONGEST_ID, 20, new ServiceVersion(7, 1), new ServiceVersion(8, 1));
    exchange(a, other);
    assertEquals(List.of(LONGEST_ID + " 20 refused: fingerprint"), a.events);
    assertEquals(List.of("a 10 refused: fingerprint"), other.events);
    assertEquals(-1, a.link.serviceVersion(1, 7));
    other.close();
    a.close();
  }

  @Test
  void shouldNameAsManyServicesAsThereMayBe() {
    final ServiceVersion[] most = services(NodeStart.MAX_SERVICES);
    final TestNode a = launch("a", 10, most);
    final TestNode b = launch(LONGEST_ID, 20, most);
    exchange(a, b);
    for (final ServiceVersion service : most) {
      assertEquals(service.version(), a.link.serviceVersion(1, service.schemaId()));
    }
    b.close();
    a.close();
    final OutboundFrame frame =
        new OutboundFrame(
            new LocalNode(
                ClusterSettings.of(IDS),
                new NodeStart("test", LONGEST_ID, 20, List.of(most)),
                new ShardDirectory(ClusterSettings.of(IDS)),
                1,
                new CachedNanoClock(),
                () -> 0),
            1 << 12);
    frame.appendHello(0, 0, 0, 0, 0, false, false);
    assertEquals(FrameLayout.HEADER_BYTES + FrameLayout.MAX_HELLO_BYTES, frame.finish(1, 0));
  }

  @Test
  void shouldRefuseImpossibleServices() {
    refuses(services(NodeStart.MAX_SERVICES + 1));
    refuses(new ServiceVersion(7, 1), new ServiceVersion(7, 2));
    assertThrows(IllegalArgumentException.class, () -> new ServiceVersion(65_535, 0));
    assertThrows(IllegalArgumentException.class, () -> new ServiceVersion(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> new ServiceVersion(0, 65_535));
    assertThrows(IllegalArgumentException.class, () -> new ServiceVersion(0, -1));
  }

  private static void refuses(final ServiceVersion... services) {
    assertThrows(
        IllegalArgumentException.class, () -> new NodeStart("test", "a", 1, List.of(services)));
  }
}
