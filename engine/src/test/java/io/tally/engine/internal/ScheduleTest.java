package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The schedules that have caught other systems, one by one. */
@Timeout(10)
final class ScheduleTest {
  private static final List<String> IDS = List.of("node-0", "node-1");

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final StockNode front = StockNode.launch(clock, StockNode.context(IDS, "node-0", 3));
  private final StockNode owner = StockNode.launch(clock, StockNode.context(IDS, "node-1", 5));
  private final long itemId = front.itemOwnedBy(1, 0);

  ScheduleTest() {
    front.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
  }

  @Test
  void shouldCountOnceAfterBusyAndThenTheLateFirstCopy() {
    for (int i = 0; i <= StockNode.RING_SLOTS; i++) {
      put(i);
    }
    final List<byte[]> copies = sent(front);
    for (int i = 0; i < StockNode.RING_SLOTS; i++) {
      assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(copies.get(i)));
    }
    final byte[] last = copies.get(StockNode.RING_SLOTS);
    assertEquals(InboundHandler.RETRY, owner.receiveIntoRing(last));
    owner.engine.inbound().refuseBusy();
    deliver(owner, front);
    assertTrue(answers.all.isEmpty());
    owner.step();
    deliver(owner, front);
    assertEquals(LongStream.range(0, StockNode.RING_SLOTS).boxed().toList(), answers.cookies());
    assertEquals(InboundHandler.ACCEPTED, owner.receive(last));
    owner.step();
    assertEquals(1, sent(owner).size());
    clock.advance(StockNode.ATTEMPT_NS);
    front.stepIngress();
    exchange();
    assertEquals(1, owner.sum(EngineCounter.LANE_DUPLICATES));
    assertEquals(
        LongStream.rangeClosed(0, StockNode.RING_SLOTS).boxed().toList(), answers.cookies());
    assertEquals(
        LongStream.rangeClosed(1, StockNode.RING_SLOTS + 1).boxed().toList(), answers.lefts());
  }

  @Test
  void shouldNotApplyToARestartedOwnerWhatWasMeantForTheLostOne() {
    put(1);
    final byte[] copy = sent(front).get(0);
    assertEquals(InboundHandler.ACCEPTED, owner.receive(copy));
    owner.step();
    deliver(owner, front);
    assertEquals(List.of(1L), answers.lefts());

    final StockNode restarted = StockNode.launch(clock, StockNode.context(IDS, "node-1", 6));
    restarted.link.peerUp(0, 3);
    assertEquals(InboundHandler.ACCEPTED, restarted.receive(copy));
    restarted.step();
    assertEquals(1, restarted.sum(EngineCounter.WRONG_INCARNATION));
    assertEquals(0, restarted.engine.entityCount());
    deliver(restarted, front);
    assertEquals(1, answers.all.size());

    front.link.peerUp(1, 6);
    put(2);
    front.link.drain(
        (to, message) -> assertEquals(InboundHandler.ACCEPTED, restarted.receive(message)));
    restarted.step();
    deliver(restarted, front);
    assertEquals(6, answers.last().shardIncarnation());
    assertEquals(1, answers.last().left());
  }

  @Test
  void shouldCountOnceWhenTheNewSocketIsReadBeforeTheOldOne() {
    for (int i = 0; i < 3; i++) {
      put(i);
    }
    final List<byte[]> oldSocket = sent(front);
    clock.advance(StockNode.ATTEMPT_NS);
    front.stepIngress();
    final List<byte[]> newSocket = sent(front);
    assertEquals(3, newSocket.size());
    Collections.reverse(newSocket);
    receiveAll(newSocket);
    deliver(owner, front);
    put(3);
    receiveAll(sent(front));
    Collections.reverse(oldSocket);
    receiveAll(oldSocket);
    deliver(owner, front);
    assertEquals(List.of(2L, 1L, 0L, 3L), answers.cookies());
    assertEquals(List.of(1L, 2L, 3L, 4L), answers.lefts());
    assertEquals(3, owner.sum(EngineCounter.LANE_STALE));
    front.stocks.count(clock.nanoTime(), itemId, answers, 9);
    exchange();
    assertEquals(4, answers.last().left());
  }

  @Test
  void shouldRefuseForEverWhatAPastIncarnationOfTheIngressSent() {
    put(1);
    final List<byte[]> late = sent(front);
    final StockNode restarted = StockNode.launch(clock, StockNode.context(IDS, "node-0", 4));
    restarted.link.peerUp(1, 5);
    owner.link.peerUp(0, 4);
    restarted.stocks.put(clock.nanoTime(), itemId, 10, answers, 2);
    restarted.link.drain(
        (to, message) -> assertEquals(InboundHandler.ACCEPTED, owner.receive(message)));
    owner.step();
    deliver(owner, restarted);
    assertEquals(10, answers.last().left());
    receiveAll(late);
    assertEquals(1, owner.sum(EngineCounter.LANE_STALE));
    restarted.stocks.count(clock.nanoTime(), itemId, answers, 3);
    restarted.link.drain(
        (to, message) -> assertEquals(InboundHandler.ACCEPTED, owner.receive(message)));
    owner.step();
    owner.link.drain((to, message) -> restarted.receive(message));
    assertEquals(10, answers.last().left());
  }

  private void put(final long cookie) {
    front.stocks.put(clock.nanoTime(), itemId, 1, answers, cookie);
  }

  private void receiveAll(final List<byte[]> messages) {
    for (final byte[] message : messages) {
      assertEquals(InboundHandler.ACCEPTED, owner.receive(message));
      owner.step();
    }
  }

  private void exchange() {
    deliver(front, owner);
    owner.step();
    deliver(owner, front);
  }

  private static void deliver(final StockNode from, final StockNode to) {
    from.link.drain((node, message) -> assertEquals(InboundHandler.ACCEPTED, to.receive(message)));
  }

  private static List<byte[]> sent(final StockNode node) {
    final List<byte[]> messages = new ArrayList<>();
    node.link.drain((to, message) -> messages.add(message));
    return messages;
  }
}
