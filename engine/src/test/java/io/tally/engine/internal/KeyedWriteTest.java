package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ForwardingService;
import io.tally.engine.Outcome;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Idempotency keys belong to the engine: here with the stock service, through the whole road. */
@Timeout(10)
final class KeyedWriteTest {
  private static final long WINDOW_NS = 1_000 * StockNode.MS;
  private static final long KEPT_NS =
      WINDOW_NS + 2 * StockNode.REQUEST_TIMEOUT_NS + 500 * StockNode.MS;

  private record Answer(Outcome outcome, boolean replayed, long left) {}

  private final CachedNanoClock clock = new CachedNanoClock();
  private final List<Answer> answers = new ArrayList<>();
  private boolean throwAfter;

  @Test
  void shouldApplyAKeyOnceAndReplayItsAnswer() {
    final StockNode node = launch(8);
    put(node, 1, 5, "a");
    put(node, 1, 7, "b");
    put(node, 1, 5, "a");
    assertEquals(
        List.of(
            new Answer(Outcome.ANSWERED, false, 5),
            new Answer(Outcome.ANSWERED, false, 12),
            new Answer(Outcome.ANSWERED, true, 5)),
        answers);
    assertEquals(1, node.sum(EngineCounter.IDEMPOTENT_REPLAYS));
  }

  @Test
  void shouldRefuseAKeyWithAnotherPayload() {
    final StockNode node = launch(8);
    put(node, 1, 5, "a");
    put(node, 1, 6, "a");
    put(node, 1, 0, "");
    assertEquals(Outcome.KEY_MISMATCH, answers.get(1).outcome());
    assertEquals(5, answers.get(2).left());
  }

  @Test
  void shouldRefuseNewKeysWithoutRoomAndApplyNothing() {
    final StockNode node = launch(1);
    put(node, 1, 5, "a");
    put(node, 1, 6, "b");
    put(node, 1, 5, "a");
    put(node, 1, 0, "");
    assertEquals(Outcome.KEY_LIMIT, answers.get(1).outcome());
    assertTrue(answers.get(2).replayed());
    assertEquals(5, answers.get(3).left());
    clock.advance(KEPT_NS);
    put(node, 1, 6, "b");
    assertEquals(new Answer(Outcome.ANSWERED, false, 11), answers.get(4));
  }

  @Test
  void shouldAnswerInternalForTheWholeWindowWhereTheServiceThrew() {
    final StockNode node = launch(8);
    throwAfter = true;
    put(node, 1, 5, "a");
    throwAfter = false;
    put(node, 1, 5, "a");
    clock.advance(KEPT_NS - 1);
    put(node, 1, 5, "a");
    put(node, 1, 0, "");
    assertEquals(Outcome.INTERNAL, answers.get(0).outcome());
    assertEquals(Outcome.INTERNAL, answers.get(1).outcome());
    assertTrue(answers.get(1).replayed());
    assertEquals(Outcome.INTERNAL, answers.get(2).outcome());
    assertEquals(5, answers.get(3).left(), "it ran once");
    assertFalse(answers.get(3).replayed());
  }

  @Test
  void shouldDropOldKeysWithoutFurtherWrites() {
    final StockNode node = launch(8);
    assertEquals(SteppedAgent.NEVER, node.engine.shardAgent(0).nextStepNs());
    put(node, 1, 5, "a");
    assertEquals(1, node.engine.idempotencyKeyCount());
    clock.advance(KEPT_NS);
    assertTrue(node.engine.shardAgent(0).nextStepNs() <= clock.nanoTime());
    node.stepShards();
    assertEquals(0, node.engine.idempotencyKeyCount());
    assertEquals(SteppedAgent.NEVER, node.engine.shardAgent(0).nextStepNs());
  }

  private StockNode launch(final int maxKeys) {
    return StockNode.launch(
        clock,
        StockNode.context(List.of("node-0"), "node-0", 3)
            .settings(StockNode.SETTINGS.withIdempotency(WINDOW_NS, maxKeys))
            .keys(new IdempotencyLimit(1 << 20))
            .services(new DecoratedDefinition(StockService.definition(), Faulty::new)));
  }

  private void put(final StockNode node, final long itemId, final int quantity, final String key) {
    final byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
    node.stocks.put(clock.nanoTime(), itemId, quantity, bytes, this::onReply, 0);
    node.step();
  }

  private void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final StockService.Reply reply = StockService.Reply.read(buffer, offset, length);
    answers.add(new Answer(outcome, replayed, reply == null ? -1 : reply.left()));
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
      service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      if (throwAfter) {
        throw new IllegalStateException("after the change");
      }
    }
  }
}
