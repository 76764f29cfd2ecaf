package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ForwardingService;
import io.tally.engine.Outcome;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service that throws costs one request an error and nothing else. */
@Timeout(10)
final class ServiceFaultTest {
  private static final List<String> IDS = List.of("node-0", "node-1");

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final List<RuntimeException> faults = new ArrayList<>();
  private boolean throwBefore;
  private boolean throwAfter;
  private boolean exhausted;

  @Test
  void shouldAnswerInternalAndGoOn() {
    final StockNode node = launch("node-0", 3);
    final long itemId = node.itemOwnedBy(0, 0);
    throwBefore = true;
    node.stocks.put(0, itemId, 1, answers, 1);
    node.step();
    throwBefore = false;
    node.stocks.put(0, itemId, 1, answers, 2);
    node.step();
    assertEquals(List.of(Outcome.INTERNAL, Outcome.ANSWERED), answers.outcomes());
    assertEquals(1, answers.last().left());
    assertEquals(1, faults.size());
    assertEquals(1, node.sum(EngineCounter.SERVICE_FAULTS));
    assertEquals(1, node.engine.ownerStats().stream().mapToLong(s -> s.failures(0)).sum());
  }

  @Test
  void shouldAnswerInternalToAReadToo() {
    final StockNode node = launch("node-0", 3);
    throwBefore = true;
    node.stocks.count(0, node.itemOwnedBy(0, 0), answers, 1);
    node.step();
    assertEquals(List.of(Outcome.INTERNAL), answers.outcomes());
  }

  @Test
  void shouldNotRepeatAWriteThatThrewAfterItsChange() {
    final StockNode node = launch("node-0", 3);
    final StockNode owner = launch("node-1", 5);
    node.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    final long itemId = node.itemOwnedBy(1, 0);
    throwAfter = true;
    node.stocks.put(0, itemId, 1, answers, 1);
    deliver(node, owner);
    owner.step();
    owner.link.drain((to, message) -> {});
    throwAfter = false;
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    deliver(node, owner);
    owner.step();
    deliver(owner, node);
    assertEquals(List.of(Outcome.INTERNAL), answers.outcomes());
    assertEquals(1, owner.sum(EngineCounter.LANE_DUPLICATES));
    node.stocks.count(0, itemId, answers, 2);
    deliver(node, owner);
    owner.step();
    deliver(owner, node);
    assertEquals(1, answers.last().left());
  }

  @Test
  void shouldLetAnErrorThroughAndNeverRunThatSequenceAgain() {
    shouldLetAnErrorThrough(
        (owner, message) -> {
          assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(message));
          assertThrows(OutOfMemoryError.class, owner::step);
        });
  }

  @Test
  void shouldLetAnErrorThroughWhereACommandIsAppliedAtOnce() {
    shouldLetAnErrorThrough(
        (owner, message) -> {
          assertThrows(OutOfMemoryError.class, () -> owner.receive(message));
          owner.engine.inbound().endBatch();
        });
  }

  private void shouldLetAnErrorThrough(final BiConsumer<StockNode, byte[]> delivery) {
    final StockNode node = launch("node-0", 3);
    final StockNode owner = launch("node-1", 5);
    node.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    node.stocks.put(0, node.itemOwnedBy(1, 0), 1, answers, 1);
    exhausted = true;
    node.link.drain((to, message) -> delivery.accept(owner, message));
    exhausted = false;
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    deliver(node, owner);
    owner.step();
    deliver(owner, node);
    assertEquals(List.of(Outcome.INTERNAL), answers.outcomes());
    assertEquals(0, owner.engine.entityCount());
  }

  @Test
  void shouldLeaveNoGateShutWhereABatchEndsWithAnError() {
    final StockNode node = launch("node-0", 3);
    final StockNode owner = launch("node-1", 5, 2);
    node.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    final ShardPoller[] pollers = owner.engine.owned().pollers();
    final long[] items = new long[pollers.length];
    for (long itemId = 0; itemId < 100; itemId++) {
      if (node.owner(itemId) == 1) {
        items[owner.engine.owned().poller(node.shard(itemId)) == pollers[0] ? 0 : 1] = itemId;
      }
    }
    node.stocks.put(0, items[0], 1, answers, 1);
    node.stocks.put(0, items[0], 1, answers, 2);
    node.stocks.put(0, items[1], 1, answers, 3);
    node.stepIngress();
    final List<byte[]> sent = node.link.drained();
    final long key = owner.engine.routingTable().nodeKey(0);
    assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(sent.get(0)));
    assertEquals(InboundHandler.ACCEPTED, owner.offer(sent.get(1), key, 3));
    assertEquals(InboundHandler.ACCEPTED, owner.offer(sent.get(2), key, 3));
    exhausted = true;
    assertThrows(OutOfMemoryError.class, owner.engine.inbound()::endBatch);
    exhausted = false;
    for (final ShardPoller poller : pollers) {
      assertTrue(poller.tryInside(nowNs -> {}));
    }
    owner.engine.shardAgent(0).doWork(clock.nanoTime());
    assertEquals(2, owner.engine.entityCount());
  }

  private StockNode launch(final String nodeId, final long incarnation) {
    return launch(nodeId, incarnation, 1);
  }

  private StockNode launch(final String nodeId, final long incarnation, final int loopCount) {
    return StockNode.launch(
        clock,
        StockNode.context(IDS, nodeId, incarnation)
            .services(new DecoratedDefinition(StockService.definition(), Faulty::new))
            .faults((shardId, fault) -> faults.add(fault)),
        0,
        loopCount);
  }

  private static void deliver(final StockNode from, final StockNode to) {
    from.link.drain((node, message) -> assertEquals(InboundHandler.ACCEPTED, to.receive(message)));
  }

  private final class Faulty extends ForwardingService {

    Faulty(final ShardService service) {
      super(service);
    }

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      if (exhausted) {
        throw new OutOfMemoryError("played by the test");
      }
      if (throwBefore) {
        throw new IllegalStateException("before");
      }
      service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      if (throwAfter) {
        throw new IllegalStateException("after");
      }
    }
  }
}
