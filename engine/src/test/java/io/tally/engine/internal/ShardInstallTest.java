package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The shards of a whole engine stand still, are saved, and go on in another engine. */
@Timeout(10)
final class ShardInstallTest {
  private static final List<String> ALONE = List.of("node-0");
  private static final byte[] KEY = WireBytes.ascii("key");
  private static final long LIFE = 7;
  private static final int ITEMS = 1_000;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final List<Boolean> ends = new ArrayList<>();
  private final SnapshotCompletion completion = (shardId, isWhole) -> ends.add(isWhole);
  private final StockNode node = StockNode.launch(clock, StockNode.context(ALONE, "node-0", LIFE));

  @Test
  void shouldGoOnInTheSameLifeWithStateAndKeys() {
    put(node, 1, KEY);
    put(node, 1, new byte[0]);
    assertEquals(2, answers.last().left());
    final TreeMap<Integer, KeptRecords> saved = freezeAndSave();
    final StockNode next = installed(saved, LIFE);
    put(next, 1, KEY);
    assertEquals(1, answers.last().left(), "the answer of then");
    assertEquals(1, next.sum(EngineCounter.IDEMPOTENT_REPLAYS));
    put(next, 1, new byte[0]);
    assertEquals(3, answers.last().left());
    assertEquals(LIFE, answers.last().shardIncarnation());
  }

  @Test
  void shouldGoOnInANewLifeThatIsVisible() {
    put(node, 1, new byte[0]);
    final StockNode next = installed(freezeAndSave(), LIFE + 2);
    put(next, 1, new byte[0]);
    assertEquals(2, answers.last().left());
    assertEquals(LIFE + 2, answers.last().shardIncarnation());
  }

