package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.CopiedState;
import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ForwardingService;
import io.tally.engine.Outcome;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots that another thread asks for, and the shard's own thread writes. */
@Timeout(10)
final class ShardSnapshotsTest {
  private static final List<String> ALONE = List.of("node-0");
  private static final int ITEMS = 4_000;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final List<Boolean> ends = new ArrayList<>();
  private final SnapshotCompletion completion = (shardId, isWhole) -> ends.add(isWhole);
  private final StockNode node = StockNode.launch(clock, StockNode.context(ALONE, "node-0", 1));

  @Test
  void shouldFinishWithoutTraffic() {
    // Keys would have the shard stepped to sweep them.
    for (long item = 0; item < ITEMS; item++) {
      node.stocks.put(clock.nanoTime(), item, 1, answers, 0);
      node.step();
    }
    assertEquals(SteppedAgent.NEVER, node.engine.shardAgent(0).nextStepNs());
    final KeptRecords records = new KeptRecords();
    assertTrue(node.engine.snapshot(0, records, completion));
    assertNotEquals(0, node.wakes[0]);
    int steps = 0;
    node.stepShards();
    while (ends.isEmpty()) {
      final long nextNs = node.engine.shardAgent(0).nextStepNs();
      assertNotEquals(SteppedAgent.NEVER, nextNs);
      assertTrue(
          records.records.isEmpty() || nextNs <= clock.nanoTime(), "the next slice is due at once");
      clock.update(Math.max(nextNs, clock.nanoTime()));
      node.stepShards();
      steps++;
    }
    assertEquals(List.of(true), ends);
    assertTrue(steps > 1, "in slices");
    assertEquals(0, node.sum(EngineCounter.SNAPSHOTS_GIVEN_UP));
    final Shard original = node.engine.ownedShards().findFirst().orElseThrow();
    assertEquals(
        original.slots()[0].service.entityCount(),
        restored(records).slots()[0].service.entityCount());
  }

  @Test
  void shouldFinishAmongCommands() {
    fill();
    final KeptRecords records = new KeptRecords();
    assertTrue(node.engine.snapshot(0, records, completion));
    for (long item = 0; ends.isEmpty(); item++) {
      clock.update(clock.nanoTime() + StockNode.MS);
      put(item % ITEMS);
    }
    assertEquals(List.of(true), ends);
    restored(records);
  }

  @Test
  void shouldPauseBetweenSlicesOfAShardThatAppliesCommands() {
    fill();
    final KeptRecords records = new SlowRecords();
    assertTrue(node.engine.snapshot(0, records, completion));
    stepUntilBegun(records);
    final int count = records.records.size();
    assertTrue(ends.isEmpty());
    final long dueNs = node.engine.shardAgent(0).nextStepNs();
    final long sliceNs = ShardSnapshots.SLICE_RECORDS * SlowRecords.RECORD_NS;
    assertTrue(dueNs - clock.nanoTime() > (ShardSnapshots.PAUSE_FACTOR - 2) * sliceNs);
    clock.update(dueNs - 1);
    node.stepShards();
    assertEquals(count, records.records.size());
    clock.update(dueNs);
    node.stepShards();
    assertTrue(records.records.size() > count);
  }

  @Test
  void shouldNotPauseBetweenSlicesOfAFrozenShard() {
    fill();
    final KeptRecords records = new SlowRecords();
    assertTrue(node.engine.tryFreeze());
    assertTrue(node.engine.snapshot(0, records, completion));
    stepUntilBegun(records);
    assertTrue(ends.isEmpty());
    assertTrue(node.engine.shardAgent(0).nextStepNs() <= clock.nanoTime());
  }

  @Test
  void shouldWriteOneAtATime() {
    assertTrue(node.engine.snapshot(0, new KeptRecords(), completion));
    assertFalse(node.engine.snapshot(1, new KeptRecords(), completion));
    stepUntilEnd();
    assertTrue(node.engine.snapshot(1, new KeptRecords(), completion));
    ends.clear();
    stepUntilEnd();
    assertEquals(List.of(true), ends);
    node.stepShards();
    assertEquals(SteppedAgent.NEVER, node.engine.shardAgent(0).nextStepNs());
  }

  @Test
  void shouldGiveUpWhenTheSinkIsFullAndGoOnCounting() {
    fill();
    for (final int room : new int[] {0, 1, 2, 10}) {
      ends.clear();
      assertTrue(node.engine.snapshot(0, new KeptRecords(room), completion));
      stepUntilEnd();
      assertEquals(List.of(false), ends);
    }
    assertEquals(4, node.sum(EngineCounter.SNAPSHOTS_GIVEN_UP));
    put(0);
    assertEquals(Outcome.ANSWERED, answers.last().outcome());
  }

  @Test
  void shouldGiveUpWhenTheSinkThrowsInTheMiddleOfACommand() {
    fill();
    final List<Integer> claims = new ArrayList<>();
    final SnapshotSink sink =
        new KeptRecords() {
          @Override
          public int tryClaim(final int length) {
            claims.add(length);
            return super.tryClaim(length);
          }

          @Override
          public void commit() {
            throw new IllegalStateException("played by the test");
          }
        };
    assertTrue(node.engine.snapshot(0, sink, completion));
    for (int i = 0; i < ITEMS && ends.isEmpty(); i++) {
      clock.update(clock.nanoTime() + StockNode.MS);
      put(0);
      assertEquals(Outcome.ANSWERED, answers.last().outcome());
    }
    assertEquals(List.of(false), ends);
    assertEquals(1, claims.size(), "nothing more is asked of a sink that has failed");
  }

