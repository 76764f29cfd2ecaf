package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterCommands;
import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterOperations;
import io.tally.counter.CounterRequest;
import io.tally.counter.codecs.Condition;
import io.tally.engine.Places;
import io.tally.engine.StableHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The counters come to the same values by the same commands and the same answers to their questions
 * for places, however full the process is. In this package, because it applies commands to a shard.
 */
@Timeout(60)
final class CounterReplayTest {
  private static final int STEPS = 300;
  private static final int IDS = 12;
  private static final int HISTORIES = 50;
  private static final byte[] NO_KEY = new byte[0];

  @Test
  void shouldComeToTheSameValues() {
    int refusals = 0;
    for (long seed = 1; seed <= HISTORIES; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final List<SnapshotTrial.Step> history = history(random);
      final List<Boolean> answers = new ArrayList<>();
      final List<String> first =
          run(
              history,
              random.nextInt(2 * IDS),
              budget -> {
                answers.add(budget.tryTake());
                return answers.get(answers.size() - 1);
              },
              random);
      final Queue<Boolean> given = new ArrayDeque<>(answers);
      final List<String> second =
          run(
              history,
              random.nextInt(2 * IDS),
              budget -> {
                final boolean answer = given.remove();
                if (answer) {
                  budget.take();
                }
                return answer;
              },
              random);
      assertEquals(first, second, "seed " + seed);
      assertTrue(given.isEmpty(), "seed " + seed);
      refusals += answers.contains(false) ? 1 : 0;
    }
    assertTrue(refusals > 0 && refusals < HISTORIES, "refusals in " + refusals);
  }

  @Test
  void shouldGoOnFromASnapshotAsTheOriginalDoes() {
    int refusals = 0;
    for (long seed = 1; seed <= HISTORIES; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final List<SnapshotTrial.Step> history = history(random);
      final SnapshotTrial trial =
          new SnapshotTrial(random, places -> context(random.nextInt(2 * IDS), places));
      trial.run(history);
      refusals += trial.isPlaceRefused() ? 1 : 0;
    }
    assertTrue(refusals > 0 && refusals < HISTORIES, "refusals in " + refusals);
  }

  @Test
  void shouldGiveItsPlacesBackAtTheEndOfItsShard() {
    final CounterLimit limit = new CounterLimit(1);
    final SteppedShard shard = new SteppedShard(context(limit, Places.ASKED));
    shard.apply(0, SteppedShard.command(1, hash(0), NO_KEY, increment(0, 1)));
    assertFalse(limit.tryTake());
    shard.shard.close();
    assertTrue(limit.tryTake());
    assertFalse(limit.tryTake());
  }

  private static List<String> run(
      final List<SnapshotTrial.Step> history,
      final long maxCounters,
      final Places places,
      final SplittableRandom random) {
    final SteppedShard shard = new SteppedShard(context(maxCounters, places));
    for (final SnapshotTrial.Step step : history) {
      shard.shard.sweepKeys(step.nowNs(), random.nextInt(2));
      shard.apply(step.nowNs(), step.command());
    }
    return shard.replies;
  }

  private static ContextBuilder context(final long maxCounters, final Places places) {
    return context(new CounterLimit(maxCounters), places);
  }

  private static ContextBuilder context(final CounterLimit limit, final Places places) {
    return StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
        .settings(StockNode.SETTINGS.withRingSlots(64))
        .services(new CounterDefinition(limit))
        .places(places);
  }

  /** At its end, every counter is read. */
  private static List<SnapshotTrial.Step> history(final SplittableRandom random) {
    final List<SnapshotTrial.Step> steps = new ArrayList<>();
    long nowNs = 0;
    for (int i = 1; i <= STEPS; i++) {
      nowNs += random.nextLong(StockNode.MS);
      final byte[] key =
          random.nextBoolean() ? NO_KEY : WireBytes.ascii("key-" + random.nextInt(100));
      final int id = random.nextInt(IDS);
      final byte[] payload = write("counter-" + id, random);
      steps.add(new SnapshotTrial.Step(nowNs, SteppedShard.command(i, hash(id), key, payload)));
    }
    for (int id = 0; id < IDS; id++) {
      steps.add(
          new SnapshotTrial.Step(nowNs, SteppedShard.command(0, hash(id), NO_KEY, getValue(id))));
    }
    return steps;
  }

  private static byte[] write(final String id, final SplittableRandom random) {
    // Large enough that some sums overflow.
    final long number = random.nextLong() >> random.nextInt(8);
    final CounterRequest request = new CounterRequest().amount(number).value(number);
    switch (random.nextInt(4)) {
      case 0 -> request.ttlOnce(1 + random.nextInt(30));
      case 1 -> request.ttlAlways(1 + random.nextInt(30));
      case 2 -> request.clearTtl();
      default -> request.keepTtl();
    }
    if (random.nextInt(4) == 0) {
      request.condition(
          random.nextBoolean() ? Condition.IF_MATCH : Condition.IF_NOT_MATCH,
          SteppedShard.INCARNATION,
          1 + random.nextInt(STEPS / 4));
    }
    return switch (random.nextInt(9)) {
      case 8 -> operations(number, random);
      case 0 -> CounterCommands.incrementWith(id, request.saturate(random.nextBoolean()));
      case 1 -> CounterCommands.incrementWith(id, request.max(number));
      case 2 -> CounterCommands.set(id, request);
      case 3 -> CounterCommands.delete(id, request);
      case 4 -> CounterCommands.limit(id, request.window(3, 1 + random.nextInt(30)));
      case 5, 6 -> CounterCommands.limit(id, request.rate(7, 20, 1 + random.nextInt(5)));
      default -> CounterCommands.increment(id, number);
    };
  }

  /** Some have no room for a new counter, are beyond a bound or overflow. */
  private static byte[] operations(final long number, final SplittableRandom random) {
    final CounterOperations operations = new CounterOperations();
    for (int i = random.nextInt(4); i >= 0; i--) {
      final byte[] id = WireBytes.ascii("counter-" + random.nextInt(IDS));
      final CounterRequest request = new CounterRequest().amount(number).max(Long.MAX_VALUE - 1);
      operations.increment(id, 0, id.length, random.nextInt(9));
      operations.incrementWith(id, 0, id.length, request.ttlOnce(1 + random.nextInt(30)));
    }
    return CounterCommands.operations(operations);
  }

  private static long hash(final int id) {
    return StableHash.hash("counter-" + id);
  }

  private static byte[] increment(final int id, final long amount) {
    return CounterCommands.increment("counter-" + id, amount);
  }

  private static byte[] getValue(final int id) {
    return CounterCommands.get("counter-" + id);
  }
}
