package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.EngineSettings;
import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Outcome;
import io.tally.engine.Places;
import io.tally.lane.internal.LongReplies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands and answers of up to 64 KiB on their whole road, on one node and between two. */
@Timeout(20)
final class LongMessageTest {
  private static final List<String> ALONE = List.of("node-0");
  private static final List<String> PAIR = List.of("node-0", "node-1");
  private static final int LONG = 60_000;
  private static final int SWAP_MEDIUM_INDEX = BlobService.SWAP_MEDIUM - 1;
  private static final long SETTLED_NS = StockNode.SETTINGS.settledNs();

  private record Answer(Outcome outcome, boolean replayed, byte[] bytes) {}

  private final CachedNanoClock clock = new CachedNanoClock();
  private final List<Answer> answers = new ArrayList<>();
  private final ReplyRoom laneRoom = new ReplyRoom(1 << 20);
  private final ReplyRoom keyRoom = new ReplyRoom(200_000);
  private final EngineSettings settings =
      StockNode.SETTINGS.withRingSlots(256).withLongPayloadBytes(132_000);

  @Test
  void shouldCarryLongCommandsAndAnswersWithinANode() {
    final StockNode node = alone(1);
    send(node, BlobService.PUT, 0, blob(LONG, 1), "");
    send(node, BlobService.SWAP, 0, blob(100, 2), "");
    send(node, BlobService.SWAP, 0, blob(BlobService.MAX_BLOB, 3), "");
    send(node, BlobService.GET, 0, blob(0, 0), "");
    node.step();
    assertEquals(4, answers.size());
    assertEquals(Integer.BYTES, answers.get(0).bytes.length);
    assertArrayEquals(blob(LONG, 1), answers.get(1).bytes);
    assertArrayEquals(blob(100, 2), answers.get(2).bytes);
    assertArrayEquals(blob(BlobService.MAX_BLOB, 3), answers.get(3).bytes);
    assertEquals(0, node.ingress.pendingCount());
  }

  @Test
  void shouldCarryThemFromOneLoopToTheShardsOfAnother() {
    final StockNode node = alone(2);
    final IngressAgent other = node.engine.ingress(1);
    for (int i = 0; i < 20; i++) {
      for (long entity = 0; entity < 4; entity++) {
        send(node, other, BlobService.SWAP, entity, blob(LONG + i, i), "");
        drive(node);
      }
    }
    assertEquals(80, answers.size());
    for (int i = 4; i < 80; i++) {
      assertArrayEquals(blob(LONG + i / 4 - 1, i / 4 - 1), answers.get(i).bytes);
    }
    assertEquals(0, other.pendingCount());
  }

  @Test
  void shouldRefuseAsFullWhatLongPayloadsHaveNoRoomForAndTakeShortOnesStill() {
    final StockNode node = alone(1);
    final int length = BlobService.HEADER_LENGTH + LONG;
    final long first = claim(node.ingress, length);
    final long second = claim(node.ingress, length);
    assertTrue(first >= 0 && second >= 0);
    assertEquals(Ingress.FULL, claim(node.ingress, length));
    assertTrue(claim(node.ingress, 16) >= 0);
    node.ingress.abort(first);
    assertTrue(claim(node.ingress, length) >= 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> claim(node.ingress, BlobService.HEADER_LENGTH + BlobService.MAX_BLOB + 1));
  }

  @Test
  void shouldRefuseToSubmitMoreThanWasClaimed() {
    final StockNode node = alone(1);
    final long small = claim(node.ingress, 16);
    assertThrows(
        IllegalArgumentException.class,
        () -> node.ingress.submit(small, MessageLengths.SHORT_COMMAND_BOUND + 1));
    final long large = claim(node.ingress, 1_000);
    assertThrows(IllegalArgumentException.class, () -> node.ingress.submit(large, 1_001));
  }

