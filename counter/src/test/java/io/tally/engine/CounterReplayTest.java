package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.agrona.ExpandableArrayBuffer;
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
    shard.apply(0, SteppedShard.command(1, 0, NO_KEY, increment(0, 1)));
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

  private static EngineContext context(final long maxCounters, final Places places) {
    return context(new CounterLimit(maxCounters), places);
  }

  private static EngineContext context(final CounterLimit limit, final Places places) {
    final EngineContext context =
        StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
            .services(new CounterDefinition(limit));
    context.places = places;
    return context;
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
      // Large enough that some sums overflow.
      final byte[] payload = increment(id, random.nextLong() >> random.nextInt(8));
      steps.add(new SnapshotTrial.Step(nowNs, SteppedShard.command(i, id, key, payload)));
    }
    for (int id = 0; id < IDS; id++) {
      steps.add(new SnapshotTrial.Step(nowNs, SteppedShard.command(0, id, NO_KEY, getValue(id))));
    }
    return steps;
  }

  private static byte[] increment(final int id, final long amount) {
    final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    final byte[] name = WireBytes.ascii("counter-" + id);
    final IncrementEncoder encoder =
        new IncrementEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .amount(amount)
            .putCounterId(name, 0, name.length);
    return bytes(buffer, MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength());
  }

  private static byte[] getValue(final int id) {
    final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    final byte[] name = WireBytes.ascii("counter-" + id);
    final GetValueEncoder encoder =
        new GetValueEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .putCounterId(name, 0, name.length);
    return bytes(buffer, MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength());
  }

  private static byte[] bytes(final ExpandableArrayBuffer buffer, final int length) {
    final byte[] bytes = new byte[length];
    buffer.getBytes(0, bytes);
    return bytes;
  }
}
