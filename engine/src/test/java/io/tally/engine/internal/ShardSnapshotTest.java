package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.snapshot.codecs.KeysHeadDecoder;
import io.tally.engine.internal.snapshot.codecs.KeysHeadEncoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadEncoder;
import io.tally.engine.internal.snapshot.codecs.TimerDecoder;
import io.tally.engine.internal.snapshot.codecs.TimerEncoder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.Test;

/**
 * A shard that is restored from a snapshot answers as the one does from which it was taken, and
 * comes to the same state: with timers, refusals, keys that are given back, long replies and
 * budgets that are full.
 */
final class ShardSnapshotTest {
  private static final long MS = StockNode.MS;
  private static final int STEPS = 300;
  private static final int ENTITIES = 6;
  private static final int KEYS = 40;
  private static final int MAX_KEYS = 24;
  private static final int LOOPS = 2;
  private static final int MAX_OUTSTANDING = 40;
  private static final int MUTANT_SEEDS = 200;
  private static final int BLOCK = MessageHeaderEncoder.ENCODED_LENGTH;

  private enum Seen {
    PLACE_REFUSED,
    KEY_REPLAYED,
    KEYS_LIMITED,
    DUPLICATE_ANSWERED,
    LONG_REPLIES_DROPPED
  }

  private static final Set<Seen> ALL_SEEN = EnumSet.noneOf(Seen.class);

  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void shouldGoOnAsTheOriginalDoes(@ForAll final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final List<SnapshotTrial.Step> history = history(random.split());
    final SnapshotTrial trial = trial(random);
    trial.run(history);
    see(Seen.PLACE_REFUSED, trial.isPlaceRefused());
    final EngineStats stats = trial.second.stats;
    see(Seen.KEY_REPLAYED, stats.get(EngineCounter.IDEMPOTENT_REPLAYS) > 0);
    see(Seen.KEYS_LIMITED, stats.get(EngineCounter.IDEMPOTENCY_LIMITED) > 0);
    see(Seen.DUPLICATE_ANSWERED, stats.get(EngineCounter.LANE_DUPLICATES) > 0);
    see(Seen.LONG_REPLIES_DROPPED, stats.get(EngineCounter.LANE_STALE) > 0);
  }

  @AfterProperty
  void shouldHaveSeenAllThatMayDiffer() {
    assertEquals(EnumSet.allOf(Seen.class), ALL_SEEN);
  }

  private static void see(final Seen what, final boolean seen) {
    if (seen) {
      ALL_SEEN.add(what);
    }
  }

  @Test
  void shouldNoticeKeysThatAreHashedWithAnotherSecret() {
    assertNoticed(
        trial ->
            trial.onRecords =
                kept ->
                    kept.edit(
                        KeysHeadDecoder.TEMPLATE_ID,
                        record ->
                            record.putLong(BLOCK + KeysHeadEncoder.secretAEncodingOffset(), 1)));
  }

  @Test
  void shouldNoticeATimeThatIsNotRestored() {
    assertNoticed(
        trial ->
            trial.onRecords =
                kept ->
                    kept.edit(
                        ShardHeadEncoder.TEMPLATE_ID,
                        record ->
                            record.putLong(BLOCK + ShardHeadEncoder.timeNsEncodingOffset(), 1)));
  }

  @Test
  void shouldNoticeATimerOrderThatIsNotRestored() {
    assertNoticed(
        trial ->
            trial.onRecords =
                kept ->
                    kept.edit(
                        TimerDecoder.TEMPLATE_ID,
                        record -> record.putLong(BLOCK + TimerEncoder.orderEncodingOffset(), 0)));
  }

  @Test
  void shouldNoticeATimerThatIsNotShownBeforeItMoves() {
    assertNoticed(
        trial ->
            trial.onBegin = shard -> shard.services().forEach(slot -> slot.timers.showing(null)));
  }

  @Test
  void shouldNoticeKeysThatAreNotShownBeforeTheyExpire() {
    assertNoticed(trial -> trial.onBegin = shard -> shard.keys().showing(null));
  }

  private void assertNoticed(final Consumer<SnapshotTrial> mistake) {
    for (long seed = 1; seed <= MUTANT_SEEDS; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final List<SnapshotTrial.Step> history = history(random.split());
      final SnapshotTrial trial = trial(random);
      mistake.accept(trial);
      try {
        trial.run(history);
      } catch (final AssertionError | RuntimeException noticed) {
        return;
      }
    }
    throw new AssertionError("not noticed in " + MUTANT_SEEDS + " histories");
  }

  private static SnapshotTrial trial(final SplittableRandom random) {
    final boolean isLong = random.nextInt(3) > 0;
    final SplittableRandom budgets = random.split();
    return new SnapshotTrial(
        random,
        places -> {
          final NoteDefinition notes = new NoteDefinition(new CountedBudget(budgets.nextInt(6)));
          final ServiceDefinition stock = StockService.definition();
          final ReplyRoom keyRoom = new ReplyRoom(budgets.nextInt(20_000));
          return StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
              .settings(StockNode.SETTINGS.withIdempotency(200 * MS, MAX_KEYS))
              .budgets(
                  new EngineBudgets(
                      new IdempotencyLimit(
                          (1 + budgets.nextInt(2)) * IdempotencyTable.CHUNK_ROWS, keyRoom),
                      new ReplyRoom(budgets.nextInt(20_000)),
                      places))
              .services(isLong ? new LongAnswers(stock) : stock, notes);
        });
  }

  /**
   * Several commands of one time in a row, pauses, copies that come again, keys that come again.
   */
  private static List<SnapshotTrial.Step> history(final SplittableRandom random) {
    final List<SnapshotTrial.Step> steps = new ArrayList<>();
    final long[] sequences = new long[LOOPS];
    final long[] floors = new long[LOOPS];
    long incarnation = SteppedShard.ORIGIN_INCARNATION;
    long nowNs = 0;
    for (int i = 1; i <= STEPS; i++) {
      nowNs += random.nextInt(3) > 0 ? 0 : random.nextInt(40) > 0 ? 5 * MS : 1_500 * MS;
      if (random.nextInt(150) == 0) {
        incarnation++;
        for (int loop = 0; loop < LOOPS; loop++) {
          sequences[loop] = 0;
          floors[loop] = 0;
        }
      }
      final int loop = random.nextInt(LOOPS);
      if (sequences[loop] - floors[loop] >= MAX_OUTSTANDING || random.nextInt(20) == 0) {
        floors[loop] += random.nextLong(sequences[loop] - floors[loop] + 1);
      }
      final boolean isAgain = random.nextInt(5) == 0 && sequences[loop] > floors[loop];
      final long sequence =
          isAgain ? random.nextLong(floors[loop], sequences[loop]) + 1 : ++sequences[loop];
      final long entity = random.nextInt(ENTITIES);
      final byte[] key =
          random.nextInt(3) == 0 ? new byte[0] : ("key-" + random.nextInt(KEYS)).getBytes();
      final byte[] payload = random.nextInt(3) == 0 ? StockClient.putOne(entity) : note(random);
      final Command command =
          SteppedShard.command(incarnation, loop, sequence, floors[loop], entity, key, payload);
      steps.add(new SnapshotTrial.Step(nowNs, command));
    }
    return steps;
  }

  private static byte[] note(final SplittableRandom random) {
    final NoteService.Op[] ops = NoteService.Op.values();
    return NoteService.note(
        ops[random.nextInt(ops.length)],
        random.nextInt(12),
        random.nextInt(4) == 0 ? -MS : 5 * MS * random.nextInt(8));
  }
}