  @Test
  void shouldRunNothingWhoseLongestAnswerHasNoRoomInTheLane() {
    final StockNode node = alone(1);
    assertTrue(laneRoom.tryTake(laneRoom.maxBytes() - LongReplies.chargeOf(100)));
    send(node, BlobService.SWAP, 0, blob(10, 1), "");
    send(node, BlobService.PUT, 0, blob(20, 2), "");
    send(node, BlobService.GET, 0, blob(0, 0), "");
    node.step();
    assertEquals(Outcome.REPLY_LIMIT, answers.get(0).outcome);
    assertEquals(Outcome.ANSWERED, answers.get(1).outcome, "its answer is short");
    assertEquals(0, new UnsafeBuffer(answers.get(1).bytes).getInt(0), "nothing was there");
    assertArrayEquals(blob(20, 2), answers.get(2).bytes, "a read needs no room");
    assertEquals(1, node.sum(EngineCounter.REPLY_LIMITED));
  }

  @Test
  void shouldGiveBackTheAnswersOfALaneThatFallsSilent() {
    final StockNode node = alone(1);
    send(node, BlobService.SWAP, 0, blob(LONG, 1), "");
    send(node, BlobService.SWAP, 0, blob(LONG, 2), "");
    node.step();
    assertEquals(LongReplies.chargeOf(LONG), laneRoom.taken());
    assertTrue(node.engine.shardAgent(0).nextStepNs() != SteppedAgent.NEVER);
    clock.advance(SETTLED_NS - 1);
    node.stepShards();
    assertEquals(LongReplies.chargeOf(LONG), laneRoom.taken());
    clock.advance(200 * StockNode.MS);
    node.stepShards();
    assertEquals(0, laneRoom.taken());
    node.stepShards();
    assertEquals(SteppedAgent.NEVER, node.engine.shardAgent(0).nextStepNs());
  }

  @Test
  void shouldReplayALongAnswerOfAKeyAndForgetItWithTheKey() {
    final StockNode node = alone(1);
    send(node, BlobService.PUT, 0, blob(LONG, 1), "");
    send(node, BlobService.SWAP, 0, blob(9, 2), "key");
    node.step();
    send(node, BlobService.SWAP, 0, blob(9, 2), "key");
    send(node, BlobService.GET, 0, blob(0, 0), "");
    node.step();
    assertArrayEquals(blob(LONG, 1), answers.get(1).bytes);
    assertArrayEquals(blob(LONG, 1), answers.get(2).bytes);
    assertTrue(answers.get(2).replayed);
    assertArrayEquals(blob(9, 2), answers.get(3).bytes);
    assertEquals(LongReplies.chargeOf(LONG), keyRoom.taken());
    clock.advance(settings.keptKeyNs());
    node.stepShards();
    assertEquals(0, keyRoom.taken());
    assertEquals(0, laneRoom.taken());
  }

  @Test
  void shouldRefuseAKeyWhoseLongestAnswerHasNoRoomAndRunNothing() {
    final StockNode node = alone(1);
    send(node, BlobService.PUT, 0, blob(LONG, 1), "");
    node.step();
    for (int i = 0; i < 4; i++) {
      send(node, BlobService.SWAP, 0, blob(LONG, 2 + i), "key" + i);
      node.step();
    }
    assertEquals(
        List.of(Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ANSWERED, Outcome.KEY_LIMIT),
        answers.subList(1, 5).stream().map(Answer::outcome).toList());
    send(node, BlobService.GET, 0, blob(0, 0), "");
    node.step();
    assertArrayEquals(blob(LONG, 4), answers.get(5).bytes);
    assertEquals(3 * LongReplies.chargeOf(LONG), keyRoom.taken());
  }

