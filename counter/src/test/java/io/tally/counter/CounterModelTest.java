package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.Detail;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random operations at random times, and each answer as the model has it. */
@Timeout(60)
final class CounterModelTest {
  private static final int HISTORIES = 100;
  private static final int STEPS = 1000;
  private static final int IDS = 5;

  private final Map<CounterStatus, Integer> statuses = new EnumMap<>(CounterStatus.class);

  @Test
  void shouldAnswerAsTheModelDoes() {
    for (long seed = 1; seed <= HISTORIES; seed++) {
      run(seed);
    }
    for (final CounterStatus status : CounterStatus.values()) {
      if (status != CounterStatus.MEMORY_LIMIT && status != CounterStatus.NULL_VAL) {
        assertTrue(statuses.getOrDefault(status, 0) > STEPS / 2, status + " in " + statuses);
      }
    }
  }

  private void run(final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final CounterShard shard = new CounterShard();
    final CounterModel model = new CounterModel();
    final int stepBits = random.nextInt(30);
    final CounterRequest request = new CounterRequest();
    final long[] versions = new long[IDS];
    long timeNs = 0;
    for (int step = 0; step < STEPS; step++) {
      timeNs += random.nextLong(1L << stepBits);
      shard.service.at(timeNs);
      model.at(timeNs);
      final int index = random.nextInt(IDS);
      final String id = "counter-" + index;
      fill(request, random, versions[random.nextInt(8) == 0 ? random.nextInt(IDS) : index]);
      final CounterModel.Answer expected =
          switch (random.nextInt(12)) {
            case 0, 1 -> plain(shard, model, id, request.amount);
            case 2, 3, 4 -> {
              shard.increment(id, request);
              yield model.increment(id, request);
            }
            case 5, 6 -> {
              shard.set(id, request);
              yield model.set(id, request);
            }
            case 7 -> {
              shard.delete(id, request);
              yield model.delete(id, request);
            }
            case 8, 9, 10 -> {
              shard.limit(id, request);
              yield model.limit(id, request);
            }
            default -> {
              shard.get(id);
              yield model.get(id);
            }
          };
      assertEquals(expected, answer(shard.answer), "seed " + seed + ", step " + step);
      versions[index] = expected.version();
      statuses.merge(expected.status(), 1, Integer::sum);
    }
    shard.service.at(timeNs + CounterRequest.MAX_DURATION_MS * 2_000_000);
    model.at(timeNs + CounterRequest.MAX_DURATION_MS * 2_000_000);
    assertEquals(model.size(), shard.service.entityCount());
  }

  private static CounterModel.Answer plain(
      final CounterShard shard, final CounterModel model, final String id, final long amount) {
    shard.increment(id, amount);
    return model.plainIncrement(id, amount);
  }

  private static CounterModel.Answer answer(final CounterReplyAdapter reply) {
    final Detail kind =
        reply.hasApplied()
            ? Detail.APPLIED
            : reply.hasPrevious()
                ? Detail.PREVIOUS
                : reply.hasRemaining() ? Detail.REMAINING : Detail.NONE;
    return new CounterModel.Answer(
        reply.status(),
        BigInteger.valueOf(reply.value()),
        kind,
        BigInteger.valueOf(
            switch (kind) {
              case APPLIED -> reply.applied();
              case PREVIOUS -> reply.previous();
              case REMAINING -> reply.remaining();
              default -> 0;
            }),
        BigInteger.valueOf(reply.ttlMs()),
        reply.counterVersion());
  }

  private static void fill(
      final CounterRequest request, final SplittableRandom random, final long version) {
    request.clear().amount(number(random)).value(number(random));
    final int bounds = random.nextInt(8);
    final long bound = number(random);
    if ((bounds & 1) != 0) {
      request.min(bound);
    }
    if ((bounds & 2) != 0) {
      request.max((bounds & 1) != 0 ? Math.max(bound, number(random)) : number(random));
    }
    request.saturate((bounds & 4) != 0);
    switch (random.nextInt(5)) {
      case 0 -> request.ttlOnce(duration(random));
      case 1 -> request.ttlAlways(duration(random));
      case 2 -> request.clearTtl();
      default -> request.keepTtl();
    }
    final int limit = 1 << random.nextInt(7);
    if (random.nextBoolean()) {
      request.window(limit, duration(random));
    } else {
      // Multiples of 64 ns are whole intervals.
      request.rate(limit, 1 + random.nextInt(1000), 1 + random.nextInt(20));
    }
    request.cost(random.nextInt(5));
    final Condition[] conditions = Condition.values();
    if (random.nextInt(3) == 0) {
      request.condition(
          conditions[random.nextInt(conditions.length - 1)],
          random.nextInt(10) == 0 ? 2 : CounterShard.INCARNATION,
          version);
    }
  }

  private static long duration(final SplittableRandom random) {
    return random.nextInt(20) == 0
        ? CounterRequest.MAX_DURATION_MS
        : 1 + random.nextInt(1 << random.nextInt(12));
  }

  /** Small ones, and those near the ends of the range. */
  private static long number(final SplittableRandom random) {
    return random.nextLong() >> random.nextInt(2) * (40 + random.nextInt(24));
  }
}
