package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Outcome;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an engine does with commands for an owner that takes nothing new and will soon be gone. */
@Timeout(10)
final class DrainingPeerTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final long OWNER = 5;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final StockNode node = StockNode.launch(clock, StockNode.context(IDS, "node-0", 3), 0, 2);
  private final StockNode owner = StockNode.launch(clock, StockNode.context(IDS, "node-1", OWNER));
  private final long local = node.itemOwnedBy(0, 0);
  private final long remote = node.itemOwnedBy(1, 0);

  DrainingPeerTest() {
    node.link.peerUp(1, OWNER);
    owner.link.peerUp(0, 3);
  }

  @Test
  void shouldRefuseAtOnceWhatIsNew() {
    node.link.peerDraining(1);
    put(0, 1);
    count(0, 2);
    assertEquals(List.of(Outcome.NO_OWNER, Outcome.NO_OWNER), answers.outcomes());
    assertEquals(List.of(), node.link.drained());
  }

  @Test
  void shouldRefuseWhatWaitedToBeHandedOver() {
    node.link.fill();
    put(0, 1);
    assertEquals(List.of(), answers.outcomes());
    node.link.peerDraining(1);
    step();
    assertEquals(List.of(Outcome.NO_OWNER), answers.outcomes());
    assertTrue(isResolved(OWNER));
  }

  @Test
  void shouldRepeatWhatWasHandedOverUntilItIsAnswered() {
    put(0, 1);
    count(0, 2);
    assertEquals(2, node.link.drained().size());
    node.link.peerDraining(1);
    clock.advance(StockNode.ATTEMPT_NS);
    step();
    exchange();
    step();
    assertEquals(List.of(Outcome.ANSWERED, Outcome.ANSWERED), answers.outcomes());
    assertTrue(isResolved(OWNER));
  }

  @Test
  void shouldBeResolvedWhenEveryWriteAndReadIsAnswered() {
    put(0, 1);
    count(0, 2);
    final List<byte[]> copies = node.link.drained();
    node.link.peerDraining(1);
    step();
    assertFalse(isResolved(OWNER));
    answer(copies.get(0));
    step();
    assertFalse(isResolved(OWNER));
    assertEquals(1, node.link.resolvedCount(), "the other loop's");
    answer(copies.get(1));
    step();
    assertTrue(isResolved(OWNER));
    assertEquals(2, node.link.resolvedCount());
    step();
    assertEquals(2, node.link.resolvedCount(), "said once by each loop");
  }

  @Test
  void shouldBeResolvedWhenWhatWasHandedOverHasTimedOut() {
    put(0, 1);
    node.link.peerDraining(1);
    clock.advance(StockNode.REQUEST_TIMEOUT_NS - 1);
    step();
    assertFalse(isResolved(OWNER));
    clock.advance(1);
    step();
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
    assertTrue(isResolved(OWNER));
  }

  @Test
  void shouldNotBeResolvedBeforeEveryLoopKnows() {
    put(1, 1);
    node.link.peerDraining(1);
    node.engine.ingress(0).doWork(clock.nanoTime());
    assertFalse(isResolved(OWNER), "loop 1 may hand over more");
    node.engine.ingress(1).doWork(clock.nanoTime());
    assertFalse(isResolved(OWNER), "loop 1 awaits an answer");
    exchange();
    assertFalse(isResolved(OWNER), "the answer waits for loop 1");
    node.engine.ingress(1).doWork(clock.nanoTime());
    assertTrue(isResolved(OWNER));
  }

  @Test
  void shouldWakeEveryLoopWhenAPeerDrains() {
    final int[] before = node.wakes.clone();
    node.engine.inbound().onPeerDraining();
    assertTrue(node.wakes[0] > before[0]);
    assertTrue(node.wakes[1] > before[1]);
  }

  @Test
  void shouldNotAwaitWhatOthersOwn() {
    put(local, 0, 1);
    node.link.peerDraining(1);
    step();
    assertTrue(isResolved(OWNER));
    assertEquals(List.of(), answers.outcomes());
  }

  @Test
  void shouldSpeakOfOneIncarnation() {
    node.link.peerDraining(1);
    step();
    assertTrue(isResolved(OWNER));
    node.link.peerUp(1, OWNER + 1);
    put(0, 1);
    node.link.peerDraining(1);
    step();
    assertFalse(isResolved(OWNER + 1));
  }

  private boolean isResolved(final long incarnation) {
    return node.engine.inbound().isResolved(1, incarnation);
  }

  private void put(final int loop, final long cookie) {
    put(remote, loop, cookie);
  }

  private void put(final long itemId, final int loop, final long cookie) {
    node.stocks(loop).put(clock.nanoTime(), itemId, 1, answers, cookie);
  }

  private void count(final int loop, final long cookie) {
    node.stocks(loop).count(clock.nanoTime(), remote, answers, cookie);
  }

  private void step() {
    for (int loop = 0; loop < node.engine.ingressCount(); loop++) {
      node.engine.ingress(loop).doWork(clock.nanoTime());
    }
  }

  private void exchange() {
    node.link.drained().forEach(this::answer);
  }

  private void answer(final byte[] copy) {
    assertEquals(InboundHandler.ACCEPTED, owner.receive(copy));
    owner.step();
    owner.link.drain((to, reply) -> assertEquals(InboundHandler.ACCEPTED, node.receive(reply)));
  }
}