  @Test
  void shouldCarryThemBetweenTwoNodesUpToTheLongestMessageOfTheLink() {
    final StockNode front = node(PAIR, "node-0", 3, 1);
    final StockNode owner = node(PAIR, "node-1", 5, 1);
    front.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    final long entity = front.itemOwnedBy(1, 0);
    send(front, BlobService.SWAP_MEDIUM, entity, blob(BlobService.MAX_MEDIUM_BLOB, 1), "");
    exchange(front, owner);
    send(front, BlobService.SWAP_MEDIUM, entity, blob(5, 2), "key");
    exchange(front, owner);
    assertEquals(List.of(Outcome.ANSWERED, Outcome.ANSWERED), outcomes());
    assertArrayEquals(blob(BlobService.MAX_MEDIUM_BLOB, 1), answers.get(1).bytes);
    assertEquals(0, front.ingress.pendingCount());
  }

  @Test
  void shouldRepeatALongCommandAndItsLongAnswerWhereTheLinkLosesThem() {
    final StockNode front = node(PAIR, "node-0", 3, 1);
    final StockNode owner = node(PAIR, "node-1", 5, 1);
    front.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    final long entity = front.itemOwnedBy(1, 0);
    send(front, BlobService.SWAP_MEDIUM, entity, blob(30_000, 1), "");
    exchange(front, owner);
    send(front, BlobService.SWAP_MEDIUM, entity, blob(31_000, 2), "");
    front.step();
    assertEquals(1, front.link.drained().size(), "the command is lost");
    clock.advance(StockNode.ATTEMPT_NS);
    front.step();
    front.link.drain((to, m) -> assertEquals(InboundHandler.ACCEPTED, owner.receive(m)));
    owner.step();
    assertEquals(1, owner.link.drained().size(), "the answer is lost");
    clock.advance(StockNode.ATTEMPT_NS);
    exchange(front, owner);
    assertArrayEquals(blob(30_000, 1), answers.get(1).bytes);
    assertEquals(1, owner.sum(EngineCounter.LANE_DUPLICATES));
    assertEquals(2, appliedSwaps(owner));
  }

  @Test
  void shouldRefuseForCertainWhatIsTooLongToGoToAnotherNode() {
    final StockNode front = node(PAIR, "node-0", 3, 1);
    front.link.peerUp(1, 5);
    final long entity = front.itemOwnedBy(1, 0);
    final int longest =
        MessageLengths.MAX_BETWEEN_NODES
            - CommandLayout.encodedLength(0, BlobService.HEADER_LENGTH);
    send(front, BlobService.PUT, entity, blob(longest + 1, 1), "");
    send(front, BlobService.SWAP, entity, blob(1, 1), "");
    send(front, BlobService.GET, entity, blob(0, 0), "");
    assertEquals(List.of(Outcome.TOO_LONG, Outcome.TOO_LONG, Outcome.TOO_LONG), outcomes());
    assertEquals(3, front.sum(EngineCounter.REJECTED_TOO_LONG));
    assertTrue(front.link.drained().isEmpty(), "no copy has left");
    assertEquals(0, front.ingress.pendingCount());
    send(front, BlobService.PUT, entity, blob(longest, 1), "");
    assertEquals(1, front.link.drained().size());
  }

  @Test
  void shouldAnswerInternalWhereAServiceAnswersMoreThanItsMessageStates() {
    final StockNode node = alone(1);
    send(node, BlobService.PUT, 0, blob(LONG, 1), "");
    send(node, BlobService.GET_MEDIUM, 0, blob(0, 0), "");
    send(node, BlobService.SWAP_MEDIUM, 0, blob(5, 5), "");
    send(node, BlobService.GET_MEDIUM, 0, blob(0, 0), "");
    node.step();
    assertEquals(
        List.of(Outcome.ANSWERED, Outcome.INTERNAL, Outcome.INTERNAL, Outcome.ANSWERED),
        outcomes());
    assertArrayEquals(blob(5, 5), answers.get(3).bytes);
    assertEquals(0, laneRoom.taken());
  }

