package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tally.engine.ClusterSettings;
import io.tally.engine.Outcome;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyDecoder;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What arrives from other nodes, and what of it is refused. */
@Timeout(10)
final class InboundAdapterTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final byte[] NO_KEY = {};

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final StockNode front = StockNode.launch(clock, StockNode.context(IDS, "node-0", 3));
  private final StockNode owner = StockNode.launch(clock, StockNode.context(IDS, "node-1", 5));
  private long itemId;

  @BeforeEach
  void meet() {
    front.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    itemId = front.itemOwnedBy(1, 0);
  }

  @Test
  void shouldRefuseACommandTruncatedAtAnyLength() {
    final byte[] message = put(1);
    for (int length = 0; length < message.length; length++) {
      assertEquals(InboundHandler.REFUSED, owner.receive(Arrays.copyOf(message, length)));
    }
    assertEquals(message.length, owner.sum(EngineCounter.MALFORMED));
    assertNothingRan();
  }

  @Test
  void shouldRefuseUnknownTemplatesAndForeignSchemas() {
    final byte[] template = put(1);
    putShort(template, 2, 99);
    assertEquals(InboundHandler.REFUSED, owner.receive(template));
    final byte[] schema = put(2);
    putShort(schema, 4, 2121);
    assertEquals(InboundHandler.REFUSED, owner.receive(schema));
    assertNothingRan();
  }

  @Test
  void shouldRefuseACommandWhoseShardIsNotItsKeys() {
    final Command good = Messages.decode(put(1));
    assertRefused(good.shardId ^ 1, 3, 1, 0, good.originNodeKey, 1_000);
    assertRefused(StockNode.SHARD_COUNT, 3, 1, 0, good.originNodeKey, 1_000);
  }

  @Test
  void shouldRefuseACommandWhoseFloorHasPassedItsSequence() {
    final Command good = Messages.decode(put(1));
    assertRefused(good.shardId, 3, 5, 5, good.originNodeKey, 1_000);
    assertRefused(good.shardId, 3, 5, Long.MAX_VALUE, good.originNodeKey, 1_000);
    assertRefused(good.shardId, 3, 5, -1, good.originNodeKey, 1_000);
    assertRefused(good.shardId, 3, -5, -9, good.originNodeKey, 1_000);
  }

  @Test
  void shouldRefuseACommandOfALoopThatNoNodeMayHave() {
    final int maxLoops = ClusterSettings.DEFAULT_MAX_LOOPS;
    final byte[] message = put(1);
    final int originLoop =
        MessageHeaderDecoder.ENCODED_LENGTH + CommandDecoder.originLoopEncodingOffset();
    message[originLoop] = (byte) maxLoops;
    assertEquals(InboundHandler.REFUSED, owner.receive(message));
    message[originLoop] = (byte) 0xFF;
    assertEquals(InboundHandler.REFUSED, owner.receive(message));
    assertEquals(2, owner.sum(EngineCounter.MALFORMED));
    assertNothingRan();
    message[originLoop] = (byte) (maxLoops - 1);
    assertEquals(InboundHandler.ACCEPTED, owner.receive(message));
  }

  @Test
  void shouldRefuseAWatchThatHoldsWhatNoneCan() {
    final Command good = Messages.decode(put(1));
    for (final long held : new long[] {WatchLayout.NOTHING_HELD, 0, WatchLayout.held(0)}) {
      assertEquals(InboundHandler.ACCEPTED, owner.receive(watch(good, held, held)));
    }
    final long least = WatchLayout.NOTHING_HELD;
    assertEquals(InboundHandler.REFUSED, owner.receive(watch(good, least - 1, least - 1)));
    assertEquals(InboundHandler.REFUSED, owner.receive(watch(good, 5, 4)));
    assertEquals(InboundHandler.REFUSED, owner.receive(watch(good, least, least - 1)));
    assertEquals(3, owner.sum(EngineCounter.MALFORMED));
  }

  private byte[] watch(final Command good, final long held, final long floor) {
    final byte[] message =
        Messages.watch(
            new Messages.Address(5, 1, good.originNodeKey, 3, 0, -1, held, held),
            StockClient.placementHash(itemId),
            StockClient.entityHash(itemId),
            1_000,
            good.shardId,
            StockClient.count(itemId).byteArray());
    new WireEditor().on(message).laneFloor(floor);
    return message;
  }

  @Test
  void shouldRefuseACommandFromANodeThatIsNotInTheCluster() {
    final Command good = Messages.decode(put(1));
    assertRefused(good.shardId, 3, 1, 0, good.originNodeKey + 1, 1_000);
  }

  @Test
  void shouldTakeACommandWhoseDeadlineLiesBeyondWhatThisNodeAllows() {
    assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(withDeadlineInAnHour()));
    clock.advance(StockNode.REQUEST_TIMEOUT_NS - 1);
    owner.stepShards();
    assertEquals(1, owner.sum(EngineCounter.DEADLINES_CUT));
    assertEquals(ReplyCode.INVALID, onlyReplyCode());
  }

  @Test
  void shouldNotKeepSuchACommandLongerThanOneThatWasHandedOverWhenItArrived() {
    assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(withDeadlineInAnHour()));
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    owner.stepShards();
    assertEquals(ReplyCode.EXPIRED, onlyReplyCode());
  }

  @Test
  void shouldJudgeACommandByATimeThatIsReadWhenTheCommandIsInTheRing() {
    final long stepNs = clock.nanoTime();
    assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(put(1)));
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    owner.engine.shardAgent(0).doWork(stepNs);
    assertEquals(ReplyCode.EXPIRED, onlyReplyCode());
  }

  @Test
  void shouldApplyACommandAtOnceWhereNothingWaitsInItsRing() {
    final int shard = owner.shard(itemId);
    assertEquals(InboundHandler.ACCEPTED, owner.receive(put(1)));
    assertEquals(ReplyCode.ANSWERED, onlyReplyCode());
    assertEquals(1, owner.engine.ringConsumed(shard));
    assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(put(2)));
    assertEquals(1, owner.engine.ringDepth(shard));
    owner.stepShards();
    assertEquals(ReplyCode.ANSWERED, onlyReplyCode());
    assertEquals(2, owner.engine.ringConsumed(shard));
  }

  @Test
  void shouldNotLetACommandOvertakeOneInTheRing() {
    assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(put(1)));
    assertEquals(InboundHandler.ACCEPTED, owner.receive(put(2)));
    owner.stepShards();
    owner.link.drain((node, message) -> front.receive(message));
    assertEquals(List.of(1L, 2L), answers.cookies());
    assertEquals(2, owner.engine.ringConsumed(owner.shard(itemId)));
  }

  @Test
  void shouldJudgeACommandThatIsAppliedAtOnceByTheTimeOfItsBatch() {
    final byte[] late = put(1);
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    assertEquals(InboundHandler.ACCEPTED, owner.receive(late));
    assertEquals(ReplyCode.EXPIRED, onlyReplyCode());
  }

  @Test
  void shouldPutIntoTheRingWhatIsMoreThanAStepMayApplyAtOnce() {
    final int shard = owner.shard(itemId);
    final long key = owner.engine.routingTable().nodeKey(0);
    final byte[] copy = put(1);
    for (int i = 1; i <= 1_024; i++) {
      assertEquals(InboundHandler.ACCEPTED, owner.offer(copy, key, 3));
      owner.link.drained();
    }
    assertEquals(0, owner.engine.ringDepth(shard));
    assertEquals(InboundHandler.ACCEPTED, owner.offer(copy, key, 3));
    assertEquals(1, owner.engine.ringDepth(shard));
    owner.engine.inbound().endBatch();
    assertEquals(0, owner.engine.ringDepth(shard));
    owner.stepShards();
    assertEquals(InboundHandler.ACCEPTED, owner.offer(copy, key, 3));
    assertEquals(0, owner.engine.ringDepth(shard));
    owner.engine.inbound().endBatch();
  }

  @Test
  void shouldLetOthersIntoTheShardsBetweenTwoBatches() {
    final ShardPoller poller = owner.engine.owned().poller(owner.shard(itemId));
    final long ownKey = owner.engine.routingTable().nodeKey(0);
    assertEquals(InboundHandler.ACCEPTED, owner.offer(put(1), ownKey, 3));
    assertFalse(poller.tryInside(nowNs -> fail("inside")));
    assertEquals(ShardPoller.LEFT_TO_OTHERS, poller.step(0));
    owner.engine.inbound().endBatch();
    assertTrue(poller.tryInside(nowNs -> {}));
  }

  @Test
  void shouldRefuseACommandThatComesFromAnotherThanTheNodeItNames() {
    final byte[] message = put(1);
    final Command good = Messages.decode(message);
    final long ownKey = owner.engine.routingTable().nodeKey(1);
    assertEquals(InboundHandler.REFUSED, owner.receive(message, ownKey, 5));
    assertEquals(InboundHandler.REFUSED, owner.receive(message, good.originNodeKey, 4));
    assertEquals(2, owner.sum(EngineCounter.FOREIGN));
    assertNothingRan();
    assertEquals(InboundHandler.ACCEPTED, owner.receive(message, good.originNodeKey, 3));
  }

  @Test
  void shouldRefuseAReplyThatComesFromAnotherThanTheShardsOwner() {
    final byte[] reply = answer(Messages.decode(put(1)));
    final long ownerKey = front.engine.routingTable().nodeKey(1);
    assertEquals(
        InboundHandler.REFUSED, front.receive(reply, front.engine.routingTable().nodeKey(0), 5));
    assertEquals(1, front.sum(EngineCounter.FOREIGN));
    assertTrue(answers.all.isEmpty());
    assertEquals(InboundHandler.ACCEPTED, front.receive(reply, ownerKey, 5));
    assertEquals(List.of(Outcome.ANSWERED), answers.outcomes());
  }

  @Test
  void shouldRefuseACommandLongerThanARingSlot() {
    final Command good = Messages.decode(put(1));
    final byte[] message =
        command(good.shardId, 3, 1, 0, good.originNodeKey, 1_000, new byte[1_000]);
    assertEquals(InboundHandler.REFUSED, owner.receive(message));
    assertNothingRan();
  }

  @Test
  void shouldAnswerNotOwnerForAShardOwnedElsewhere() {
    final long ownItem = front.itemOwnedBy(0, 0);
    final Command good = Messages.decode(put(1));
    final byte[] message =
        Messages.command(
            new Messages.Address(5, 1, good.originNodeKey, 3, 0, 77, 1, 0),
            StockClient.placementHash(ownItem),
            StockClient.entityHash(ownItem),
            1_000,
            front.shard(ownItem),
            NO_KEY,
            new byte[24]);
    assertEquals(InboundHandler.ACCEPTED, owner.receive(message));
    assertEquals(ReplyCode.NOT_OWNER, onlyReplyCode());
    assertEquals(1, owner.sum(EngineCounter.NOT_OWNER));
  }

  @Test
  void shouldAskToOfferAgainWhileTheRingIsFullAndAnswerBusyWhenTold() {
    for (int i = 0; i < StockNode.RING_SLOTS; i++) {
      assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(put(i)));
    }
    final byte[] oneMore = put(StockNode.RING_SLOTS);
    assertEquals(InboundHandler.RETRY, owner.receiveIntoRing(oneMore));
    owner.engine.inbound().refuseBusy();
    assertEquals(ReplyCode.BUSY, onlyReplyCode());
    assertEquals(1, owner.sum(EngineCounter.RECEIVED_BUSY));
    owner.stepShards();
    assertEquals(InboundHandler.ACCEPTED, owner.receiveIntoRing(oneMore));
  }

  @Test
  void shouldRefuseRepliesForAnotherIncarnationOrLoop() {
    final Command command = Messages.decode(put(1));
    command.originIncarnation = 2;
    assertEquals(InboundHandler.REFUSED, front.receive(answer(command)));
    command.originIncarnation = 3;
    command.originLoop = 1;
    assertEquals(InboundHandler.REFUSED, front.receive(answer(command)));
    assertEquals(2, front.sum(EngineCounter.MALFORMED));
    assertTrue(answers.all.isEmpty());
    command.originLoop = 0;
    assertEquals(InboundHandler.ACCEPTED, front.receive(answer(command)));
    assertEquals(List.of(Outcome.ANSWERED), answers.outcomes());
  }

  @Test
  void shouldTakeTheReplyOfANewerVersionWhicheverLoopAwaitsIt() {
    assertEquals(InboundHandler.ACCEPTED, front.receive(newerAnswer(put(1), 8)));
    final StockNode apart = apart();
    assertEquals(InboundHandler.ACCEPTED, apart.receive(newerAnswer(put(apart, 2), 1_000)));
    apart.stepIngress();
    assertEquals(List.of(Outcome.ANSWERED, Outcome.ANSWERED), answers.outcomes());
  }

  @Test
  void shouldRefuseAReplyTooLongForAnotherLoopsQueue() {
    final StockNode apart = apart();
    final byte[] command = put(apart, 1);
    final byte[] tooLong =
        Messages.reply(Messages.decode(command), 5, ReplyCode.ANSWERED, 0, false, new byte[1_000]);
    assertEquals(InboundHandler.REFUSED, apart.receive(tooLong));
    assertEquals(1, apart.sum(EngineCounter.MALFORMED));
    assertEquals(InboundHandler.ACCEPTED, apart.receive(newerAnswer(command, 0)));
    apart.stepIngress();
    assertEquals(List.of(1L), answers.cookies());
  }

  @Test
  void shouldWakeTheIngressOfAnotherLoopOncePerBatch() {
    final StockNode apart = apart();
    apart.stocks.put(0, itemId, 1, answers, 1);
    apart.stocks.put(0, itemId, 1, answers, 2);
    final List<byte[]> sent = new ArrayList<>();
    apart.link.drain((node, message) -> sent.add(message));
    for (final byte[] message : sent) {
      assertEquals(InboundHandler.ACCEPTED, apart.receive(answer(Messages.decode(message))));
    }
    assertEquals(0, apart.wakes[0]);
    apart.engine.inbound().flush();
    apart.engine.inbound().flush();
    assertEquals(1, apart.wakes[0]);
    assertTrue(answers.all.isEmpty());
    apart.stepIngress();
    assertEquals(List.of(1L, 2L), answers.cookies());
  }

  @Test
  void shouldSurviveAnyDamageToASingleByte() {
    final byte[] message = put(1);
    for (int i = 0; i < message.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        final byte[] damaged = message.clone();
        damaged[i] ^= (byte) (1 << bit);
        final int result = owner.receive(damaged);
        assertTrue(result == InboundHandler.ACCEPTED || result == InboundHandler.REFUSED);
        owner.stepShards();
        owner.link.drain((node, reply) -> surviveDamage(reply));
      }
    }
    assertEquals(0, owner.sum(EngineCounter.SERVICE_FAULTS));
  }

  private void surviveDamage(final byte[] reply) {
    for (int i = 0; i < reply.length; i++) {
      final byte[] damaged = reply.clone();
      damaged[i] ^= (byte) (1 << (i & 7));
      final int result = front.receive(damaged);
      assertTrue(result == InboundHandler.ACCEPTED || result == InboundHandler.REFUSED);
    }
  }

  private byte[] withDeadlineInAnHour() {
    final Command good = Messages.decode(put(1));
    final long deadlineNs = clock.nanoTime() + 3_600_000_000_000L;
    return command(good.shardId, 3, 1, 0, good.originNodeKey, deadlineNs, NO_KEY);
  }

  private byte[] put(final long cookie) {
    return put(front, cookie);
  }

  private byte[] put(final StockNode from, final long cookie) {
    from.stocks.put(clock.nanoTime(), itemId, 1, answers, cookie);
    final List<byte[]> sent = new ArrayList<>();
    from.link.drain((node, message) -> sent.add(message));
    assertEquals(1, sent.size());
    return sent.get(0);
  }

  private void assertRefused(
      final int shardId,
      final long originIncarnation,
      final long sequence,
      final long floor,
      final long originNodeKey,
      final long deadlineNs) {
    final byte[] message =
        command(shardId, originIncarnation, sequence, floor, originNodeKey, deadlineNs, NO_KEY);
    assertEquals(InboundHandler.REFUSED, owner.receive(message));
    assertNothingRan();
  }

  private byte[] command(
      final int shardId,
      final long originIncarnation,
      final long sequence,
      final long floor,
      final long originNodeKey,
      final long deadlineNs,
      final byte[] payload) {
    return Messages.command(
        new Messages.Address(5, 1, originNodeKey, originIncarnation, 0, 1, sequence, floor),
        StockClient.placementHash(itemId),
        StockClient.entityHash(itemId),
        deadlineNs,
        shardId,
        NO_KEY,
        payload);
  }

  private static byte[] answer(final Command command) {
    return Messages.reply(command, 5, ReplyCode.ANSWERED, 0, false, new byte[0]);
  }

  /** The longest answer of the service, behind a block with so many bytes more than ours. */
  private static byte[] newerAnswer(final byte[] command, final int moreBytes) {
    final byte[] payload =
        new byte[MessageLengths.of(List.of(StockService.definition())).maxReply()];
    new StockService.Reply(0, 0, false, 0).write(new UnsafeBuffer(payload), 0);
    final byte[] ours =
        Messages.reply(Messages.decode(command), 5, ReplyCode.ANSWERED, 0, false, payload);
    final int blockEnd = MessageHeaderDecoder.ENCODED_LENGTH + ReplyDecoder.BLOCK_LENGTH;
    final byte[] newer = new byte[ours.length + moreBytes];
    System.arraycopy(ours, 0, newer, 0, blockEnd);
    System.arraycopy(ours, blockEnd, newer, blockEnd + moreBytes, ours.length - blockEnd);
    new MessageHeaderEncoder()
        .wrap(new UnsafeBuffer(newer), 0)
        .blockLength(ReplyDecoder.BLOCK_LENGTH + moreBytes);
    return newer;
  }

  /** A node whose replies arrive on another thread than its ingress's. */
  private StockNode apart() {
    final StockNode apart =
        StockNode.launch(clock, StockNode.context(IDS, "node-0", 3), EngineThreads.NO_LOOP, 1);
    apart.link.peerUp(1, 5);
    return apart;
  }

  private void assertNothingRan() {
    owner.stepShards();
    owner.link.drain((node, message) -> fail("answered"));
    assertEquals(0, owner.engine.entityCount());
  }

  private ReplyCode onlyReplyCode() {
    final List<ReplyCode> codes = new ArrayList<>();
    owner.link.drain(
        (node, message) -> {
          final ReplyAdapter adapter = new ReplyAdapter();
          final UnsafeBuffer buffer = new UnsafeBuffer(message);
          assertTrue(adapter.wrap(buffer, 0, message.length));
          adapter.dispatch(
              buffer,
              (correlationId, code, serviceCode, incarnation, replayed, payload, offset, length) ->
                  codes.add(code));
        });
    assertEquals(1, codes.size());
    return codes.get(0);
  }

  private static void putShort(final byte[] bytes, final int offset, final int value) {
    assertTrue(offset < MessageHeaderDecoder.ENCODED_LENGTH);
    new UnsafeBuffer(bytes).putShort(offset, (short) value, ByteOrder.LITTLE_ENDIAN);
  }
}
