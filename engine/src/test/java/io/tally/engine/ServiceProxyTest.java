package io.tally.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.StockNode;
import io.tally.versions.codecs.KeptEncoder;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Calls that are begun, and those that cannot be. */
class ServiceProxyTest {
  private static final byte[] BYTES = new byte[EntityMessage.MAX_ID_LENGTH + 1];

  private final StockNode node =
      StockNode.launch(new CachedNanoClock(), StockNode.context(List.of("node-0"), "node-0", 3));
  private final ServiceProxy proxy = new ServiceProxy(node.ingress);
  private int replies;

  private boolean begin(final int idLength, final int idempotencyKeyLength) {
    return proxy.begin(
        new KeptEncoder(),
        true,
        0,
        BYTES,
        idLength,
        BYTES,
        idempotencyKeyLength,
        (cookie, outcome, code, incarnation, replayed, buffer, offset, length) -> replies++,
        0);
  }

  private void assertRefused(final int idLength, final int idempotencyKeyLength) {
    assertThrows(IllegalArgumentException.class, () -> begin(idLength, idempotencyKeyLength));
    assertEquals(0, node.ingress.pendingCount(), idLength + " and " + idempotencyKeyLength);
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

  @Test
  void shouldWriteAMessageWithoutFieldsAndNoOther() {
    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[EntityMessage.MAX_PLAIN_LENGTH + 3]);
    final byte[] id = "-longest".repeat(32).getBytes(US_ASCII);
    final long header = MessageHeaderWord.of(0, 4, 5, 6);
    final int length = EntityMessage.put(header, buffer, 3, id, 1, 7);
    final EntityMessage message = new EntityMessage();
    assertTrue(message.wrap(buffer, 3, length));
    assertEquals(header, MessageHeaderWord.get(buffer, 3));
    assertEquals("longest", new String(message.id(), US_ASCII));
    assertEquals(
        EntityMessage.MAX_PLAIN_LENGTH, EntityMessage.put(header, buffer, 3, id, 0, id.length));
    assertThrows(
        IllegalArgumentException.class, () -> EntityMessage.put(header, buffer, 3, id, 0, 0));
  }

  @Test
  void shouldAskByTheTemplateIdsThatTheServiceHasAndTakeNoPlaceForOthers() {
    final ServiceProxy knowing = new ServiceProxy(node.ingress, new Definition());
    assertThrows(IllegalArgumentException.class, () -> ask(proxy, Definition.PLAIN, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> ask(knowing, Definition.FIELDS, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> ask(knowing, Definition.PLAIN, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> ask(knowing, Definition.PLAIN, 1, -1));
    assertEquals(0, node.ingress.pendingCount());
    assertEquals(0, replies);
    ask(knowing, Definition.PLAIN, 1, 1);
    assertEquals(1, node.ingress.pendingCount());
  }

  private void ask(
      final ServiceProxy by,
      final int templateId,
      final int idLength,
      final int idempotencyKeyLength) {
    by.ask(
        templateId,
        0,
        BYTES,
        idLength,
        BYTES,
        idempotencyKeyLength,
        (cookie, outcome, code, incarnation, replayed, buffer, offset, length) -> replies++,
        0);
  }

  /** A message without fields, and one with. */
  private static final class Definition implements ServiceDefinition {
    static final int PLAIN = 1;
    static final int FIELDS = 2;

    @Override
    public String name() {
      return "plain";
    }

    @Override
    public int schemaId() {
      return 1;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(
          new MessageType(PLAIN, "Plain", true, 0, 8),
          new MessageType(FIELDS, "Fields", true, 8, 8));
    }

    @Override
    public int maxCommandLength() {
      return EntityMessage.MAX_PLAIN_LENGTH;
    }

    @Override
    public ShardService create(final int shardId) {
      throw new UnsupportedOperationException();
    }
  }
}
