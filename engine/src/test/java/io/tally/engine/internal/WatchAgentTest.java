package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.Subscription;
import io.tally.engine.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What those who watch an item of another node are told, and what they cost its owner. */
@Timeout(10)
final class WatchAgentTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final long FRONT = 3;
  private static final long OWNER = 5;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final StockNode front = StockNode.launch(clock, StockNode.context(IDS, "node-0", FRONT));
  private StockNode owner = StockNode.launch(clock, StockNode.context(IDS, "node-1", OWNER));
  private long item;
  private long other;

  @BeforeEach
  void meet() {
    front.link.peerUp(1, OWNER);
    owner.link.peerUp(0, FRONT);
    item = front.itemOwnedBy(1, 0);
    other = front.itemOwnedBy(1, item + 1);
  }

  @Test
  void shouldTellAtOnceWhatThereIs() {
    put(item, 7);
    final Told told = Told.watch(front, item);
    exchange();
    assertEquals(List.of("7"), told.all);
    assertEquals(OWNER, told.incarnation);
    assertEquals(1, owner.engine.registrationCount());
    assertEquals(1, owner.sum(EngineCounter.WATCHES_REGISTERED));
  }

  @Test
  void shouldTellThatThereIsNothing() {
    final Told told = Told.watch(front, item);
    exchange();
    assertEquals(List.of("0 deleted"), told.all);
  }

  @Test
  void shouldTellOfEachBatchTheLatest() {
    final Told told = Told.watch(front, item);
    exchange();
    put(item, 1);
    owner.stocks.put(clock.nanoTime(), item, 2, answers, 0);
    owner.stocks.put(clock.nanoTime(), item, 3, answers, 0);
    owner.step();
    exchange();
    assertEquals(List.of("0 deleted", "1", "6"), told.all);
    assertEquals(3, owner.sum(EngineCounter.WATCH_EVENTS_SENT));
  }

  @Test
  void shouldTellOfADeletionAndOfWhatComesAfterIt() {
    put(item, 2);
    final Told told = Told.watch(front, item);
    exchange();
    take(item, 2);
    exchange();
    put(item, 2);
    exchange();
    assertEquals(List.of("2", "0 deleted", "2"), told.all);
  }

  @Test
  void shouldNotTellOfOtherItems() {
    final Told told = Told.watch(front, item);
    exchange();
    put(other, 1);
    exchange();
    assertEquals(List.of("0 deleted"), told.all);
  }

  @Test
  void shouldAnswerARenewalOnlyWhereTheVersionDiffers() {
    put(item, 2);
    final Told told = Told.watch(front, item);
    exchange();
    renew();
    renew();
    assertEquals(1, owner.sum(EngineCounter.WATCH_EVENTS_SENT));
    take(item, 1);
    assertEquals(1, owner.link.drained().size(), "lost");
    renew();
    assertEquals(List.of("2", "1"), told.all);
    take(item, 1);
    assertEquals(1, owner.link.drained().size(), "lost");
    renew();
    assertEquals(List.of("2", "1", "0 deleted"), told.all);
    assertEquals(1, owner.sum(EngineCounter.WATCHES_REGISTERED));
  }

  @Test
  void shouldCountWhatFindsNoRoomAndRepairItByTheNextRenewal() {
    final Told told = Told.watch(front, item);
    exchange();
    owner.link.fill(0, 1);
    put(item, 4);
    assertEquals(1, owner.sum(EngineCounter.WATCH_EVENTS_DROPPED));
    owner.link.drained();
    renew();
    assertEquals(List.of("0 deleted", "4"), told.all);
  }

  @Test
  void shouldLeaveRepliesTheRoomOnTheLink() {
    final Told told = Told.watch(front, item);
    exchange();
    owner.link.fillSpare(0, 1);
    put(item, 4);
    assertEquals(1, owner.sum(EngineCounter.WATCH_EVENTS_DROPPED));
    final long frontIncarnation = owner.link.incarnation(0);
    assertEquals(
        NodeOutput.CLAIMED, owner.link.tryClaim(0, frontIncarnation, 100, new MessageClaim()));
    assertEquals(List.of("0 deleted"), told.all);
  }

  @Test
  void shouldForgetARegistrationThatIsNotRenewed() {
    final Told told = Told.watch(front, item);
    exchange();
    clock.advance(WatchTimes.DEFAULT.expiryNs() - 1);
    owner.step();
    assertEquals(1, owner.engine.registrationCount());
    clock.advance(1);
    assertTrue(owner.engine.shardAgent(0).nextStepNs() <= clock.nanoTime(), "asks for a step");
    owner.step();
    assertEquals(0, owner.engine.registrationCount());
    put(item, 1);
    assertEquals(List.of(), owner.link.drained());
    exchange();
    assertEquals(List.of("0 deleted", "1"), told.all);
  }

  @Test
  void shouldKeepARegistrationThatIsRenewed() {
    final Told told = Told.watch(front, item);
    exchange();
    for (int i = 0; i < 10; i++) {
      renew();
    }
    put(item, 1);
    exchange();
    assertEquals(List.of("0 deleted", "1"), told.all);
    assertEquals(1, owner.sum(EngineCounter.WATCHES_REGISTERED));
  }

  @Test
  void shouldRegisterOnceForManySubscribers() {
    final Told first = Told.watch(front, item);
    final Told second = Told.watch(front, item);
    exchange();
    final Told third = Told.watch(front, item);
    assertEquals(List.of("0 deleted"), third.all, "told by what is known");
    put(item, 1);
    exchange();
    for (final Told told : List.of(first, second, third)) {
      assertEquals(List.of("0 deleted", "1"), told.all);
    }
    assertEquals(1, owner.sum(EngineCounter.WATCHES_REGISTERED));
    assertEquals(1, front.engine.watcher().watchCount());
  }

  @Test
  void shouldTellApartEntitiesOfOneHashAndFindEachAtOnce() {
    final WatchAgent watcher = front.engine.watcher();
    final int entities = StockNode.SETTINGS.watches();
    final List<Subscription> subscriptions = new ArrayList<>();
    for (int i = 0; i < entities; i++) {
      final UnsafeBuffer count = StockClient.count(i);
      subscriptions.add(
          watcher.subscribe(
              0,
              StockClient.placementHash(item),
              StockClient.entityHash(item),
              count,
              0,
              count.capacity(),
              null));
    }
    assertEquals(entities, watcher.watchCount());
    assertEquals(entities, watcher.byIdHash.size());
    subscriptions.forEach(Subscription::close);
    assertEquals(0, watcher.watchCount());
    assertEquals(0, watcher.byIdHash.size());
  }

  @Test
  void shouldNotRenewWhatNobodyWatchesAnyMore() {
    final Told first = Told.watch(front, item);
    final Told second = Told.watch(front, item);
    exchange();
    first.subscription.close();
    first.subscription.close();
    renew();
    put(item, 1);
    exchange();
    assertEquals(List.of("0 deleted"), first.all);
    assertEquals(List.of("0 deleted", "1"), second.all);
    second.subscription.close();
    clock.advance(Watcher.RENEWAL_NS);
    front.engine.watcher().doWork(clock.nanoTime());
    assertEquals(List.of(), front.link.drained());
    assertEquals(0, front.engine.watcher().watchCount());
    assertEquals(SteppedAgent.NEVER, front.engine.watcher().nextStepNs());
    put(item, 1);
    exchange();
    assertEquals(1, front.sum(EngineCounter.REPLIES_LATE));
    assertEquals(2, second.all.size());
  }

  @Test
  void shouldTellAPausedHandlerNothingAndThenTheLatest() {
    final Told paused = Told.watch(front, item);
    final Told other = Told.watch(front, item);
    paused.then = () -> paused.subscription.pause();
    exchange();
    paused.subscription.resume();
    assertEquals(List.of("0 deleted"), paused.all);
    put(item, 1);
    exchange();
    put(item, 1);
    exchange();
    put(item, 1);
    exchange();
    assertEquals(List.of("0 deleted", "1"), paused.all);
    assertEquals(List.of("0 deleted", "1", "2", "3"), other.all);
    other.subscription.close();
    assertEquals(1, front.engine.watcher().watchCount());
    paused.subscription.resume();
    assertEquals(List.of("0 deleted", "1", "3"), paused.all);
    paused.subscription.resume();
    paused.subscription.close();
    assertEquals(List.of("0 deleted", "1", "3"), paused.all);
    assertEquals(0, front.engine.watcher().watchCount());
  }

  @Test
  void shouldTellAPausedHandlerOfALoss() {
    final Told paused = Told.watch(front, item);
    Told.watch(front, item);
    exchange();
    paused.subscription.pause();
    front.link.peerDown(1);
    renew();
    renew();
    assertEquals(List.of("0 deleted", "NO_OWNER"), paused.all);
  }

  @Test
  void shouldTellAHandlerThatAnotherOneHasPausedWhatItMissed() {
    final Told other = Told.watch(front, item);
    final Told first = Told.watch(front, item);
    exchange();
    first.then = () -> other.subscription.pause();
    put(item, 1);
    exchange();
    assertEquals(List.of("0 deleted", "1"), first.all);
    assertEquals(List.of("0 deleted"), other.all);
    other.subscription.resume();
    assertEquals(List.of("0 deleted", "1"), other.all);
  }

  @Test
  void shouldTellAHandlerThatPausesOfALossOnce() {
    final Told paused = Told.watch(front, item);
    exchange();
    paused.then = () -> paused.subscription.pause();
    front.link.peerDown(1);
    renew();
    renew();
    assertEquals(List.of("0 deleted", "NO_OWNER"), paused.all);
  }

  @Test
  void shouldLetAHandlerEndAnySubscriptionAndBeginOthers() {
    final Told last = Told.watch(front, item);
    final Told middle = Told.watch(front, item);
    final Told first = Told.watch(front, item);
    final List<Told> more = new ArrayList<>();
    first.then =
        () -> {
          first.subscription.close();
          middle.subscription.close();
          more.add(Told.watch(front, item));
        };
    last.then = () -> last.subscription.close();
    exchange();
    assertEquals(List.of(), middle.all);
    for (final Told told : List.of(first, last, more.get(0))) {
      assertEquals(List.of("0 deleted"), told.all);
    }
    more.get(0).then = () -> more.get(0).subscription.close();
    put(item, 1);
    exchange();
    assertEquals(0, front.engine.watcher().watchCount());
  }

  @Test
  void shouldIgnoreWhatIsOlderOrComesTwice() {
    final Told told = Told.watch(front, item);
    exchange();
    put(item, 3);
    final byte[] older = owner.link.drained().get(0);
    take(item, 3);
    final byte[] newer = owner.link.drained().get(0);
    front.receive(newer);
    front.receive(older);
    assertEquals(List.of("0 deleted"), told.all, "deleted again, and the older value came late");
    put(item, 4);
    exchange();
    front.receive(newer);
    front.receive(older);
    renew();
    assertEquals(List.of("0 deleted", "4"), told.all);
  }

  @Test
  void shouldSayThatTheOwnerIsAwayAndGoOnWhenItIsBack() {
    final Told told = Told.watch(front, item);
    exchange();
    front.link.peerDown(1);
    renew();
    renew();
    assertEquals(List.of("0 deleted", "NO_OWNER"), told.all);
    final Told later = Told.watch(front, item);
    assertEquals(List.of("NO_OWNER"), later.all);
    front.link.peerUp(1, OWNER);
    renew();
    assertEquals(List.of("0 deleted", "NO_OWNER", "0 deleted"), told.all);
    assertEquals(List.of("NO_OWNER", "0 deleted"), later.all);
  }

  @Test
  void shouldTellOfANewIncarnationByTheFirstRenewalThatItGets() {
    put(item, 3);
    final Told told = Told.watch(front, item);
    exchange();
    put(item, 1);
    final byte[] late = owner.link.drained().get(0);
    restartOwner();
    renew();
    assertEquals(List.of("3", "0 deleted"), told.all);
    assertEquals(OWNER + 1, told.incarnation);
    // The link would refuse it, too.
    front.receive(late);
    assertEquals(2, told.all.size());
  }

  @Test
  void shouldNotBelieveAnIncarnationBeforeTheLinkDoes() {
    final Told told = Told.watch(front, item);
    exchange();
    clock.advance(Watcher.RENEWAL_NS);
    front.step();
    final byte[] renewal = front.link.drained().get(0);
    new WireEditor().on(renewal).shardIncarnation(OWNER + 1);
    final StockNode successor = owner(OWNER + 1);
    successor.stocks.put(clock.nanoTime(), item, 1, answers, 0);
    successor.receive(renewal);
    successor.step();
    assertEquals(InboundHandler.ACCEPTED, front.receive(successor.link.drained().get(0)));
    assertEquals(List.of("0 deleted"), told.all);
  }

  @Test
  void shouldSayThatARegistrationWasRefusedAndTryAgain() {
    owner =
        owner(StockNode.context(IDS, "node-1", OWNER).settings(StockNode.SETTINGS.withWatches(1)));
    final Told first = Told.watch(front, item);
    exchange();
    final Told second = Told.watch(front, other);
    exchange();
    renew();
    assertEquals(List.of("LIMIT"), second.all);
    assertEquals(2, owner.sum(EngineCounter.WATCHES_REFUSED));
    first.subscription.close();
    clock.advance(WatchTimes.DEFAULT.expiryNs());
    owner.step();
    exchange();
    renew();
    assertEquals(List.of("LIMIT", "0 deleted"), second.all);
  }

  @Test
  void shouldRefuseMoreSubscriptionsThanThereMayBe() {
    final StockNode small =
        StockNode.launch(
            clock,
            StockNode.context(IDS, "node-0", FRONT).settings(StockNode.SETTINGS.withWatches(2)));
    final Told first = Told.watch(small, item);
    assertNotNull(Told.watch(small, item).subscription);
    assertNull(Told.watch(small, item).subscription);
    assertNull(Told.watch(small, other).subscription);
    assertEquals(2, small.sum(EngineCounter.WATCHES_REFUSED));
    small.step();
    assertEquals(2, small.engine.watcher().shownSubscriptionCount());
    first.subscription.close();
    small.step();
    assertEquals(1, small.engine.watcher().shownSubscriptionCount());
    assertNotNull(Told.watch(small, other).subscription);
  }

  @Test
  void shouldNotTakeARefusalOfAnEarlierCopyForOneOfTheLatest() {
    final Told told = Told.watch(front, item);
    front.step();
    final byte[] first = front.link.drained().get(0);
    renew();
    assertEquals(List.of("0 deleted"), told.all);
    // It has waited for longer than a request may take.
    owner.receive(first);
    owner.step();
    assertEquals(1, owner.sum(EngineCounter.EXPIRED));
    exchange();
    assertEquals(List.of("0 deleted"), told.all);
  }

  @Test
  void shouldSayThatTheOwnerCameToTheRegistrationTooLate() {
    final Told told = Told.watch(front, item);
    front.step();
    front.link.drain((to, message) -> owner.receiveIntoRing(message));
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    exchange();
    assertEquals(List.of("BUSY"), told.all);
  }

  @Test
  void shouldSayThatTheWayIsFullAndGoOnWhenItIsNot() {
    final Told told = Told.watch(front, item);
    front.link.fill();
    front.step();
    clock.advance(StockNode.QUEUE_LIMIT_NS - 1);
    front.step();
    assertEquals(List.of(), told.all);
    clock.advance(Watcher.RENEWAL_NS);
    front.step();
    assertEquals(List.of("BUSY"), told.all);
    front.link.drained();
    clock.advance(StockNode.QUEUE_LIMIT_NS);
    exchange();
    assertEquals(List.of("BUSY", "0 deleted"), told.all);
  }

  @Test
  void shouldSayThatTheOwnerKnowsNoSuchMessage() {
    front.link.peerVersion(1, -1);
    final Told told = Told.watch(front, item);
    exchange();
    assertEquals(List.of("UNSUPPORTED"), told.all);
  }

  @Test
  void shouldSayThatTheServiceTellsNoVersion() {
    owner =
        owner(
            StockNode.context(IDS, "node-1", OWNER)
                .services(
                    decorated((templateId, reply) -> reply.version(ShardWatches.NO_VERSION))));
    final Told told = Told.watch(front, item);
    exchange();
    assertEquals(List.of("FAULT"), told.all);
    assertEquals(0, owner.engine.registrationCount());
  }

  @Test
  void shouldTellWhyTheServiceRefusedTheRead() {
    owner =
        owner(
            StockNode.context(IDS, "node-1", OWNER)
                .services(decorated((templateId, reply) -> reply.refuse(9))));
    final Told told = Told.watch(front, item);
    exchange();
    assertEquals(List.of("0 deleted"), told.all);
    assertEquals(9, told.refusal);
    assertEquals(1, owner.engine.registrationCount());
  }

  @Test
  void shouldForgetARegistrationAtWhichTheServiceThrows() {
    final boolean[] throwing = {false};
    owner =
        owner(
            StockNode.context(IDS, "node-1", OWNER)
                .services(
                    decorated(
                        (templateId, reply) -> {
                          if (throwing[0] && templateId == StockService.COUNT) {
                            throw new IllegalStateException("played by the test");
                          }
                        })));
    final Told told = Told.watch(front, item);
    exchange();
    put(item, 1);
    exchange();
    throwing[0] = true;
    put(item, 1);
    exchange();
    assertEquals(List.of("0 deleted", "1", "FAULT"), told.all);
    assertEquals(0, owner.engine.registrationCount());
    throwing[0] = false;
    renew();
    assertEquals(List.of("0 deleted", "1", "FAULT", "2"), told.all);
  }

  @Test
  void shouldKeepOneRegistrationOfEachNodeWhicheverIncarnation() {
    Told.watch(front, item);
    exchange();
    owner.link.peerUp(0, FRONT + 1);
    final StockNode successor =
        StockNode.launch(clock, StockNode.context(IDS, "node-0", FRONT + 1));
    successor.link.peerUp(1, OWNER);
    final Told told = Told.watch(successor, item);
    successor.step();
    successor.link.drain((to, message) -> owner.receive(message));
    owner.stepShards();
    owner.link.drain((to, message) -> successor.receive(message));
    assertEquals(List.of("0 deleted"), told.all);
    assertEquals(1, owner.engine.registrationCount());
    // A copy of the process before that was held up.
    clock.advance(Watcher.RENEWAL_NS);
    front.step();
    front.link.drain((to, message) -> owner.receive(message));
    put(item, 1);
    owner.link.drain((to, message) -> successor.receive(message));
    assertEquals(List.of("0 deleted", "1"), told.all);
  }

  @Test
  void shouldRefuseWhatCannotBeWatched() {
    final UnsafeBuffer put = new UnsafeBuffer(StockClient.putOne(item));
    assertRefused(put, put.capacity());
    assertRefused(put, MessageHeaderWord.ENCODED_LENGTH - 1);
    assertRefused(new UnsafeBuffer(new byte[1 << 10]), 1 << 10);
    MessageHeaderWord.put(put, 0, MessageHeaderWord.of(8, 99, StockService.SCHEMA_ID, 0));
    assertRefused(put, put.capacity());
    MessageHeaderWord.put(put, 0, MessageHeaderWord.of(8, 3, 99, 0));
    assertRefused(put, put.capacity());
    final UnsafeBuffer count = StockClient.count(item);
    for (int length = 0; length < count.capacity(); length++) {
      assertRefused(count, length);
    }
    assertEquals(0, front.engine.watcher().watchCount());
  }

  @Test
  void shouldRefuseAnotherThread() {
    final Told told = Told.watch(front, item);
    exchange();
    final CompletableFuture<Void> subscribed =
        CompletableFuture.runAsync(() -> Told.watch(front, other));
    assertThrows(RuntimeException.class, subscribed::join);
    final CompletableFuture<Void> closed =
        CompletableFuture.runAsync(() -> told.subscription.close());
    assertThrows(RuntimeException.class, closed::join);
    assertEquals(1, front.engine.watcher().watchCount());
  }

  @Test
  void shouldWatchItemsOfItsOwnNodeWhicheverLoopStepsThem() {
    final StockNode both = StockNode.launch(clock, StockNode.context(IDS, "node-0", FRONT), 0, 2);
    final List<Told> all = new ArrayList<>();
    for (long next = both.itemOwnedBy(0, 0); all.size() < 8; next = both.itemOwnedBy(0, next + 1)) {
      all.add(Told.watch(both, next));
    }
    for (int round = 0; round < 4; round++) {
      for (final Told told : all) {
        both.stocks(1).put(clock.nanoTime(), told.itemId, 1, answers, 0);
        stepBoth(both);
        clock.advance(StockNode.QUEUE_LIMIT_NS);
      }
    }
    for (final Told told : all) {
      assertEquals("4", told.last());
    }
    assertEquals(0, both.sum(EngineCounter.REPLIES_LATE));
  }

  private void stepBoth(final StockNode both) {
    for (int turn = 0; turn < 2; turn++) {
      both.engine.watcher().doWork(clock.nanoTime());
      for (int loop = 0; loop < 2; loop++) {
        both.engine.ingress(loop).doWork(clock.nanoTime());
        both.engine.shardAgent(loop).doWork(clock.nanoTime());
      }
    }
  }

  private void assertRefused(final UnsafeBuffer payload, final int length) {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            front
                .engine
                .watcher()
                .subscribe(
                    0,
                    StockClient.placementHash(item),
                    StockClient.entityHash(item),
                    payload,
                    0,
                    length,
                    null));
  }

  private static ServiceDefinition decorated(final DecoratedService.After after) {
    return new DecoratedDefinition(
        StockService.definition(), service -> new DecoratedService(service, after));
  }

  private void put(final long itemId, final long quantity) {
    owner.stocks.put(clock.nanoTime(), itemId, quantity, answers, 0);
    owner.step();
  }

  private void take(final long itemId, final long quantity) {
    owner.stocks.take(clock.nanoTime(), itemId, quantity, new byte[0], answers, 0);
    owner.step();
  }

  private void restartOwner() {
    owner = owner(OWNER + 1);
    front.link.peerUp(1, OWNER + 1);
  }

  private StockNode owner(final long incarnation) {
    return owner(StockNode.context(IDS, "node-1", incarnation));
  }

  private StockNode owner(final ContextBuilder context) {
    final StockNode made = StockNode.launch(clock, context);
    made.link.peerUp(0, FRONT);
    return made;
  }

  private void renew() {
    clock.advance(Watcher.RENEWAL_NS);
    exchange();
  }

  private void exchange() {
    front.step();
    front.link.drain((to, message) -> owner.receive(message));
    owner.step();
    owner.link.drain((to, message) -> front.receive(message));
    front.step();
  }
}
