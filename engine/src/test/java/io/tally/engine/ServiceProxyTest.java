package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.StockNode;
import io.tally.versions.codecs.KeptEncoder;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;

/** Calls that are begun, and those that cannot be. */
class ServiceProxyTest {
  private static final byte[] BYTES = new byte[EntityMessage.MAX_ID_LENGTH + 1];

  private final StockNode node =
      StockNode.launch(new CachedNanoClock(), StockNode.context(List.of("node-0"), "node-0", 3));
  private final ServiceProxy proxy = new ServiceProxy(node.ingress);
  private int replies;

  private boolean begin(final int idLength, final int keyLength) {
    return proxy.begin(
        new KeptEncoder(),
        true,
        0,
        BYTES,
        idLength,
        BYTES,
        keyLength,
        (cookie, outcome, code, incarnation, replayed, buffer, offset, length) -> replies++,
        0);
  }

  private void assertRefused(final int idLength, final int keyLength) {
    assertThrows(IllegalArgumentException.class, () -> begin(idLength, keyLength));
    assertEquals(0, node.ingress.pendingCount(), idLength + " and " + keyLength);
    assertEquals(0, replies);
  }

  @Test
  void shouldTakeNoPlaceForALengthThatIsOutOfItsRange() {
    assertRefused(0, 0);
    assertRefused(-1, 0);
    assertRefused(EntityMessage.MAX_ID_LENGTH + 1, 0);
    assertRefused(1, -1);
    assertRefused(1, Ingress.MAX_IDEMPOTENCY_KEY_LENGTH + 1);
    assertTrue(begin(1, Ingress.MAX_IDEMPOTENCY_KEY_LENGTH));
    assertEquals(1, node.ingress.pendingCount());
  }
}
