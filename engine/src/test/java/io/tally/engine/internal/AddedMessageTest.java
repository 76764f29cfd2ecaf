package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.EntityMessage;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceProxy;
import io.tally.engine.StableHash;
import io.tally.engine.TimedEntities;
import io.tally.engine.WatchHandler;
import io.tally.engine.WatchLoss;
import io.tally.engine.Watcher;
import io.tally.versions.codecs.AddedEncoder;
import io.tally.versions.codecs.KeptEncoder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.sbe.MessageEncoderFlyweight;
import org.junit.jupiter.api.Test;

/** A message that was added whole in the third version of a schema: none of its fields says so. */
class AddedMessageTest {
  private static final byte[] ID = {'a'};

  private final List<String> told = new ArrayList<>();

  private static MessageType added(final boolean write) {
    return MessageType.of("Added", write, new AddedEncoder(), new KeptEncoder());
  }

  private static ServiceDefinition definition(final MessageType added) {
    final MessageEncoderFlyweight kept = new KeptEncoder();
    return TimedEntities.definition(
        "versions",
        1,
        entities -> (command, entity, reply) -> reply.answer(new KeptEncoder()),
        kept,
        MessageType.of("Kept", true, kept, kept),
        added);
  }

  /** One of two nodes: the other one owns the entity. */
  private static StockNode node(final MessageType added) {
    final List<String> ids = List.of("node-0", "node-1");
    final int owner =
        StockNode.launch(new CachedNanoClock(), StockNode.context(ids, "node-0", 3))
            .engine
            .routingTable()
            .nodeIndex(StableHash.shard(StableHash.hash(ID, 0, 1), StockNode.SHARD_COUNT));
    final StockNode node =
        StockNode.launch(
            new CachedNanoClock(),
            StockNode.context(ids, ids.get(1 - owner), 3).services(definition(added)));
    node.link.peerUp(owner, 5);
    return node;
  }

  private void ask(final StockNode node, final MessageEncoderFlyweight message) {
    final ServiceProxy proxy = new ServiceProxy(node.ingress);
    if (proxy.begin(
        message,
        true,
        0,
        ID,
        1,
        new byte[0],
        0,
        (cookie, outcome, code, incarnation, replayed, buffer, offset, length) ->
            told.add(outcome.name()),
        0)) {
      proxy.submit();
    }
  }

  private void watch(final StockNode node) {
    final DirectBuffer read = EntityMessage.of(new AddedEncoder(), ID);
    final long hash = StableHash.hash(ID, 0, 1);
    node.engine
        .watcher()
        .subscribe(
            0,
            hash,
            hash,
            read,
            0,
            read.capacity(),
            new WatchHandler() {
              @Override
              public void onValue(
                  final long shardIncarnation,
                  final long version,
                  final int serviceCode,
                  final DirectBuffer buffer,
                  final int offset,
                  final int length) {
                told.add("a value");
              }

              @Override
              public void onLost(final WatchLoss reason) {
                told.add(reason.name());
              }
            });
    node.step();
  }

  private static void ownerKnows(final StockNode node, final int version) {
    node.link.peerVersion(1 - node.index(), version);
  }

  @Test
  void shouldGoOnlyToAnOwnerThatKnowsIt() {
    final StockNode node = node(added(true).since(2));
    ownerKnows(node, 1);
    ask(node, new AddedEncoder());
    assertEquals(List.of("UNSUPPORTED"), told);
    assertEquals(0, node.link.drained().size());
    ask(node, new KeptEncoder());
    assertEquals(1, node.link.drained().size());
    ownerKnows(node, 2);
    ask(node, new AddedEncoder());
    assertEquals(1, node.link.drained().size());
    assertEquals(List.of("UNSUPPORTED"), told);
  }

  @Test
  void shouldRegisterItOnlyWithAnOwnerThatKnowsIt() {
    final StockNode node = node(added(false).since(2));
    ownerKnows(node, 1);
    watch(node);
    assertEquals(List.of("UNSUPPORTED"), told);
    assertEquals(0, node.link.drained().size());
    ownerKnows(node, 2);
    node.clock.advance(Watcher.RENEWAL_NS);
    node.step();
    assertEquals(1, node.link.drained().size());
    assertEquals(List.of("UNSUPPORTED"), told);
  }

  @Test
  void shouldBeOfAVersionThatItsSchemaHas() {
    final String fault = "Added was added in no version of versions";
    for (final int version : new int[] {-1, KeptEncoder.SCHEMA_VERSION + 1}) {
      final List<ServiceDefinition> services = List.of(definition(added(true).since(version)));
      assertEquals(
          fault,
          assertThrows(IllegalArgumentException.class, () -> new ServiceCatalog(services))
              .getMessage());
    }
    assertEquals(
        2,
        new ServiceCatalog(List.of(definition(added(true).since(2))))
            .neededVersion(MessageHeaderWord.get(EntityMessage.of(new AddedEncoder(), ID), 0)));
  }
}