  @Test
  void shouldRefuseARingThatCanNotHoldTheLongestCommand() {
    final ContextBuilder context =
        context(ALONE, "node-0", 7).settings(settings.withRingSlots(128));
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> StockNode.launch(clock, context))
            .getMessage()
            .startsWith("rings need 256 slots"));
  }

  private List<Outcome> outcomes() {
    return answers.stream().map(Answer::outcome).toList();
  }

  private StockNode alone(final int loopCount) {
    return node(ALONE, "node-0", 7, loopCount);
  }

  private StockNode node(
      final List<String> ids, final String id, final long incarnation, final int loopCount) {
    return StockNode.launch(
        clock, context(ids, id, incarnation), loopCount, new SimulatedLink(2, 1 << 18));
  }

  private ContextBuilder context(final List<String> ids, final String id, final long incarnation) {
    return StockNode.context(ids, id, incarnation)
        .settings(settings)
        .services(new BlobService.Definition())
        .budgets(new EngineBudgets(new IdempotencyLimit(1 << 20, keyRoom), laneRoom, Places.ASKED));
  }

  private static void exchange(final StockNode front, final StockNode owner) {
    front.step();
    front.link.drain((to, m) -> assertEquals(InboundHandler.ACCEPTED, owner.receive(m)));
    owner.step();
    owner.link.drain((to, m) -> assertEquals(InboundHandler.ACCEPTED, front.receive(m)));
    front.step();
  }

  private void drive(final StockNode node) {
    for (int i = 0; i < 2; i++) {
      for (int loop = 0; loop < 2; loop++) {
        node.engine.ingress(loop).doWork(clock.nanoTime());
        node.engine.shardAgent(loop).doWork(clock.nanoTime());
      }
    }
  }

  private long claim(final IngressAgent ingress, final int payloadLength) {
    return ingress.tryClaim(
        clock.nanoTime(),
        StockClient.placementHash(0),
        StockClient.entityHash(0),
        true,
        this::onReply,
        0,
        payloadLength);
  }

  private void send(
      final StockNode node,
      final int templateId,
      final long entity,
      final byte[] blob,
      final String key) {
    send(node, node.ingress, templateId, entity, blob, key);
  }

  private void send(
      final StockNode node,
      final IngressAgent ingress,
      final int templateId,
      final long entity,
      final byte[] blob,
      final String key) {
    final boolean write =
        templateId == BlobService.PUT
            || templateId == BlobService.SWAP
            || templateId == BlobService.SWAP_MEDIUM;
    final int length = BlobService.HEADER_LENGTH + blob.length;
    final long request =
        ingress.tryClaim(
            clock.nanoTime(),
            StockClient.placementHash(entity),
            StockClient.entityHash(entity),
            write,
            this::onReply,
            0,
            length);
    assertTrue(request >= 0);
    final int offset = ingress.payloadOffset(request);
    MessageHeaderWord.put(
        ingress.buffer(request),
        offset,
        MessageHeaderWord.of(0, templateId, BlobService.SCHEMA_ID, 0));
    ingress.buffer(request).putBytes(offset + BlobService.HEADER_LENGTH, blob);
    if (!key.isEmpty()) {
      final byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
      ingress.idempotencyKey(request, bytes, 0, bytes.length);
    }
    ingress.submit(request, length);
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
    final byte[] bytes = new byte[length];
    if (length > 0) {
      buffer.getBytes(offset, bytes);
    }
    answers.add(new Answer(outcome, replayed, bytes));
  }

  private static long appliedSwaps(final StockNode owner) {
    long count = 0;
    for (final EngineStats stats : owner.engine.stats()) {
      final LatencyHistogram applied = stats.latency(SWAP_MEDIUM_INDEX);
      for (int bucket = 0; bucket <= LatencyHistogram.bucketCount(); bucket++) {
        count += applied.count(bucket);
      }
    }
    return count;
  }

  private static byte[] blob(final int length, final int fill) {
    final byte[] blob = new byte[length];
    Arrays.fill(blob, (byte) fill);
    return blob;
  }
}
