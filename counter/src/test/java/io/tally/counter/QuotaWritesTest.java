package io.tally.counter;

import static io.tally.counter.codecs.CounterStatus.QUOTA_EXCEEDED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Costs out of quotas, rule by rule, and that no more is taken than there is. */
final class QuotaWritesTest {
  private final CounterShard shard = new CounterShard().atMs(5);

  @Test
  void shouldTakeOutOfAWindowUntilNothingRemains() {
    final CounterRequest request = new CounterRequest().window(3, 1000);
    shard.limit("u", request).ok(1).remaining(2).ttlMs(1000).reads("u", 1, 1000);
    shard.atMs(105).limit("u", request.cost(2)).ok(3).remaining(0).ttlMs(900);
    final long version = shard.version();
    shard.limit("u", request.cost(1)).is(QUOTA_EXCEEDED, 3).remaining(0).ttlMs(900);
    assertEquals(version, shard.version());
    shard.atMs(1004).limit("u", request).is(QUOTA_EXCEEDED, 3).ttlMs(1);
    shard.atMs(1005).limit("u", request).ok(1).remaining(2).ttlMs(1000);
    assertEquals(2, shard.refusals("quota"));
  }

  @Test
  void shouldTakeACostAsAWholeOrNotAtAll() {
    final CounterRequest request = new CounterRequest().window(3, 1000).cost(2);
    shard.limit("u", request).ok(2).remaining(1);
    shard.limit("u", request).is(QUOTA_EXCEEDED, 2).remaining(1).ttlMs(1000);
    shard.limit("u", request.cost(1)).ok(3).remaining(0);
  }

  @Test
  void shouldSayNoTimeForWhatIsNeverToBeHad() {
    shard.limit("u", new CounterRequest().window(3, 1000).cost(4)).is(QUOTA_EXCEEDED, 0);
    shard.remaining(3).ttlMs(0);
    shard.limit("u", new CounterRequest().window(3, 1000)).ok(1);
    shard.limit("u", new CounterRequest().window(3, 1000).cost(Long.MAX_VALUE));
    shard.is(QUOTA_EXCEEDED, 1).remaining(2).ttlMs(0);
    shard.limit("r", new CounterRequest().rate(3, 1000, 2).cost(3)).is(QUOTA_EXCEEDED, 0);
    shard.remaining(2).ttlMs(0);
    // A counter without a deadline has no next window either.
    shard.increment("v", 3);
    shard.limit("v", new CounterRequest().window(3, 1000)).is(QUOTA_EXCEEDED, 3).ttlMs(0);
  }

  @Test
  void shouldOnlyAskWithACostOf0() {
    final CounterRequest ask = new CounterRequest().window(3, 1000).cost(0);
    shard.limit("u", ask).ok(0).remaining(3).ttlMs(0);
    shard.limit("u", new CounterRequest().window(3, 1000).cost(3));
    final long version = shard.version();
    shard.limit("u", ask).ok(3).remaining(0).ttlMs(1000);
    shard.limit("u", ask.window(1, 1000)).ok(3).remaining(0).ttlMs(1000);
    assertEquals(version, shard.version());
    final CounterRequest askRate = new CounterRequest().rate(10, 1000, 3).cost(0);
    shard.limit("r", askRate).ok(0).remaining(3).ttlMs(0);
    shard.limit("r", new CounterRequest().rate(10, 1000, 3).cost(2));
    shard.limit("r", askRate).ok(2).remaining(1).ttlMs(200);
    assertEquals(0, shard.refusals("quota"));
  }

  @Test
  void shouldCountInTheSameCounterAsIncrements() {
    shard.increment("u", new CounterRequest().amount(2).ttlOnce(500));
    shard.limit("u", new CounterRequest().window(3, 1000)).ok(3).remaining(0).ttlMs(500);
    shard.increment("u", -5).ok(-2);
    shard.limit("u", new CounterRequest().window(3, 1000).cost(0)).ok(-2).remaining(5);
    shard.set("u", new CounterRequest().value(Long.MIN_VALUE).clearTtl());
    shard.limit("u", new CounterRequest().window(3, 1000).cost(0)).remaining(Long.MAX_VALUE);
    shard.limit("u", new CounterRequest().window(3, 1000)).ok(Long.MIN_VALUE + 1).ttlMs(1000);
    shard.set("u", new CounterRequest().value(100));
    shard.limit("u", new CounterRequest().window(3, 1000)).is(QUOTA_EXCEEDED, 100).remaining(0);
    shard.delete("u", new CounterRequest());
    shard.limit("u", new CounterRequest().window(3, 1000)).ok(1);
  }

  @Test
  void shouldRefillARateEvenly() {
    final CounterRequest request = new CounterRequest().rate(10, 1000, 3);
    shard.limit("r", request.cost(2)).ok(2).remaining(1).ttlMs(200).reads("r", 2, 200);
    shard.limit("r", request.cost(1)).ok(3).remaining(0).ttlMs(300);
    final long version = shard.version();
    shard.limit("r", request).is(QUOTA_EXCEEDED, 3).remaining(0).ttlMs(100);
    shard.limit("r", request.cost(2)).is(QUOTA_EXCEEDED, 3).ttlMs(200);
    assertEquals(version, shard.version());
    shard.atMs(55).get("r").ok(3).ttlMs(250);
    shard.atMs(105).get("r").ok(2).ttlMs(200);
    shard.limit("r", request.cost(1)).ok(3).remaining(0).ttlMs(300);
    shard.atMs(405).get("r").ok(0).ttlMs(0);
    assertEquals(false, shard.answer.exists());
    shard.limit("r", request.cost(3)).ok(3).remaining(0);
  }

  @Test
  void shouldAdmitAtMostTheLimitInEachWindow() {
    for (long seed = 1; seed <= 30; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final CounterShard counters = new CounterShard();
      final int limit = 1 + random.nextInt(20);
      final int windowMs = 1 + random.nextInt(50);
      final CounterRequest request = new CounterRequest().window(limit, windowMs);
      long windowEndMs = 0;
      long taken = 0;
      int windows = 0;
      for (long ms = 0; ms < 2000; ms += random.nextInt(3)) {
        final int cost = random.nextInt(4);
        counters.atMs(ms).limit("u", request.cost(cost));
        final boolean isAdmitted = cost > 0 && counters.answer.status().value() == 0;
        if (isAdmitted && ms >= windowEndMs) {
          windowEndMs = ms + windowMs;
          taken = 0;
          windows++;
        }
        final long before = ms >= windowEndMs ? 0 : taken;
        taken = isAdmitted ? taken + cost : taken;
        assertEquals(cost == 0 || before + cost <= limit, counters.answer.status().value() == 0);
        assertTrue(taken <= limit);
        counters.remaining(limit - (ms >= windowEndMs ? 0 : taken));
      }
      assertTrue(windows > 10, "windows " + windows);
    }
  }
}
