package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Outcome;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service that is not the counter service, on one node and on two. */
@Timeout(10)
final class StockEngineTest {
  private static final byte[] NO_KEY = {};
  private static final byte[] KEY = {'k', '1'};

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();

  @Test
  void shouldAnswerTypedRequestsOnOneNode() {
    final StockNode node =
        StockNode.launch(clock, StockNode.context(List.of("node-0"), "node-0", 7));
    node.stocks.put(0, 42, 10, answers, 1);
    node.stocks.take(0, 42, 4, KEY, answers, 2);
    node.stocks.take(0, 42, 7, NO_KEY, answers, 3);
    node.stocks.count(0, 42, answers, 4);
    node.step();
    assertEquals(
        List.of(
            new Answers.Answer(1, Outcome.ANSWERED, 7, 42, 10, false),
            new Answers.Answer(2, Outcome.ANSWERED, 7, 42, 6, true),
            new Answers.Answer(3, Outcome.ANSWERED, 7, 42, 6, false),
            new Answers.Answer(4, Outcome.ANSWERED, 7, 42, 6, true)),
        answers.all);
    assertEquals(0, node.ingress.pendingCount());
    assertEquals(1, node.engine.entityCount());
  }

  @Test
  void shouldAnswerInvalidWhereTheServiceRefusesThePayload() {
    final StockNode node =
        StockNode.launch(clock, StockNode.context(List.of("node-0"), "node-0", 7));
    node.stocks.put(0, 42, -1, answers, 1);
    node.stocks.put(0, 42, 1, answers, 2);
    node.step();
    assertEquals(List.of(Outcome.INVALID, Outcome.ANSWERED), answers.outcomes());
    assertEquals(1, answers.last().left());
  }

  @Test
  void shouldAnswerTypedRequestsBetweenTwoNodes() {
    final List<String> ids = List.of("node-0", "node-1");
    final StockNode front = StockNode.launch(clock, StockNode.context(ids, "node-0", 3));
    final StockNode owner = StockNode.launch(clock, StockNode.context(ids, "node-1", 5));
    front.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    final long itemId = front.itemOwnedBy(1, 0);
    front.stocks.put(0, itemId, 9, answers, 1);
    front.stocks.take(0, itemId, 10, NO_KEY, answers, 2);
    front.stocks.take(0, itemId, 9, KEY, answers, 3);
    assertTrue(answers.all.isEmpty());
    front.step();
    front.link.drain(
        (node, message) -> assertEquals(InboundHandler.ACCEPTED, owner.receive(message)));
    owner.step();
    owner.link.drain(
        (node, message) -> assertEquals(InboundHandler.ACCEPTED, front.receive(message)));
    assertEquals(
        List.of(
            new Answers.Answer(1, Outcome.ANSWERED, 5, itemId, 9, false),
            new Answers.Answer(2, Outcome.ANSWERED, 5, itemId, 9, false),
            new Answers.Answer(3, Outcome.ANSWERED, 5, itemId, 0, true)),
        answers.all);
    assertFalse(front.engine.entityCount() > 0);
  }
}
