package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Ingress;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.internal.codecs.ReplyCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests from claim to end, with a clock that the test sets and a network that it plays. */
@Timeout(10)
final class IngressAgentTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final long MS = StockNode.MS;
  private static final int RING_SLOTS = StockNode.RING_SLOTS;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final StockNode node =
      StockNode.launch(
          clock, StockNode.context(IDS, "node-0", 3).services(StockService.definition(1)));
  private final StockNode owner = StockNode.launch(clock, StockNode.context(IDS, "node-1", 5));
  private final long local = node.itemOwnedBy(0, 0);
  private final long remote = node.itemOwnedBy(1, 0);

  IngressAgentTest() {
    node.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
  }

  @Test
  void shouldWaitForAFullRingAndRefuseAfterTheQueueLimitWhatWasNeverHandedOver() {
    // As many as the ring holds are handed over, the others wait.
    final int waiting = 3;
    for (int i = 0; i < RING_SLOTS + waiting; i++) {
      put(local, i);
    }
    assertEquals(RING_SLOTS + waiting, node.ingress.pendingCount());
    clock.advance(StockNode.QUEUE_LIMIT_NS - 1);
    node.stepIngress();
    assertTrue(answers.all.isEmpty());
    clock.advance(1);
    node.stepIngress();
    assertEquals(Collections.nCopies(waiting, Outcome.BUSY), answers.outcomes());
    final LongStream refused = LongStream.range(RING_SLOTS, RING_SLOTS + waiting);
    final LongStream applied = LongStream.range(0, RING_SLOTS);
    node.step();
    node.step();
    assertEquals(LongStream.concat(refused, applied).boxed().toList(), answers.cookies());
    assertEquals(RING_SLOTS, answers.last().left());
    assertEquals(0, node.ingress.pendingCount());
    assertEquals(waiting, node.sum(EngineCounter.REJECTED_BUSY));
  }

  @Test
  void shouldHandWaitingCommandsOverInTheirOrder() {
    final int rings = 3;
    final int last = rings * RING_SLOTS - 1;
    for (int i = 0; i < last; i++) {
      put(local, i);
    }
    node.stepShards();
    put(local, last);
    for (int i = 0; i <= rings; i++) {
      node.step();
    }
    assertEquals(LongStream.rangeClosed(0, last).boxed().toList(), answers.cookies());
    assertEquals(LongStream.rangeClosed(1, last + 1).boxed().toList(), answers.lefts());
  }

  @Test
  void shouldNotLetOneFullRingHoldUpAnotherShard() {
    long other = local + 1;
    while (node.owner(other) != 0 || node.shard(other) == node.shard(local)) {
      other++;
    }
    for (int i = 0; i <= RING_SLOTS; i++) {
      put(local, i);
    }
    put(other, 100);
    node.stepShards();
    assertTrue(answers.cookies().contains(100L));
    assertFalse(answers.cookies().contains((long) RING_SLOTS));
  }

  @Test
  void shouldTimeOutAtTheDeadlineWhatWasHandedOver() {
    put(local, 1);
    clock.advance(StockNode.REQUEST_TIMEOUT_NS - 1);
    node.stepIngress();
    assertTrue(answers.all.isEmpty());
    clock.advance(1);
    node.stepIngress();
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
    node.stepShards();
    assertEquals(1, answers.all.size());
    assertTrue(node.sum(EngineCounter.EXPIRED) > 0);
    assertEquals(0, node.engine.entityCount());
  }

  /** Whatever came between, and whatever was claimed in that time. */
  @Test
  void shouldEndWhatGoesOnWithSomethingOlderAtTheDeadlineOfThat() {
    final long beganNs = clock.nanoTime();
    final long laterNs = StockNode.REQUEST_TIMEOUT_NS / 2;
    clock.advance(laterNs);
    put(local, 1);
    node.stocks.put(beganNs, remote, 1, answers, 2);
    node.stocks.put(beganNs - 1, remote, 1, answers, 3);
    final List<byte[]> copies = sent();
    assertEquals(beganNs + StockNode.REQUEST_TIMEOUT_NS, Messages.decode(copies.get(0)).deadlineNs);
    clock.advance(StockNode.REQUEST_TIMEOUT_NS - laterNs - 1);
    node.stepIngress();
    assertEquals(List.of(3L), answers.cookies());
    assertEquals(clock.nanoTime() + 1, node.ingress.nextStepNs());
    clock.advance(1);
    node.stepIngress();
    assertEquals(List.of(3L, 2L), answers.cookies());
    clock.advance(laterNs);
    node.stepIngress();
    assertEquals(List.of(3L, 2L, 1L), answers.cookies());
    assertEquals(Collections.nCopies(3, Outcome.TIMEOUT), answers.outcomes());
  }

  /** Its turn begins when it is claimed: it waits its whole time in the queue, as others do. */
  @Test
  void shouldGiveWhatGoesOnWithSomethingOlderItsTimeInTheQueue() {
    for (int i = 0; i < RING_SLOTS; i++) {
      put(local, i);
    }
    final long beganNs = clock.nanoTime();
    clock.advance(StockNode.QUEUE_LIMIT_NS);
    put(local, 98);
    node.stocks.put(beganNs, local, 1, answers, 99);
    node.stepIngress();
    assertTrue(answers.all.isEmpty());
    clock.advance(StockNode.QUEUE_LIMIT_NS);
    node.stepIngress();
    assertEquals(List.of(98L, 99L), answers.cookies());
    assertEquals(List.of(Outcome.BUSY, Outcome.BUSY), answers.outcomes());
  }

  @Test
  void shouldNotHandOverWhatHasPassedItsDeadlineWhileItWaited() {
    for (int i = 0; i <= RING_SLOTS; i++) {
      put(local, i);
    }
    node.stepShards();
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    node.step();
    assertEquals(RING_SLOTS, answers.last().cookie());
    assertEquals(Outcome.BUSY, answers.last().outcome());
    assertEquals(0, node.sum(EngineCounter.EXPIRED));
  }

  @Test
  void shouldSayAtOnceThatThereIsNoOwner() {
    node.link.peerDown(1);
    put(remote, 1);
    assertEquals(List.of(Outcome.NO_OWNER), answers.outcomes());
    assertEquals(1, node.sum(EngineCounter.REJECTED_NO_OWNER));
  }

  @Test
  void shouldSendAnOwnerOnlyMessagesThatItKnows() {
    node.stocks.version(1);
    put(remote, 1);
    assertEquals(List.of(Outcome.UNSUPPORTED), answers.outcomes());
    assertEquals(1, node.sum(EngineCounter.REJECTED_UNSUPPORTED));
    assertEquals(0, sent().size());
    node.link.peerVersion(1, 1);
    put(remote, 2);
    assertEquals(1, sent().size());
    put(local, 3);
    node.step();
    assertEquals(Outcome.ANSWERED, answers.last().outcome());
    node.link.peerVersion(1, -1);
    node.stocks.version(0);
    put(remote, 4);
    assertEquals(Outcome.UNSUPPORTED, answers.last().outcome());
  }

  @Test
  void shouldNotSendASuccessorWhatItDoesNotKnow() {
    node.stocks.version(1);
    node.link.peerVersion(1, 1);
    node.stocks.count(clock.nanoTime(), remote, answers, 1);
    assertEquals(1, sent().size());
    fillLink();
    put(remote, 2);
    node.link.drained();
    node.link.peerUp(1, 6);
    node.link.peerVersion(1, 0);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertEquals(List.of(2L, 1L), answers.cookies());
    assertEquals(List.of(Outcome.UNSUPPORTED, Outcome.UNSUPPORTED), answers.outcomes());
    assertEquals(0, sent().size());
  }

  @Test
  void shouldNeverSayOfAWriteThatHasLeftThatItIsNotSupported() {
    node.stocks.version(1);
    node.link.peerVersion(1, 1);
    put(remote, 1);
    assertEquals(1, sent().size());
    node.link.peerVersion(1, 0);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertEquals(1, sent().size());
    node.link.peerUp(1, 6);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
  }

  @Test
  void shouldHandOnWhyTheServiceRefused() {
    final List<Integer> codes = new ArrayList<>();
    node.stocks.put(
        clock.nanoTime(),
        remote,
        1,
        (cookie, outcome, serviceCode, incarnation, replayed, buffer, offset, length) ->
            codes.add(serviceCode),
        1);
    final Command command = Messages.decode(sent().get(0));
    node.receive(Messages.reply(command, 5, ReplyCode.ANSWERED, 200, false, new byte[0]));
    assertEquals(List.of(200), codes);
  }

  @Test
  void shouldSayThatThereIsNoOwnerToThoseThatWaitWhenThePeerGoesDown() {
    fillLink();
    put(remote, 99);
    assertFalse(answers.cookies().contains(99L));
    node.link.peerDown(1);
    node.stepIngress();
    assertEquals(99L, answers.last().cookie());
    assertEquals(Outcome.NO_OWNER, answers.last().outcome());
  }

  @Test
  void shouldRefuseAClaimWhenNoPendingSlotIsFree() {
    for (int i = 0; i < StockNode.PENDING_SLOTS; i++) {
      put(i % 2 == 0 ? local : remote, i);
    }
    assertEquals(StockNode.PENDING_SLOTS, node.ingress.pendingCount());
    assertEquals(Ingress.FULL, put(local, 32));
    assertEquals(List.of(Outcome.BUSY), answers.outcomes());
    assertEquals(1, node.sum(EngineCounter.REJECTED_PENDING_FULL));
    node.stepShards();
    assertTrue(put(local, 33) > 0);
  }

  @Test
  void shouldRefuseClaimsWhileClosingAndFinishWhatIsUnderWay() {
    put(local, 1);
    node.ingress.close();
    assertEquals(Ingress.CLOSING, put(local, 2));
    assertEquals(List.of(Outcome.CLOSING), answers.outcomes());
    node.step();
    assertEquals(Outcome.ANSWERED, answers.last().outcome());
    assertEquals(1, answers.last().left());
  }

  @Test
  void shouldEndEverythingWhenAbandoned() {
    for (int i = 0; i <= RING_SLOTS; i++) {
      put(local, i);
    }
    put(remote, 100);
    node.ingress.close();
    node.ingress.abandonAll();
    assertEquals(0, node.ingress.pendingCount());
    final List<Outcome> outcomes =
        new ArrayList<>(Collections.nCopies(RING_SLOTS, Outcome.TIMEOUT));
    outcomes.add(Outcome.CLOSING);
    outcomes.add(Outcome.TIMEOUT);
    assertEquals(outcomes, answers.outcomes());
    node.step();
    assertEquals(outcomes.size(), answers.all.size());
  }

  @Test
  void shouldIgnoreALateReply() {
    put(remote, 1);
    final List<byte[]> sent = sent();
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    node.stepIngress();
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
    reply(sent.get(0), ReplyCode.ANSWERED, 5);
    assertEquals(1, answers.all.size());
    assertEquals(1, node.sum(EngineCounter.REPLIES_LATE));
  }

  @Test
  void shouldNotTakeALateReplyForTheNextUserOfTheSlot() {
    final long first = put(remote, 1);
    final byte[] firstCopy = sent().get(0);
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    node.stepIngress();
    final long second = put(remote, 2);
    assertEquals(first & 0xFFFF, second & 0xFFFF);
    assertNotEquals(first, second);
    reply(firstCopy, ReplyCode.ANSWERED, 5);
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
    reply(sent().get(0), ReplyCode.ANSWERED, 5);
    assertEquals(List.of(1L, 2L), answers.cookies());
  }

  @Test
  void shouldIgnoreASecondReply() {
    put(remote, 1);
    final byte[] copy = sent().get(0);
    reply(copy, ReplyCode.ANSWERED, 5);
    reply(copy, ReplyCode.ANSWERED, 5);
    assertEquals(1, answers.all.size());
  }

  @Test
  void shouldSendTheSameSequenceAgainAfterALostMessage() {
    put(remote, 1);
    final Command first = Messages.decode(sent().get(0));
    clock.advance(StockNode.ATTEMPT_NS - 1);
    node.stepIngress();
    assertTrue(sent().isEmpty());
    clock.advance(1);
    node.stepIngress();
    final byte[] copy = sent().get(0);
    final Command second = Messages.decode(copy);
    assertEquals(1, second.laneSequence);
    assertEquals(first.laneSequence, second.laneSequence);
    assertEquals(first.correlationId, second.correlationId);
    assertEquals(StockNode.REQUEST_TIMEOUT_NS, first.deadlineNs);
    assertEquals(first.deadlineNs, second.deadlineNs);
    assertEquals(1, node.sum(EngineCounter.LANE_RETRIES));
    assertEquals(InboundHandler.ACCEPTED, owner.receive(copy));
    exchange();
    assertEquals(List.of(1L), answers.lefts());
  }

  @Test
  void shouldRunAWriteOnceWhoseReplyWasLost() {
    put(remote, 1);
    deliver();
    owner.step();
    owner.link.drain((to, message) -> {});
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    exchange();
    assertEquals(List.of(1L), answers.lefts());
    assertEquals(1, owner.sum(EngineCounter.LANE_DUPLICATES));
  }

  @Test
  void shouldMoveTheFloorOnlyPastWhatIsResolved() {
    put(remote, 1);
    put(remote, 2);
    final List<byte[]> copies = sent();
    reply(copies.get(1), ReplyCode.ANSWERED, 5);
    put(remote, 3);
    assertEquals(0, Messages.decode(sent().get(0)).laneFloor);
    reply(copies.get(0), ReplyCode.ANSWERED, 5);
    put(remote, 4);
    assertEquals(2, Messages.decode(sent().get(0)).laneFloor);
  }

  @Test
  void shouldGiveReadsNoSequenceAndRepeatThemFreely() {
    node.stocks.count(clock.nanoTime(), remote, answers, 1);
    final Command first = Messages.decode(sent().get(0));
    assertEquals(0, first.laneSequence);
    assertFalse(first.write);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    exchange();
    assertEquals(List.of(0L), answers.lefts());
  }

  @Test
  void shouldNotEndAWriteOnBusyAndTakeTheAnswerOfItsLateFirstCopy() {
    put(remote, 1);
    final byte[] first = sent().get(0);
    reply(first, ReplyCode.BUSY, 0);
    assertTrue(answers.all.isEmpty());
    assertEquals(InboundHandler.ACCEPTED, owner.receive(first));
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    exchange();
    assertEquals(List.of(1L), answers.lefts());
    put(remote, 2);
    exchange();
    assertEquals(2, answers.last().left());
  }

  @Test
  void shouldRefuseNewCommandsBeforeTheyAreSentWhileTheOwnerIsBusy() {
    put(remote, 1);
    reply(sent().get(0), ReplyCode.BUSY, 0);
    put(remote, 2);
    assertEquals(List.of(Outcome.BUSY), answers.outcomes());
    assertTrue(sent().isEmpty());
    clock.advance(StockNode.ATTEMPT_NS);
    put(remote, 3);
    assertEquals(1, sent().size());
  }

  @Test
  void shouldGoOnWithTheSameSequenceAfterEveryRefusalOfOneCopy() {
    for (final ReplyCode code :
        new ReplyCode[] {ReplyCode.NOT_OWNER, ReplyCode.EXPIRED, ReplyCode.STALE, ReplyCode.BUSY}) {
      final IngressAgentTest fresh = new IngressAgentTest();
      fresh.put(fresh.remote, 1);
      fresh.reply(fresh.sent().get(0), code, 5);
      assertTrue(fresh.answers.all.isEmpty(), code.name());
      fresh.clock.advance(StockNode.ATTEMPT_NS);
      fresh.node.stepIngress();
      assertEquals(1, Messages.decode(fresh.sent().get(0)).laneSequence, code.name());
      fresh.clock.advance(StockNode.REQUEST_TIMEOUT_NS);
      fresh.node.stepIngress();
      assertEquals(List.of(Outcome.TIMEOUT), fresh.answers.outcomes(), code.name());
    }
  }

  @Test
  void shouldEndWithTheRecordedAnswerWhateverItsCode() {
    final ReplyCode[] codes = {
      ReplyCode.INTERNAL, ReplyCode.INVALID, ReplyCode.KEY_MISMATCH, ReplyCode.KEY_LIMIT
    };
    for (final ReplyCode code : codes) {
      put(remote, code.value());
      reply(sent().get(0), code, 5);
    }
    assertEquals(
        List.of(Outcome.INTERNAL, Outcome.INVALID, Outcome.KEY_MISMATCH, Outcome.KEY_LIMIT),
        answers.outcomes());
  }

  @Test
  void shouldEndAWriteForALostIncarnationAsUnknown() {
    put(remote, 1);
    reply(sent().get(0), ReplyCode.WRONG_INCARNATION, 6);
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
    assertEquals(1, node.sum(EngineCounter.INCARNATION_CHANGES));
    node.link.peerUp(1, 6);
    put(remote, 2);
    final Command next = Messages.decode(sent().get(0));
    assertEquals(6, next.shardIncarnation);
    assertEquals(1, next.laneSequence);
    assertEquals(0, next.laneFloor);
  }

  @Test
  void shouldAskAgainAtOnceForAReadOfALostIncarnation() {
    node.stocks.count(clock.nanoTime(), remote, answers, 1);
    final byte[] first = sent().get(0);
    node.link.peerUp(1, 6);
    reply(first, ReplyCode.WRONG_INCARNATION, 6);
    assertTrue(answers.all.isEmpty());
    final byte[] again = sent().get(0);
    assertEquals(6, Messages.decode(again).shardIncarnation);
    reply(again, ReplyCode.ANSWERED, 6);
    assertEquals(6, answers.last().shardIncarnation());
  }

  @Test
  void shouldHandASuccessorNothingUntilTheLinkKnowsIt() {
    node.stocks.count(clock.nanoTime(), remote, answers, 1);
    reply(sent().get(0), ReplyCode.WRONG_INCARNATION, 6);
    put(remote, 2);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertTrue(sent().isEmpty());
    node.link.peerUp(1, 6);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertEquals(
        List.of(6L, 6L),
        sent().stream().map(copy -> Messages.decode(copy).shardIncarnation).toList());
  }

  @Test
  void shouldNotSendAWriteAgainWhenItsPeerCameBackAsAnother() {
    put(remote, 1);
    sent();
    node.link.peerUp(1, 6);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
    assertTrue(sent().isEmpty());
  }

  @Test
  void shouldIgnoreAWrongIncarnationThatIsOlder() {
    put(remote, 1);
    final byte[] copy = sent().get(0);
    reply(copy, ReplyCode.WRONG_INCARNATION, 4);
    assertTrue(answers.all.isEmpty());
    reply(copy, ReplyCode.ANSWERED, 5);
    assertEquals(List.of(Outcome.ANSWERED), answers.outcomes());
  }

  @Test
  void shouldKeepRetriesWithinTheirBudget() {
    int retries = 0;
    int requests = 0;
    for (int round = 0; round < 100; round++) {
      for (int i = 0; i < 10; i++) {
        put(remote, requests++);
      }
      sent();
      for (int attempt = 0; attempt < 4; attempt++) {
        clock.advance(StockNode.ATTEMPT_NS);
        node.stepIngress();
        retries += sent().size();
      }
      clock.advance(StockNode.ATTEMPT_NS);
      node.stepIngress();
      retries += sent().size();
    }
    assertEquals(requests, answers.all.size());
    final int earned = requests / RetryBudget.COMMANDS_PER_RETRY;
    assertTrue(retries <= RetryBudget.FIRST_RETRIES + earned, retries + " retries of " + requests);
    assertTrue(retries >= earned, retries + " retries of " + requests);
  }

  @Test
  void shouldSendWhatIsUnderWayToTheOwnersNextProcessWhateverTheBudget() {
    final int requests = 10;
    int retries = 0;
    while (retries <= RetryBudget.FIRST_RETRIES) {
      putAll(requests);
      retries += retried();
      clock.advance(StockNode.REQUEST_TIMEOUT_NS);
      node.stepIngress();
    }
    putAll(requests);
    assertTrue(retried() < requests, "the budget is spent");
    node.link.peerUpWithUnknownShards(1, 6);
    for (final int shard : node.engine.routingTable().shardsOf(1)) {
      assertTrue(node.link.shard(shard, 5), "it goes on with the state of the one before");
    }
    assertEquals(requests, retried());
    assertTrue(retried() < requests, "once");
  }

  private void putAll(final int requests) {
    for (int i = 0; i < requests; i++) {
      put(remote, i);
    }
    sent();
  }

  private int retried() {
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    return sent().size();
  }

  @Test
  void shouldNotSpendTheBudgetOnRetriesThatTheOwnersAnswerAsksFor() {
    final int rounds = 2 * RetryBudget.FIRST_RETRIES;
    final int attempts = 3;
    for (int round = 0; round < 2 * rounds; round++) {
      final ReplyCode code = round < rounds ? ReplyCode.BUSY : ReplyCode.EXPIRED;
      put(remote, round);
      for (int attempt = 0; attempt < attempts; attempt++) {
        final List<byte[]> copies = sent();
        assertEquals(1, copies.size(), "round " + round);
        reply(copies.get(0), code, 0);
        clock.advance(StockNode.ATTEMPT_NS);
        node.stepIngress();
      }
      reply(sent().get(0), ReplyCode.ANSWERED, 5);
    }
    assertEquals(2 * rounds * attempts, node.sum(EngineCounter.LANE_RETRIES));
  }

  @Test
  void shouldWaitForTheLaneWindow() {
    clock.update(1_000 * MS);
    final StockNode small =
        StockNode.launch(
            clock,
            StockNode.context(IDS, "node-0", 3)
                .settings(StockNode.SETTINGS.withPendingSlots(2 * StockNode.LANE_WINDOW)));
    small.link.peerUp(1, 5);
    for (int i = 0; i <= StockNode.LANE_WINDOW; i++) {
      small.stocks.put(clock.nanoTime(), remote, 1, answers, i);
    }
    final List<byte[]> copies = new ArrayList<>();
    small.link.drain((to, message) -> copies.add(message));
    assertEquals(StockNode.LANE_WINDOW, copies.size());
    assertEquals(1, small.ingress.stats().get(EngineCounter.LANE_FULL));
    small.stepIngress();
    assertEquals(StockNode.LANE_WINDOW, small.ingress.shownLaneSpan());
    small
        .ingress
        .requests()
        .onReply(
            Messages.decode(copies.get(0)).correlationId,
            ReplyCode.INVALID,
            0,
            5,
            false,
            new UnsafeBuffer(new byte[0]),
            0,
            0);
    small.stepIngress();
    copies.clear();
    small.link.drain((to, message) -> copies.add(message));
    assertEquals(StockNode.LANE_WINDOW + 1, Messages.decode(copies.get(0)).laneSequence);
    assertEquals(1, Messages.decode(copies.get(0)).laneFloor);
  }

  @Test
  void shouldCarryTheIdempotencyKeyInEveryCopy() {
    final byte[] key = new byte[CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) ('A' + i % 26);
    }
    node.stocks.put(clock.nanoTime(), remote, 1, key, answers, 1);
    assertKey(key, sent().get(0));
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertKey(key, sent().get(0));
  }

  @Test
  void shouldTakeRequestsFromWithinAHandler() {
    final int more = 50;
    final int[] left = {more};
    final ReplyHandler again =
        new ReplyHandler() {
          @Override
          public void onReply(
              final long cookie,
              final Outcome outcome,
              final int serviceCode,
              final long shardIncarnation,
              final boolean replayed,
              final DirectBuffer buffer,
              final int offset,
              final int length) {
            answers.onReply(
                cookie, outcome, serviceCode, shardIncarnation, replayed, buffer, offset, length);
            if (left[0]-- > 0) {
              node.stocks.put(clock.nanoTime(), local, 1, this, cookie + 1);
            }
          }
        };
    node.stocks.put(clock.nanoTime(), local, 1, again, 0);
    for (int i = 0; i <= more; i++) {
      node.step();
    }
    assertEquals(LongStream.rangeClosed(1, more + 1).boxed().toList(), answers.lefts());
    assertEquals(0, node.ingress.pendingCount());
  }

  @Test
  void shouldNotPileUpAtAFullRingWhileHandlersAskAgainAtOnce() {
    final int[] refusals = {0};
    final ReplyHandler again =
        new ReplyHandler() {
          @Override
          public void onReply(
              final long cookie,
              final Outcome outcome,
              final int serviceCode,
              final long shardIncarnation,
              final boolean replayed,
              final DirectBuffer buffer,
              final int offset,
              final int length) {
            if (outcome == Outcome.BUSY) {
              refusals[0]++;
              node.stocks.put(clock.nanoTime(), remote, 1, this, cookie);
            }
          }
        };
    fillLink();
    final int filling = answers.all.size();
    node.stocks.put(clock.nanoTime(), remote, 1, again, 99);
    final int steps = 100;
    for (int i = 0; i < steps; i++) {
      clock.advance(StockNode.QUEUE_LIMIT_NS);
      node.stepIngress();
    }
    assertTrue(refusals[0] >= steps - 1);
    assertEquals(1, node.ingress.requests().waitingShardCount());
    assertTrue(answers.all.size() >= filling);
  }

  @Test
  void shouldRefuseMisuseOfACorrelationId() {
    final IngressAgent ingress = node.ingress;
    final long id =
        ingress.tryClaim(
            0, StockClient.placementHash(local), StockClient.entityHash(local), true, answers, 1);
    assertThrows(IllegalArgumentException.class, () -> ingress.submit(id, 7));
    assertThrows(IllegalArgumentException.class, () -> ingress.submit(id, 1 << 20));
    assertThrows(
        IllegalArgumentException.class, () -> ingress.idempotencyKey(id, new byte[1], 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> ingress.idempotencyKey(id, new byte[200], 0, Ingress.MAX_IDEMPOTENCY_KEY_LENGTH + 1));
    ingress.abort(id);
    assertEquals(0, ingress.pendingCount());
    assertThrows(IllegalStateException.class, () -> ingress.submit(id, 24));
    assertThrows(IllegalStateException.class, () -> ingress.abort(id));
    final long next =
        ingress.tryClaim(
            0, StockClient.placementHash(local), StockClient.entityHash(local), true, answers, 2);
    assertNotEquals(id, next);
    assertThrows(IllegalStateException.class, () -> ingress.payloadOffset(id));
  }

  @Test
  void shouldSayWhenItMustBeSteppedAgain() {
    clock.update(1_000 * MS);
    node.stepIngress();
    assertEquals(SteppedAgent.NEVER, node.ingress.nextStepNs());
    put(remote, 1);
    assertEquals(1_000 * MS, node.ingress.nextStepNs(), "to hand it to the link");
    node.stepIngress();
    assertEquals(1_000 * MS + StockNode.ATTEMPT_NS, node.ingress.nextStepNs());
    for (int i = 0; i <= RING_SLOTS; i++) {
      put(local, i);
    }
    assertEquals(1_000 * MS + RequestTracker.WAITING_STEP_NS, node.ingress.nextStepNs());
    node.stepShards();
    node.step();
    clock.advance(90 * MS);
    node.stepIngress();
    assertEquals(1_000 * MS + StockNode.REQUEST_TIMEOUT_NS, node.ingress.nextStepNs());
  }

  @Test
  void shouldCountEveryEndByMessageType() {
    put(local, 1);
    node.stocks.count(clock.nanoTime(), local, answers, 2);
    node.step();
    node.link.peerDown(1);
    put(remote, 3);
    final EngineStats stats = node.ingress.stats();
    assertEquals(List.of("PutStock", "TakeStock", "CountStock"), stats.messageTypes());
    assertEquals(1, stats.failures(0));
    assertEquals(0, stats.failures(2));
    assertEquals(2, total(stats.latency(0)));
    assertEquals(0, total(stats.latency(1)));
    assertEquals(1, total(stats.latency(2)));
  }

  @Test
  void shouldTellCommandsThatAreAppliedFromThoseThatWait() {
    final List<Integer> active = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      node.stocks.put(
          clock.nanoTime(),
          local,
          1,
          (cookie, outcome, serviceCode, incarnation, replayed, buffer, offset, length) ->
              active.add(node.engine.activeCount()),
          i);
    }
    assertEquals(0, node.engine.activeCount());
    node.stepShards();
    assertEquals(List.of(1, 1, 1), active);
    assertEquals(0, node.engine.activeCount());
  }

  private static long total(final LatencyHistogram histogram) {
    long count = 0;
    for (int bucket = 0; bucket <= LatencyHistogram.bucketCount(); bucket++) {
      count += histogram.count(bucket);
    }
    return count;
  }

  private static void assertKey(final byte[] key, final byte[] message) {
    final Command command = Messages.decode(message);
    final byte[] got = new byte[command.idempotencyKeyLength];
    command.buffer.getBytes(command.idempotencyKeyOffset, got);
    assertEquals(new String(key), new String(got));
  }

  private long put(final long itemId, final long cookie) {
    return node.stocks.put(clock.nanoTime(), itemId, 1, answers, cookie);
  }

  /** Fills the way to the peer with messages for a node that nobody drains. */
  private void fillLink() {
    node.link.fill();
  }

  private List<byte[]> sent() {
    return node.link.drained();
  }

  private void reply(final byte[] command, final ReplyCode code, final long incarnation) {
    assertEquals(
        InboundHandler.ACCEPTED,
        node.receive(
            Messages.reply(Messages.decode(command), incarnation, code, 0, false, new byte[0])));
  }

  private void deliver() {
    node.link.drain((to, message) -> assertEquals(InboundHandler.ACCEPTED, owner.receive(message)));
  }

  private void exchange() {
    deliver();
    owner.step();
    owner.link.drain((to, message) -> assertEquals(InboundHandler.ACCEPTED, node.receive(message)));
  }
}