  @Test
  void shouldGiveUpWhenTheBufferThrowsInTheMiddleOfACommand() {
    fill();
    final boolean[] broken = new boolean[1];
    final KeptRecords kept = new KeptRecords();
    final SnapshotSink sink =
        new SnapshotSink() {
          @Override
          public boolean hasRoom() {
            return false;
          }

          @Override
          public int tryClaim(final int length) {
            return kept.tryClaim(length);
          }

          @Override
          public MutableDirectBuffer buffer() {
            if (broken[0]) {
              throw new IllegalStateException("played by the test");
            }
            return kept.buffer();
          }

          @Override
          public void commit() {
            kept.commit();
          }
        };
    assertTrue(node.engine.snapshot(node.shard(0), sink, completion));
    node.stepShards();
    node.stepShards();
    assertEquals(List.of(), ends);
    assertFalse(kept.records.isEmpty());
    broken[0] = true;
    clock.update(clock.nanoTime() + StockNode.MS);
    put(0);
    assertEquals(Outcome.ANSWERED, answers.last().outcome());
    stepUntilEnd();
    assertEquals(List.of(false), ends);
    assertEquals(0, node.sum(EngineCounter.SERVICE_FAULTS));
  }

  @Test
  void shouldOutliveACompletionThatThrows() {
    assertTrue(
        node.engine.snapshot(
            0,
            new KeptRecords(),
            (shardId, isWhole) -> {
              ends.add(isWhole);
              throw new IllegalStateException("played by the test");
            }));
    stepUntilEnd();
    assertEquals(List.of(true), ends);
    put(0);
    assertEquals(Outcome.ANSWERED, answers.last().outcome());
  }

  @Test
  void shouldGiveUpWhatIsNotFinishedAtTheEnd() {
    assertTrue(node.engine.snapshot(0, new KeptRecords(), completion));
    node.engine.close();
    assertEquals(List.of(false), ends);
  }

  @Test
  void shouldGiveUpWhenAServiceThrows() {
    final StockNode faulty =
        StockNode.launch(
            clock,
            StockNode.context(ALONE, "node-0", 1)
                .services(
                    new DecoratedDefinition(StockService.definition(), FaultySnapshots::new)));
    assertTrue(faulty.engine.snapshot(0, new KeptRecords(), completion));
    for (int i = 0; ends.isEmpty(); i++) {
      clock.update(clock.nanoTime() + StockNode.MS);
      faulty.stepShards();
    }
    assertEquals(List.of(false), ends);
    assertEquals(1, faulty.sum(EngineCounter.SERVICE_FAULTS));
    assertEquals(1, faulty.sum(EngineCounter.SNAPSHOTS_GIVEN_UP));
  }

  @Test
  void shouldRefuseAShardOfWhichThereCanBeNone() {
    assertThrows(
        IllegalArgumentException.class,
        () -> node.engine.snapshot(StockNode.SHARD_COUNT, new KeptRecords(), completion));
    final StockNode blobs =
        StockNode.launch(
            clock,
            StockNode.context(ALONE, "node-0", 1)
                .settings(StockNode.SETTINGS.withRingSlots(1 << 10).withLongPayloadBytes(1 << 20))
                .services(new BlobService.Definition()));
    assertThrows(
        IllegalArgumentException.class,
        () -> blobs.engine.snapshot(0, new KeptRecords(), completion));
  }

  private Shard restored(final KeptRecords records) {
    final ContextBuilder context = StockNode.context(ALONE, "node-0", 1);
    final StockNode fresh = StockNode.launch(clock, context);
    final Shard shard = fresh.engine.ownedShards().findFirst().orElseThrow();
    final ShardRestore restore = new ShardRestore(shard);
    records.restoreInto(restore);
    restore.activate();
    return shard;
  }

  private void fill() {
    for (long item = 0; item < ITEMS; item++) {
      put(item);
    }
  }

  private void put(final long item) {
    node.stocks.put(clock.nanoTime(), item, 1, WireBytes.ascii("key-" + item), answers, 0);
    node.step();
  }

  private void stepUntilBegun(final KeptRecords records) {
    while (records.records.isEmpty()) {
      node.stepShards();
    }
  }

  private void stepUntilEnd() {
    while (ends.isEmpty()) {
      clock.update(clock.nanoTime() + StockNode.MS);
      node.stepShards();
    }
  }

  /** Each record takes a time. */
  private final class SlowRecords extends KeptRecords {
    private static final long RECORD_NS = 100;

    @Override
    public void commit() {
      super.commit();
      clock.update(clock.nanoTime() + RECORD_NS);
    }
  }

  /** Snapshots fail; all else is as it was. */
  private static final class FaultySnapshots extends ForwardingService {
    FaultySnapshots(final ShardService service) {
      super(service);
    }

    @Override
    public SnapshotSource snapshot() {
      return new CopiedState(
          1,
          () -> {
            throw new IllegalStateException("played by the test");
          },
          image -> {});
    }
  }
}
