package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.ServiceReply;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lists of operations, which are applied all or not at all. */
@Timeout(60)
class AtomicWritesTest {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private final CounterOperations operations = new CounterOperations();
  private final OperationsReplyAdapter answer = new OperationsReplyAdapter();
  private final UnsafeBuffer reply = new UnsafeBuffer(new byte[OperationsLayout.MAX_REPLY_LENGTH]);
  private CounterShard shard = new CounterShard();
  private ServiceReply outcome;

  private AtomicWritesTest add(final String id, final long amount) {
    final byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
    assertTrue(operations.increment(bytes, 0, bytes.length, amount));
    return this;
  }

  private AtomicWritesTest add(final String id, final CounterRequest request) {
    final byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
    assertTrue(operations.incrementWith(bytes, 0, bytes.length, request));
    return this;
  }

  private AtomicWritesTest apply() {
    outcome = shard.service.apply(1, operations.buffer(), 0, operations.length(), reply, 0);
    operations.clear();
    assertTrue(outcome.isValid());
    assertTrue(answer.wrap(reply, 0, outcome.length()));
    assertEquals(answer.status().value(), outcome.serviceCode());
    return this;
  }

  private static CounterRequest request() {
    return new CounterRequest();
  }

  private List<Long> values() {
    final List<Long> values = new ArrayList<>();
    for (int i = 0; i < answer.count(); i++) {
      values.add(answer.value(i));
    }
    return values;
  }

  private void assertAllRefused(final int operation, final CounterStatus status) {
    assertEquals(status, answer.status());
    assertTrue(answer.isRefused());
    assertEquals(operation, answer.refusedOperation());
    for (int i = 0; i < answer.count(); i++) {
      assertTrue(answer.hasApplied(i));
      assertEquals(0, answer.applied(i));
    }
  }

  private List<Long> ttlsMs() {
    final List<Long> ttlsMs = new ArrayList<>();
    for (int i = 0; i < answer.count(); i++) {
      ttlsMs.add(answer.ttlMs(i));
    }
    return ttlsMs;
  }

  @Test
  void shouldApplyOperationsInTheirOrderEachOnWhatTheOnesBeforeLeave() {
    add("a", 5).add("b", 1).add("a", -7).apply();
    assertEquals(CounterStatus.OK, answer.status());
    assertFalse(answer.isRefused());
    assertEquals(List.of(5L, 1L, -2L), values());
    assertFalse(answer.hasApplied(0));
    shard.get("a").ok(-2);
    shard.get("b").ok(1);
    assertEquals(2, shard.service.entityCount());
  }

  @Test
  void shouldTellApartIdsOfOneHash() {
    shard = new CounterShard(new CounterLimit(9));
    add("a", 5).add("b", 1).add("a", -7).add("ab", 3).apply();
    assertEquals(List.of(5L, 1L, -2L, 3L), values());
    add("b", 1).add("a", 1).apply();
    assertEquals(List.of(2L, -1L), values());
    assertEquals(3, shard.service.entityCount());
  }

  @Test
  void shouldChangeACounterOnceWhateverTheNumberOfItsOperations() {
    shard.increment("a", 1);
    final long version = shard.get("a").version();
    add("a", 1).add("a", 1).add("a", 1).apply();
    assertEquals(version + 1, shard.get("a").version());
  }

  @Test
  void shouldApplyNothingWhereABoundRefusesOne() {
    shard.increment("stock", 3);
    final long version = shard.version();
    add("sold", 4).add("stock", request().amount(-4).min(0)).add("new", 1).apply();
    assertAllRefused(1, CounterStatus.OK);
    assertEquals(List.of(0L, 3L, 0L), values());
    assertEquals(version, shard.get("stock").ok(3).version());
    assertEquals(1, shard.service.entityCount());
    assertEquals(1, shard.refusals("bound"));
    add("sold", 3).add("stock", request().amount(-3).min(0)).apply();
    assertFalse(answer.isRefused());
    assertEquals(List.of(3L, 0L), values());
    assertTrue(answer.hasApplied(1));
    assertEquals(-3, answer.applied(1));
  }

  @Test
  void shouldSeeABoundInWhatEarlierOperationsLeave() {
    add("a", 5).add("a", request().amount(1).max(5)).apply();
    assertAllRefused(1, CounterStatus.OK);
    assertEquals(0, shard.service.entityCount());
    add("a", 5).add("a", request().amount(9).max(7).saturate(true)).apply();
    assertEquals(List.of(5L, 7L), values());
    assertEquals(2, answer.applied(1));
  }

  /** As an increment of its own: the time that is left, to those that ask for it. */
  @Test
  void shouldSayOfARefusedOneWhatTimeItsCounterHas() {
    shard.increment("a", request().ttlOnce(5_000));
    add("a", 1)
        .add("a", request().ttlAlways(9_000))
        .add("a", request().max(0))
        .add("a", request().ttlOnce(3_000))
        .add("a", request().amount(2))
        .add("b", request().ttlOnce(3_000))
        .apply();
    assertAllRefused(2, CounterStatus.OK);
    assertEquals(List.of(0L, 5_000L, 0L, 5_000L, 0L, 0L), ttlsMs());
    shard.get("a").ok(1).ttlMs(5_000);
  }

  @Test
  void shouldApplyNothingWhereOneOverflows() {
    shard.increment("a", Long.MAX_VALUE);
    add("b", 1).add("a", 1).apply();
    assertAllRefused(1, CounterStatus.OVERFLOW);
    assertEquals(List.of(0L, Long.MAX_VALUE), values());
    assertEquals(1, shard.service.entityCount());
    add("a", -1).add("a", 1).apply();
    assertFalse(answer.isRefused());
    shard.get("a").ok(Long.MAX_VALUE);
  }

