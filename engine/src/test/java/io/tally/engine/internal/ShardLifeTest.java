package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Outcome;
import io.tally.engine.internal.codecs.ReplyCode;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node's incarnation, a shard's, and whether a node is up: three facts apart. */
@Timeout(10)
final class ShardLifeTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final long NODE = 50;
  private static final long PEER = 60;
  private static final long KEYS = 1 << 14;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final IdempotencyLimit keyLimit = new IdempotencyLimit(KEYS);
  private final StockNode node =
      StockNode.launch(
          clock,
          StockNode.context(IDS, "node-0", NODE)
              .services(StockService.definition())
              .keys(keyLimit)
              .lives(ShardLifeTest::firstLife, false));
  private final long local = node.itemOwnedBy(0, 0);
  private final long remote = node.itemOwnedBy(1, 0);

  /** Below the node's for some shards, above it for others. */
  private static long firstLife(final int shardId) {
    return shardId % 2 == 0 ? NODE - 7 + shardId : NODE + 7 + shardId;
  }

  @Test
  void shouldAnswerInTheIncarnationOfTheShard() {
    put(local, 1);
    node.step();
    assertEquals(firstLife(node.shard(local)), answers.last().shardIncarnation());
    for (int shard = 0; shard < StockNode.SHARD_COUNT; shard++) {
      final boolean isOwned = node.engine.routingTable().nodeIndex(shard) == 0;
      assertEquals(isOwned ? firstLife(shard) : 0, node.engine.routingTable().incarnation(shard));
    }
  }

  @Test
  void shouldAddressALifeThatHasNothingToDoWithItsNode() {
    for (final long life : new long[] {PEER - 30, PEER + 30}) {
      node.link.peerUpWithUnknownShards(1, PEER);
      assertTrue(node.link.shard(node.shard(remote), life));
      put(remote, life);
      final byte[] command = node.link.drained().get(0);
      assertEquals(life, Messages.decode(command).shardIncarnation);
      assertEquals(1, Messages.decode(command).laneSequence, "of a lane to this life");
      receive(command, ReplyCode.ANSWERED, life);
      assertEquals(life, answers.last().shardIncarnation());
    }
  }

  @Test
  void shouldHandNothingOverUntilTheShardsIncarnationIsKnown() {
    node.link.peerUpWithUnknownShards(1, PEER);
    put(remote, 1);
    put(remote, 2);
    clock.advance(StockNode.QUEUE_LIMIT_NS - 1);
    node.stepIngress();
    assertEquals(List.of(), node.link.drained());
    assertEquals(List.of(), answers.outcomes());
    node.link.shard(node.shard(remote), 5);
    node.stepIngress();
    assertEquals(2, node.link.drained().size());
    assertEquals(List.of(), answers.outcomes());
  }

  @Test
  void shouldRefuseAfterTheQueueLimitWhatWaitedForAnIncarnation() {
    node.link.peerUpWithUnknownShards(1, PEER);
    put(remote, 1);
    clock.advance(StockNode.QUEUE_LIMIT_NS);
    node.stepIngress();
    assertEquals(List.of(Outcome.BUSY), answers.outcomes(), "certainly not applied");
    assertEquals(List.of(), node.link.drained());
  }

  @Test
  void shouldGoOnInTheSameLaneWhenASilentPeerReturns() {
    node.link.peerUp(1, PEER);
    put(remote, 1);
    put(remote, 2);
    final List<byte[]> first = node.link.drained();
    node.link.peerDown(1);
    put(remote, 3);
    assertEquals(List.of(Outcome.NO_OWNER), answers.outcomes());
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertEquals(List.of(), node.link.drained());
    node.link.peerUp(1, PEER);
    receive(first.get(0), ReplyCode.ANSWERED, PEER);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    final List<byte[]> again = node.link.drained();
    assertEquals(2, Messages.decode(again.get(0)).laneSequence, "the same as before");
    put(remote, 4);
    assertEquals(3, Messages.decode(node.link.drained().get(0)).laneSequence);
    assertEquals(0, node.sum(EngineCounter.INCARNATION_CHANGES));
  }

  @Test
  void shouldBeginANewLifeWithNothingInIt() {
    putKeyed(local, 1, "key");
    put(local, 2);
    node.step();
    assertEquals(2, answers.last().left());
    assertTrue(node.engine.idempotencyKeyCount() > 0);
    final int shard = node.shard(local);
    assertTrue(node.engine.tryRenew(shard, 1_000));
    assertEquals(1, node.link.shardsChangedCount());
    assertEquals(1_000, node.engine.routingTable().incarnation(shard));
    assertEquals(0, node.engine.idempotencyKeyCount());
    assertEquals(0, keyLimit.acquired(), "the room of its keys is given back");
    putKeyed(local, 3, "key");
    node.step();
    assertEquals(1_000, answers.last().shardIncarnation());
    assertEquals(1, answers.last().left(), "neither the state nor the key was kept");
    assertEquals(1, node.sum(EngineCounter.INCARNATION_CHANGES));
  }

  @Test
  void shouldEndAsUnknownWhatWasHandedToTheLifeBefore() {
    put(local, 1);
    assertTrue(node.engine.tryRenew(node.shard(local), 1_000));
    put(local, 2);
    node.step();
    node.step();
    assertEquals(List.of(Outcome.TIMEOUT, Outcome.ANSWERED), answers.outcomes());
    assertEquals(1, answers.last().left(), "the first one was not applied to the new life");
  }

  @Test
  void shouldBeginOnlyANewerLifeOfAnOwnedShard() {
    final int shard = node.shard(local);
    assertThrows(
        IllegalArgumentException.class, () -> node.engine.tryRenew(shard, firstLife(shard)));
    assertThrows(
        IllegalArgumentException.class, () -> node.engine.tryRenew(node.shard(remote), 1_000));
  }

  @Test
  void shouldTakeFromARefusalOnlyThatItsOwnLifeIsOver() {
    final int shard = node.shard(remote);
    node.link.peerUp(1, PEER);
    put(remote, 1);
    receive(node.link.drained().get(0), ReplyCode.WRONG_INCARNATION, Long.MAX_VALUE);
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
    put(remote, 2);
    assertEquals(List.of(), node.link.drained(), "that life is over, and the next is not known");
    node.link.shard(shard, PEER + 1);
    node.stepIngress();
    final Command next = Messages.decode(node.link.drained().get(0));
    assertEquals(PEER + 1, next.shardIncarnation, "not what the refusal said");
    assertEquals(1, next.laneSequence);
    assertEquals(1, node.sum(EngineCounter.INCARNATION_CHANGES));
  }

  @Test
  void shouldNotTakeAnAnswerOfAnotherLife() {
    node.link.peerUp(1, PEER);
    put(remote, 1);
    final byte[] command = node.link.drained().get(0);
    receive(command, ReplyCode.ANSWERED, PEER + 1);
    assertEquals(List.of(), answers.outcomes());
    assertEquals(1, node.sum(EngineCounter.REPLIES_LATE));
    receive(command, ReplyCode.ANSWERED, PEER);
    assertEquals(List.of(Outcome.ANSWERED), answers.outcomes());
  }

  private void receive(final byte[] command, final ReplyCode code, final long life) {
    assertEquals(
        InboundHandler.ACCEPTED,
        node.receive(Messages.reply(Messages.decode(command), life, code, 0, false, new byte[0])));
  }

  private void put(final long itemId, final long cookie) {
    node.stocks.put(clock.nanoTime(), itemId, 1, answers, cookie);
  }

  private void putKeyed(final long itemId, final long cookie, final String key) {
    node.stocks.put(clock.nanoTime(), itemId, 1, WireBytes.ascii(key), answers, cookie);
  }
}