  @Test
  void shouldNotBeginToKeepTheStateOfAServiceThatCannotShowIt() {
    final ContextBuilder context =
        StockNode.context(ALONE, "node-0", LIFE)
            .settings(StockNode.SETTINGS.withRingSlots(256).withLongPayloadBytes(132_000))
            .services(new BlobService.Definition())
            .lives(shardId -> LIFE, true);
    final IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> StockNode.launch(clock, context));
    assertTrue(refusal.getMessage().contains("has no snapshots"), refusal::getMessage);
  }

  @Test
  void shouldApplyNothingOnceFrozen() {
    put(node, 1, new byte[0]);
    assertTrue(node.engine.tryFreeze());
    assertTrue(node.engine.tryFreeze(), "as often as one likes");
    node.stocks.put(clock.nanoTime(), 1, 1, answers, 0);
    for (int i = 0; i < 3; i++) {
      clock.advance(StockNode.ATTEMPT_NS);
      node.step();
    }
    assertEquals(1, answers.outcomes().size());
    assertTrue(node.sum(EngineCounter.SHARD_STANDS_STILL) > 0);
  }

  @Test
  void shouldFreezeAtTheTimeOfNow() {
    put(node, 1, KEY);
    clock.advance(node.context.settings().keptKeyNs() - StockNode.MS);
    final StockNode next = installed(freezeAndSave(), LIFE);
    put(next, 1, KEY);
    assertEquals(1, answers.last().left());
    clock.advance(2 * StockNode.MS);
    put(next, 1, KEY);
    assertEquals(2, answers.last().left(), "the key has aged while its shard was idle");
  }

  @Test
  void shouldNotCountTheTimeOfTheLoadForKeys() {
    put(node, 1, KEY);
    final StockNode next = restored(freezeAndSave(), LIFE);
    clock.advance(node.context.settings().keptKeyNs());
    next.step();
    clock.advance(node.context.settings().keptKeyNs());
    assertTrue(next.engine.tryActivate());
    clock.advance(node.context.settings().keptKeyNs() - 1);
    put(next, 1, KEY);
    assertEquals(1, answers.last().left(), "the answer of then");
    clock.advance(1);
    put(next, 1, KEY);
    assertEquals(2, answers.last().left());
  }

  @Test
  void shouldApplyNothingBeforeItIsActive() {
    final StockNode next =
        StockNode.launch(
            clock, StockNode.context(ALONE, "node-0", LIFE).lives(shardId -> LIFE, true));
    next.stocks.put(clock.nanoTime(), 1, 1, answers, 0);
    next.step();
    assertEquals(List.of(), answers.outcomes());
    assertEquals(1, next.sum(EngineCounter.SHARD_STANDS_STILL));
    assertThrows(IllegalStateException.class, next.engine::tryFreeze);
    assertThrows(
        IllegalStateException.class, () -> next.engine.snapshot(0, new KeptRecords(), completion));
    assertTrue(next.engine.tryActivate());
    clock.advance(StockNode.ATTEMPT_NS);
    next.step();
    assertEquals(List.of(Outcome.ANSWERED), answers.outcomes());
    assertThrows(IllegalStateException.class, () -> next.engine.restore(0));
  }

  @Test
  void shouldKeepANewLifeStandingWithTheOthers() {
    final StockNode next =
        StockNode.launch(
            clock, StockNode.context(ALONE, "node-0", LIFE).lives(shardId -> LIFE, true));
    assertTrue(next.engine.tryRenew(next.shard(1), LIFE + 1));
    next.stocks.put(clock.nanoTime(), 1, 1, answers, 0);
    next.step();
    assertEquals(List.of(), answers.outcomes());
    assertTrue(next.engine.tryActivate());
    clock.advance(StockNode.ATTEMPT_NS);
    next.step();
    assertEquals(List.of(Outcome.ANSWERED), answers.outcomes());
  }

  @Test
  void shouldNotActivateAPartOfAState() {
    put(node, 1, new byte[0]);
    final KeptRecords records = freezeAndSave().get(0);
    final StockNode next =
        StockNode.launch(
            clock, StockNode.context(ALONE, "node-0", LIFE).lives(shardId -> LIFE, true));
    final ShardRestore restore = next.engine.restore(0);
    records.records.remove(records.records.size() - 1);
    records.restoreInto(restore);
    assertThrows(IllegalArgumentException.class, restore::finish);
    assertThrows(IllegalStateException.class, next.engine::tryActivate);
  }

  @Test
  void shouldBeToldIfAnotherThreadIsInside() {
    final List<Boolean> frozen = new ArrayList<>();
    assertTrue(
        node.engine.snapshot(
            0, new KeptRecords(), (shardId, isWhole) -> frozen.add(node.engine.tryFreeze())));
    stepUntil(frozen);
    assertEquals(List.of(false), frozen);
    assertTrue(node.engine.tryFreeze());
  }

  @Test
  void shouldBeginEachSnapshotAtOnceAlsoWhileKeysAreSwept() {
    put(node, 1, KEY);
    for (int i = 0; i < 5; i++) {
      ends.clear();
      assertTrue(node.engine.snapshot(0, new KeptRecords(), completion));
      node.stepShards();
      node.stepShards();
      assertEquals(List.of(true), ends, "without waiting for the next sweep");
    }
  }

  @Test
  void shouldWriteSlicesOnlyWhileTheSinkHasRoom() {
    for (long item = 0; item < ITEMS; item++) {
      put(node, item, new byte[0]);
    }
    final HesitantSink sink = new HesitantSink();
    final int shardId = node.shard(1);
    assertTrue(node.engine.snapshot(shardId, sink, completion));
    node.stepShards();
    node.stepShards();
    final int begun = sink.records.size();
    assertTrue(begun > 0, "the heads of the parts come without being asked");
    for (int i = 0; i < 5; i++) {
      final long nextNs = node.engine.shardAgent(0).nextStepNs();
      assertEquals(
          TimeUnit.MILLISECONDS.toNanos(1), nextNs - clock.nanoTime(), "soon, without spinning");
      clock.update(nextNs);
      node.stepShards();
    }
    assertEquals(begun, sink.records.size());
    put(node, 1, new byte[0]);
    assertTrue(sink.records.size() > begun, "what changes is shown at once");
    sink.room = 10;
    node.stepShards();
    clock.advance(StockNode.MS);
    node.stepShards();
    final int paced = sink.records.size();
    assertTrue(sink.asked > 10 && paced < ITEMS / StockNode.SHARD_COUNT, "" + paced);
    assertEquals(List.of(), ends);
    sink.room = Integer.MAX_VALUE;
    clock.advance(StockNode.MS);
    stepUntil(ends);
    assertEquals(List.of(true), ends);
  }

  private void put(final StockNode at, final long item, final byte[] key) {
    at.stocks.put(clock.nanoTime(), item, 1, key, answers, 0);
    at.step();
    assertEquals(Outcome.ANSWERED, answers.last().outcome());
  }

  private TreeMap<Integer, KeptRecords> freezeAndSave() {
    assertTrue(node.engine.tryFreeze());
    final TreeMap<Integer, KeptRecords> saved = new TreeMap<>();
    for (int shard = 0; shard < StockNode.SHARD_COUNT; shard++) {
      ends.clear();
      saved.put(shard, new KeptRecords());
      assertTrue(node.engine.snapshot(shard, saved.get(shard), completion));
      stepUntil(ends);
      assertEquals(List.of(true), ends);
    }
    return saved;
  }

  private StockNode installed(final TreeMap<Integer, KeptRecords> saved, final long life) {
    final StockNode next = restored(saved, life);
    assertTrue(next.engine.tryActivate());
    return next;
  }

  private StockNode restored(final TreeMap<Integer, KeptRecords> saved, final long life) {
    final StockNode next =
        StockNode.launch(
            clock, StockNode.context(ALONE, "node-0", LIFE + 1).lives(shardId -> life, true));
    saved.forEach(
        (shardId, records) -> {
          final ShardRestore restore = next.engine.restore(shardId);
          records.restoreInto(restore);
          restore.finish();
        });
    return next;
  }

  private void stepUntil(final List<Boolean> isOver) {
    while (isOver.isEmpty()) {
      clock.update(clock.nanoTime() + StockNode.MS);
      node.stepShards();
    }
  }

  /** Has room for a few more records whenever a test says so. */
  private static final class HesitantSink extends KeptRecords {
    int room;
    int asked;

    @Override
    public boolean hasRoom() {
      asked++;
      return room > 0;
    }

    @Override
    public int tryClaim(final int length) {
      room = room == Integer.MAX_VALUE ? room : Math.max(0, room - 1);
      return super.tryClaim(length);
    }
  }
}