  @Test
  void shouldApplyNothingWhereOneCounterIsOfTheOtherKind() {
    shard.limit("q", request().rate(1, 1_000_000, 5));
    add("a", 1).add("q", 1).apply();
    assertAllRefused(1, CounterStatus.KIND_MISMATCH);
    assertEquals(1, shard.service.entityCount());
  }

  @Test
  void shouldMakeNoCounterWhereThereIsNoRoomForAll() {
    shard = new CounterShard(3);
    shard.increment("old", 1);
    add("a", 1)
        .add("old", request().ttlAlways(5_000))
        .add("b", request().ttlOnce(5_000))
        .add("c", 1)
        .apply();
    assertAllRefused(3, CounterStatus.MEMORY_LIMIT);
    assertEquals(List.of(0L, 1L, 0L, 0L), values());
    assertEquals(1, shard.service.entityCount());
    shard.get("old").ok(1).ttlMs(0);
    add("a", 1).add("old", request().ttlAlways(5_000)).add("b", request().ttlOnce(7_000)).apply();
    assertFalse(answer.isRefused());
    assertEquals(List.of(0L, 5_000L, 7_000L), ttlsMs());
    shard.get("old").ok(2).ttlMs(5_000);
    shard.get("b").ok(1).ttlMs(7_000);
  }

  @Test
  void shouldBeginAnewWhatHasExpired() {
    shard.increment("a", request().amount(9).ttlOnce(1_000));
    shard.atMs(1_000);
    add("a", 1).add("a", request().ttlOnce(500)).apply();
    assertEquals(List.of(1L, 2L), values());
    shard.get("a").ok(2).ttlMs(500);
  }

  @Test
  void shouldTakeNoOtherOperations() {
    add("a", request().condition(Condition.IF_EXISTS));
    outcome = shard.service.apply(1, operations.buffer(), 0, operations.length(), reply, 0);
    assertFalse(outcome.isValid());
    operations.clear();
    outcome = shard.service.apply(1, operations.buffer(), 0, operations.length(), reply, 0);
    assertFalse(outcome.isValid(), "none at all");
    assertEquals(0, shard.service.entityCount());
  }

  @Test
  void shouldSurviveAnyDamage() {
    add("a", 1).add("bc", request().amount(2).max(9)).add("a", 3);
    final int length = operations.length();
    final byte[] whole = new byte[length];
    operations.buffer().getBytes(0, whole);
    for (int cut = 0; cut < length; cut++) {
      outcome = shard.service.apply(1, new UnsafeBuffer(whole), 0, cut, reply, 0);
      assertFalse(outcome.isValid(), "cut to " + cut);
    }
    assertEquals(0, shard.service.entityCount());
    final SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 20_000; round++) {
      final byte[] damaged = whole.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        damaged[random.nextInt(length)] = (byte) random.nextInt(256);
      }
      shard.service.apply(1, new UnsafeBuffer(damaged), 0, length, reply, 0);
    }
  }

  @Test
  void shouldTakeSixtyFourOperationsInSixteenKibibytes() {
    for (int i = 0; i < 64; i++) {
      add("c" + i, 1);
    }
    assertFalse(operations.increment(new byte[] {'x'}, 0, 1, 1));
    operations.clear();
    final byte[] longest = "x".repeat(256).getBytes(StandardCharsets.US_ASCII);
    int count = 0;
    while (operations.incrementWith(longest, 0, 256, request())) {
      count++;
      assertTrue(operations.length() <= 16 * 1_024);
    }
    assertEquals(51, count);
    assertFalse(operations.increment(new byte[] {'x'}, 0, 1, 1));
  }

  /** Random lists, against sums that have no end. */
  @Test
  void shouldAgreeWithAPlainModel() {
    final SplittableRandom random = new SplittableRandom(11);
    final Map<String, BigInteger> model = new HashMap<>();
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      final Map<String, BigInteger> next = new HashMap<>(model);
      final int count = 1 + random.nextInt(6);
      final List<Long> wanted = new ArrayList<>();
      final List<String> ids = new ArrayList<>();
      int refusedOperation = -1;
      for (int i = 0; i < count; i++) {
        final String id = "c" + random.nextInt(8);
        ids.add(id);
        final long amount = random.nextInt(5) == 0 ? random.nextLong() : random.nextInt(21) - 10;
        final BigInteger value = next.getOrDefault(id, BigInteger.ZERO);
        final BigInteger sum = value.add(BigInteger.valueOf(amount));
        BigInteger min = MIN;
        BigInteger max = MAX;
        if (random.nextBoolean()) {
          add(id, amount);
        } else {
          min = BigInteger.valueOf(-random.nextInt(100));
          max = BigInteger.valueOf(random.nextInt(100));
          add(id, request().amount(amount).min(min.longValue()).max(max.longValue()));
        }
        if (refusedOperation < 0 && (sum.compareTo(min) < 0 || sum.compareTo(max) > 0)) {
          refusedOperation = i;
        }
        next.put(id, sum);
        wanted.add(sum.longValue());
      }
      apply();
      if (refusedOperation >= 0) {
        refused++;
        assertEquals(refusedOperation, answer.refusedOperation());
        for (int i = 0; i < count; i++) {
          assertEquals(
              model.getOrDefault(ids.get(i), BigInteger.ZERO).longValue(), answer.value(i));
        }
      } else {
        assertFalse(answer.isRefused());
        assertEquals(wanted, values());
        model.putAll(next);
      }
    }
    assertTrue(refused > 1_000 && refused < 19_000, "refused: " + refused);
    assertEquals(model.size(), shard.service.entityCount());
    model.forEach((id, value) -> shard.get(id).ok(value.longValue()));
  }
}
