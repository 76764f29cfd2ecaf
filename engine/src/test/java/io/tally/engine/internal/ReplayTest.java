package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.Places;
import io.tally.engine.ServiceDefinition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;

/**
 * What a shard answers, and the state that it comes to, follows from its commands, their times, and
 * the answers to its questions for places; not from how the commands were cut into batches, when
 * timers and sweeps had their turn, and how full the budgets are.
 */
final class ReplayTest {
  private static final long MS = StockNode.MS;
  private static final int STEPS = 300;
  private static final int ENTITIES = 6;
  private static final int KEYS = 40;
  private static final int MAX_KEYS = 24;

  private record Step(long nowNs, Command command) {}

  private enum Seen {
    PLACE_REFUSED,
    REPLAYED,
    KEYS_LIMITED,
    TIMER_LEFT
  }

  private static final Set<Seen> ALL_SEEN = EnumSet.noneOf(Seen.class);

  private final List<StockService> stocks = new ArrayList<>();

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void shouldComeToTheSameStateByTheSameCommands(@ForAll final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final List<Step> history = history(random.split());

    final List<Boolean> answers = new ArrayList<>();
    final NoteDefinition firstNotes = new NoteDefinition(new CountedBudget(3));
    final SteppedShard first =
        shard(
            firstNotes,
            IdempotencyTable.CHUNK_ROWS,
            budget -> {
              answers.add(budget.tryTake());
              return answers.get(answers.size() - 1);
            });
    run(first, history, random.split());

    final Queue<Boolean> given = new ArrayDeque<>(answers);
    final NoteDefinition secondNotes = new NoteDefinition(new CountedBudget(random.nextInt(9)));
    final SteppedShard second =
        shard(
            secondNotes,
            random.nextInt(2) * IdempotencyTable.CHUNK_ROWS,
            budget -> {
              final boolean answer = given.remove();
              if (answer) {
                budget.take();
              }
              return answer;
            });
    run(second, history, random.split());

    assertEquals(first.replies, second.replies);
    assertEquals(STEPS, first.replies.size());
    assertTrue(given.isEmpty(), "fewer places were asked for");
    assertEquals(firstNotes.services.get(0).digest(), secondNotes.services.get(0).digest());
    for (long item = 0; item < ENTITIES; item++) {
      assertEquals(stocks.get(0).left(item), stocks.get(1).left(item));
    }
    stocks.clear();
    see(Seen.PLACE_REFUSED, answers.contains(false));
    see(Seen.REPLAYED, first.stats.get(EngineCounter.IDEMPOTENT_REPLAYS) > 0);
    see(Seen.KEYS_LIMITED, first.stats.get(EngineCounter.IDEMPOTENCY_LIMITED) > 0);
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

  private SteppedShard shard(
      final NoteDefinition notes, final long maxKeysOfProcess, final Places places) {
    final ServiceDefinition stock =
        new DecoratedDefinition(
            StockService.definition(),
            service -> {
              stocks.add((StockService) service);
              return service;
            });
    return new SteppedShard(
        StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
            .settings(StockNode.SETTINGS.withIdempotency(200 * MS, MAX_KEYS))
            .keys(new IdempotencyLimit(maxKeysOfProcess))
            .places(places)
            .services(stock, notes));
  }

  /** Several commands of one time in a row, short and long pauses, and keys that come again. */
  private static List<Step> history(final SplittableRandom random) {
    final List<Step> steps = new ArrayList<>();
    long nowNs = 0;
    for (int i = 1; i <= STEPS; i++) {
      nowNs += random.nextInt(3) > 0 ? 0 : random.nextInt(40) > 0 ? 5 * MS : 1_500 * MS;
      final long entity = random.nextInt(ENTITIES);
      final byte[] key =
          random.nextInt(3) == 0 ? new byte[0] : ("key-" + random.nextInt(KEYS)).getBytes();
      final byte[] payload = random.nextInt(3) == 0 ? StockClient.putOne(entity) : note(random);
      steps.add(new Step(nowNs, SteppedShard.command(i, entity, key, payload)));
    }
    return steps;
  }

  private static byte[] note(final SplittableRandom random) {
    final NoteService.Op[] ops = NoteService.Op.values();
    return NoteService.note(
        ops[random.nextInt(ops.length)],
        random.nextInt(12),
        random.nextInt(4) == 0 ? -MS : random.nextLong(40 * MS));
  }

  /** Applies a history as a poller does, which the test has come at times of its own choice. */
  private static void run(
      final SteppedShard target, final List<Step> history, final SplittableRandom random) {
    long lastNs = -1;
    for (final Step step : history) {
      final boolean isNews = lastNs < step.nowNs;
      while (lastNs < step.nowNs && random.nextInt(3) == 0) {
        // Polls without commands.
        lastNs += 1 + random.nextLong(step.nowNs - lastNs);
        target.shard.fireTimers(lastNs, random.nextInt(3));
      }
      // A new poll, or the same one that goes on.
      if (isNews || random.nextBoolean()) {
        while (!target.shard.fireTimers(step.nowNs, 1 + random.nextInt(3))) {
          see(Seen.TIMER_LEFT, true);
        }
      }
      lastNs = step.nowNs;
      if (random.nextInt(4) == 0) {
        target.shard.sweepKeys(step.nowNs, random.nextInt(100));
      }
      target.apply(step.nowNs, step.command);
    }
    while (!target.shard.fireTimers(lastNs + 10_000 * MS, 100)) {
      see(Seen.TIMER_LEFT, true);
    }
  }
}
