package io.tally.counter;

import static io.tally.counter.codecs.CounterStatus.KIND_MISMATCH;
import static io.tally.counter.codecs.CounterStatus.MEMORY_LIMIT;
import static io.tally.counter.codecs.CounterStatus.OVERFLOW;
import static io.tally.counter.codecs.CounterStatus.PRECONDITION_FAILED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.Condition;
import io.tally.engine.StableHash;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Increments with options, sets and deletes, rule by rule. */
final class CounterWritesTest {
  private final CounterShard shard = new CounterShard().atMs(5);

  @Test
  void shouldAddWithinBounds() {
    final CounterRequest request = new CounterRequest().min(0).max(100).amount(60);
    shard.increment("a", request).ok(60).applied(60).ttlMs(0).reads("a", 60, 0);
    shard.increment("a", request).ok(60).applied(0).reads("a", 60, 0);
    shard.increment("a", request.amount(40)).ok(100).applied(40);
    shard.increment("a", request.amount(-101)).ok(100).applied(0);
    shard.increment("a", request.amount(-100)).ok(0).applied(-100).reads("a", 0, 0);
    assertEquals(2, shard.refusals("bound"));
    assertEquals(0, shard.refusals("overflow"));
  }

  @Test
  void shouldSayNothingOfWhatWasAppliedWithoutBounds() {
    shard.increment("a", new CounterRequest().amount(3)).ok(3).reads("a", 3, 0);
    assertFalse(shard.answer.hasApplied());
    shard.increment("a", new CounterRequest().saturate(true)).ok(4).applied(1);
  }

  @ParameterizedTest
  @CsvSource({
    // value, amount, min, max, sum, applied
    "95, 10, 0, 100, 100, 5",
    "5, -10, 0, 100, 0, -5",
    "100, 1, 0, 100, 100, 0",
    "100, 9223372036854775807, 0, 100, 100, 0",
    "-5, -9223372036854775808, -10, 0, -10, -5",
    "150, -10, 0, 100, 100, -50",
    "150, 10, 0, 100, 100, -50",
    "-150, 1, 0, 100, 0, 150",
    "0, 9223372036854775807, -5, 9223372036854775807, 9223372036854775807, 9223372036854775807",
    "5, 9223372036854775807, -5, 9223372036854775807, 9223372036854775807, 9223372036854775802",
    "-5, -9223372036854775808, -9223372036854775808, 5, -9223372036854775808, -9223372036854775803",
    "-1, -9223372036854775808, -9223372036854775808, 5, -9223372036854775808, -9223372036854775807",
  })
  void shouldSaturate(
      final long value,
      final long amount,
      final long min,
      final long max,
      final long sum,
      final long applied) {
    shard.set("a", new CounterRequest().value(value)).ok(value);
    shard
        .increment("a", new CounterRequest().amount(amount).min(min).max(max).saturate(true))
        .ok(sum)
        .applied(applied)
        .reads("a", sum, 0);
  }

  @Test
  void shouldSaturateAtTheEndsOf64BitsWithoutBounds() {
    final CounterRequest most = new CounterRequest().amount(Long.MAX_VALUE).saturate(true);
    shard.increment("a", most).ok(Long.MAX_VALUE).applied(Long.MAX_VALUE);
    shard.increment("a", most).ok(Long.MAX_VALUE).applied(0);
    final CounterRequest least = new CounterRequest().amount(Long.MIN_VALUE).saturate(true);
    shard.increment("a", least).ok(-1).applied(Long.MIN_VALUE);
    shard.increment("a", least).ok(Long.MIN_VALUE).applied(Long.MIN_VALUE + 1);
    assertEquals(0, shard.refusals("bound"));
  }

  /** What was applied would be no 64-bit number. */
  @Test
  void shouldNotSaturateOverMoreThanHalfOfTheRange() {
    shard.set("a", new CounterRequest().value(Long.MAX_VALUE));
    shard
        .increment("a", new CounterRequest().max(Long.MIN_VALUE).saturate(true))
        .ok(Long.MAX_VALUE)
        .applied(0)
        .reads("a", Long.MAX_VALUE, 0);
    shard.increment("a", new CounterRequest().max(0).saturate(true)).ok(0).applied(-Long.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({
    "150, -10, 0, 100",
    "150, 1, 0, 100",
    "-150, 10, 0, 100",
    "-150, -1, 0, 100",
    "9223372036854775807, 1, 0, 9223372036854775807",
    "-9223372036854775808, -1, -9223372036854775808, 0",
  })
  void shouldRefuseWhatLeadsOutsideOfTheBoundsOrStaysThere(
      final long value, final long amount, final long min, final long max) {
    shard.set("a", new CounterRequest().value(value));
    final long version = shard.version();
    shard
        .increment("a", new CounterRequest().amount(amount).min(min).max(max))
        .ok(value)
        .applied(0)
        .reads("a", value, 0);
    assertEquals(version, shard.version());
  }

  @Test
  void shouldRefuseAnOverflowWhereNoBoundIsNamedAndOnlyThere() {
    shard.set("a", new CounterRequest().value(Long.MAX_VALUE));
    shard.increment("a", new CounterRequest().ttlAlways(9)).is(OVERFLOW, Long.MAX_VALUE);
    assertFalse(shard.answer.hasApplied());
    shard.reads("a", Long.MAX_VALUE, 0);
    shard.increment("a", new CounterRequest().min(0)).ok(Long.MAX_VALUE).applied(0);
    assertEquals(1, shard.refusals("overflow"));
    assertEquals(1, shard.refusals("bound"));
  }

  @Test
  void shouldMakeNoCounterByWhatIsRefused() {
    shard.increment("a", new CounterRequest().min(5)).ok(0).applied(0);
    shard.increment("a", new CounterRequest().min(5).ttlOnce(10)).ok(0).applied(0).ttlMs(0);
    shard.increment("a", new CounterRequest().condition(Condition.IF_EXISTS));
    shard.is(PRECONDITION_FAILED, 0);
    shard.set("a", new CounterRequest().condition(Condition.IF_MATCH, 1, 1));
    shard.is(PRECONDITION_FAILED, 0);
    shard.limit("a", new CounterRequest().window(1, 10).cost(2));
    shard.limit("a", new CounterRequest().window(1, 10).cost(0)).ok(0);
    shard.limit("a", new CounterRequest().rate(1, 10, 1).cost(2));
    shard.limit("a", new CounterRequest().rate(1, 10, 1).cost(0)).ok(0);
    assertFalse(shard.answer.exists());
    assertEquals(0, shard.service.entityCount());
    assertEquals(0, shard.service.changes());
  }

  @Test
  void shouldSetADeadlineOnceOrAlwaysOrNotAtAll() {
    shard.increment("a", new CounterRequest().ttlOnce(100)).ok(1).ttlMs(100).reads("a", 1, 100);
    shard.atMs(45).increment("a", new CounterRequest().ttlOnce(100)).ok(2).ttlMs(60);
    shard.increment("a", new CounterRequest().ttlAlways(100)).ok(3).ttlMs(100);
    shard.increment("a", new CounterRequest()).ok(4).ttlMs(0).reads("a", 4, 100);
    shard.increment("a", 1).ok(5).ttlMs(0).reads("a", 5, 100);
    shard.increment("a", new CounterRequest().clearTtl()).ok(6).ttlMs(0).reads("a", 6, 0);
    shard.increment("a", new CounterRequest().ttlOnce(7)).ok(7).ttlMs(7).reads("a", 7, 7);
  }

  @Test
  void shouldLeaveTheDeadlineOfWhatIsRefused() {
    shard.increment("a", new CounterRequest().max(1).ttlOnce(100)).applied(1);
    final CounterRequest beyond = new CounterRequest().max(1).ttlAlways(500);
    shard.increment("a", beyond).ok(1).applied(0).ttlMs(100).reads("a", 1, 100);
    shard.increment("a", beyond.clearTtl()).ok(1).applied(0).ttlMs(100).reads("a", 1, 100);
    // What is cut off at a bound is applied.
    shard.increment("a", beyond.ttlAlways(500).saturate(true)).ok(1).applied(0).ttlMs(500);
    shard.reads("a", 1, 500);
  }

  @Test
  void shouldBeginAnewAtItsDeadline() {
    shard.increment("a", new CounterRequest().amount(7).ttlOnce(10));
    final long version = shard.version();
    shard.service.at(15 * 1_000_000 - 1);
    shard.get("a").ok(7).ttlMs(1);
    shard.atMs(15).get("a").ok(0).ttlMs(0);
    assertFalse(shard.answer.exists());
    shard.set("a", new CounterRequest().condition(Condition.IF_EXISTS)).is(PRECONDITION_FAILED, 0);
    shard.increment("a", 2).ok(2).reads("a", 2, 0);
    assertTrue(shard.version() > version);
    assertEquals(1, shard.service.entityCount());
  }

  @Test
  void shouldSet() {
    shard.set("a", new CounterRequest().value(7)).ok(7).reads("a", 7, 0);
    assertFalse(shard.answer.hasPrevious());
    shard.set("a", new CounterRequest().value(3)).ok(3);
    assertTrue(shard.answer.hasPrevious());
    assertEquals(7, shard.answer.previous());
    final long version = shard.version();
    shard.set("a", new CounterRequest().value(3)).ok(3);
    assertNotEquals(version, shard.version());
    shard.set("a", new CounterRequest().value(Long.MIN_VALUE).ttlAlways(20)).ttlMs(20);
    shard.reads("a", Long.MIN_VALUE, 20);
    shard.atMs(6).set("a", new CounterRequest().value(4)).ok(4).ttlMs(19).reads("a", 4, 19);
    shard.set("a", new CounterRequest().value(5).clearTtl()).ok(5).ttlMs(0).reads("a", 5, 0);
    shard.set("b", new CounterRequest().ttlAlways(1)).ok(0).ttlMs(1);
    assertFalse(shard.answer.hasPrevious());
  }

  @Test
  void shouldDelete() {
    shard.delete("a", new CounterRequest()).ok(0);
    assertEquals(0, shard.service.changes());
    shard.increment("a", 5);
    final long version = shard.version();
    shard.delete("a", new CounterRequest().condition(Condition.IF_MATCH, 1, version + 1));
    shard.is(PRECONDITION_FAILED, 5);
    assertEquals(version, shard.version());
    shard.delete("a", new CounterRequest()).ok(5).reads("a", 0, 0);
    assertEquals(0, shard.service.entityCount());
    shard.increment("a", 1).ok(1);
    assertTrue(shard.version() > version);
    shard.limit("r", new CounterRequest().rate(1, 1000, 4).cost(3)).ok(3);
    shard.delete("r", new CounterRequest()).ok(3).reads("r", 0, 0);
    shard.set("r", new CounterRequest().value(8)).ok(8);
  }

  @Test
  void shouldApplyAWriteOnlyIfItsConditionHolds() {
    shard.increment("a", 5);
    final long version = shard.version();
    final CounterRequest request = new CounterRequest().value(9);
    for (final long[] tag : new long[][] {{1, version + 1}, {1, 0}, {2, version}, {0, version}}) {
      shard.set("a", request.condition(Condition.IF_MATCH, tag[0], tag[1]));
      shard.is(PRECONDITION_FAILED, 5).reads("a", 5, 0);
      assertEquals(version, shard.version());
    }
    shard.set("a", request.condition(Condition.IF_NOT_MATCH, 1, version));
    shard.is(PRECONDITION_FAILED, 5);
    shard.set("a", request.condition(Condition.IF_ABSENT)).is(PRECONDITION_FAILED, 5);
    assertEquals(version, shard.version());
    shard.set("b", request.condition(Condition.IF_EXISTS)).is(PRECONDITION_FAILED, 0);
    shard.set("b", request.condition(Condition.IF_MATCH, 1, 0)).is(PRECONDITION_FAILED, 0);
    assertEquals(8, shard.refusals("precondition"));

    shard.set("a", request.condition(Condition.IF_MATCH, 1, version)).ok(9);
    shard.set("a", request.condition(Condition.IF_NOT_MATCH, 1, version)).ok(9);
    shard.set("a", request.condition(Condition.IF_EXISTS)).ok(9);
    shard.set("b", request.condition(Condition.IF_NOT_MATCH, 1, version)).ok(9);
    shard.set("c", request.condition(Condition.IF_ABSENT)).ok(9);
    shard.increment("c", request.condition(Condition.IF_ABSENT)).is(PRECONDITION_FAILED, 9);
    shard.limit("c", request.window(1, 10)).is(PRECONDITION_FAILED, 9);
  }

  /** Else a compare-and-set could hit another counter of the same name. */
  @Test
  void shouldNeverGiveAVersionTwice() {
    shard.increment("a", 5);
    final long version = shard.version();
    shard.delete("a", new CounterRequest());
    shard.increment("a", 5);
    shard.set("a", new CounterRequest().condition(Condition.IF_MATCH, 1, version));
    shard.is(PRECONDITION_FAILED, 5);
  }

  @Test
  void shouldGiveAnotherVersionWhenOnlyTheDeadlineChanges() {
    shard.increment("a", 5);
    final long version = shard.version();
    shard.increment("a", new CounterRequest().amount(0).ttlAlways(10)).ok(5);
    assertNotEquals(version, shard.version());
  }

  @Test
  void shouldCheckTheConditionBeforeTheKindAndTheKindBeforeTheBounds() {
    shard.limit("r", new CounterRequest().rate(1, 1000, 4).cost(3));
    final CounterRequest request = new CounterRequest().max(-1).condition(Condition.IF_ABSENT);
    shard.increment("r", request).is(PRECONDITION_FAILED, 3);
    shard.increment("r", request.condition(Condition.NONE)).is(KIND_MISMATCH, 3);
    assertFalse(shard.answer.hasApplied());
    shard.set("r", request).is(KIND_MISMATCH, 3);
    shard.increment("r", 1).is(KIND_MISMATCH, 3);
    shard.limit("r", new CounterRequest().window(1, 1)).is(KIND_MISMATCH, 3);
    shard.reads("r", 3, 3000);
    shard.increment("v", 1);
    shard.limit("v", new CounterRequest().rate(1, 1000, 4).cost(0)).is(KIND_MISMATCH, 1);
    assertEquals(5, shard.refusals("kind_mismatch"));
  }

  @Test
  void shouldMakeNoCounterBeyondTheLimit() {
    final CounterShard full = new CounterShard(1);
    full.set("a", new CounterRequest().value(3));
    full.set("b", new CounterRequest().value(3)).is(MEMORY_LIMIT, 0);
    full.increment("b", new CounterRequest().max(3)).is(MEMORY_LIMIT, 0);
    full.limit("b", new CounterRequest().window(1, 1)).is(MEMORY_LIMIT, 0);
    full.limit("b", new CounterRequest().rate(1, 1, 1)).is(MEMORY_LIMIT, 0);
    assertEquals(4, full.refusals("memory_limit"));
    full.set("a", new CounterRequest().ttlAlways(10)).ok(0);
    full.increment("b", 1).is(MEMORY_LIMIT, 0);
    // What has expired gives its place to others at once.
    full.atMs(10).increment("b", 1).ok(1);
    full.delete("b", new CounterRequest());
    full.increment("c", 1).ok(1);
  }

  @Test
  void shouldTellWhoWatches() {
    shard.set("a", new CounterRequest().ttlAlways(10));
    shard.limit("r", new CounterRequest().rate(1, 1000, 1));
    shard.increment("b", 1);
    shard.increment("b", new CounterRequest().max(1));
    shard.delete("b", new CounterRequest());
    assertEquals("b", shard.service.changedId());
    assertEquals(4, shard.service.changes());
    shard.atMs(66);
    assertEquals("a", shard.service.changedId());
    assertEquals(5, shard.service.changes());
    shard.atMs(1056);
    assertEquals("r", shard.service.changedId());
    assertEquals(0, shard.service.entityCount());
    assertEquals(Long.MAX_VALUE, shard.service.nextTimerNs());
  }

  @Test
  void shouldFreeAllThatExpiresWithOneTimer() {
    for (int i = 0; i < 1000; i++) {
      shard.set("same-" + i, new CounterRequest().ttlAlways(50));
      shard.set("other-" + i, new CounterRequest().ttlAlways(1050 - i));
      shard.set("lasting-" + i, new CounterRequest());
    }
    shard.atMs(99);
    assertEquals(3000, shard.service.entityCount());
    // A bounded number at a time, with commands in between.
    shard.service.at(101 * 1_000_000);
    assertTrue(shard.service.entityCount() > 2000);
    shard.atMs(150);
    assertTrue(shard.service.entityCount() < 2000);
    shard.atMs(1200);
    assertEquals(1000, shard.service.entityCount());
    assertEquals(Long.MAX_VALUE, shard.service.nextTimerNs());
  }

  @Test
  void shouldRefuseWhatNoCommandMayAskFor() {
    final CounterRequest request = new CounterRequest();
    refuses(CounterCommands.incrementWith("a", request.min(1).max(0)));
    request.clear();
    request.ttlAlways(1).ttlMs = 0;
    refuses(CounterCommands.incrementWith("a", request));
    refuses(CounterCommands.set("a", request));
    request.ttlMs = CounterRequest.MAX_DURATION_MS + 1;
    refuses(CounterCommands.incrementWith("a", request));
    request.clear().window(1, 1).limit = 0;
    refuses(CounterCommands.limit("a", request));
    request.window(1, 1).windowMs = 0;
    refuses(CounterCommands.limit("a", request));
    request.window(1, 1).cost = -1;
    refuses(CounterCommands.limit("a", request));
    request.clear().rate(1, 1, 1).burst = -1;
    refuses(CounterCommands.limit("a", request));
    request.clear().window(1, 1);
    for (final byte[] command :
        List.of(
            CounterCommands.incrementWith("a", request),
            CounterCommands.set("a", request),
            CounterCommands.delete("a", request),
            CounterCommands.limit("a", request))) {
      for (int length = 0; length < command.length; length++) {
        refuses(Arrays.copyOf(command, length));
      }
      assertTrue(shard.offer("a", command));
      // The condition is the same byte in all of them.
      command[8 + 16] = 5;
      refuses(command);
    }
    final byte[] mode = CounterCommands.set("a", request);
    mode[8 + 17] = 4;
    refuses(mode);
  }

  private void refuses(final byte[] command) {
    final long changes = shard.service.changes();
    assertFalse(shard.offer("a", command));
    assertEquals(changes, shard.service.changes());
  }

  @Test
  void shouldAllocateNothingForKnownCounters() {
    final com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    final CounterRequest request = new CounterRequest().ttlAlways(10).max(Long.MAX_VALUE);
    final List<UnsafeBuffer> commands =
        List.of(
            new UnsafeBuffer(CounterCommands.incrementWith("a", request)),
            new UnsafeBuffer(CounterCommands.incrementWith("a", request.max(0))),
            new UnsafeBuffer(CounterCommands.set("b", request)),
            new UnsafeBuffer(CounterCommands.delete("b", request)),
            new UnsafeBuffer(CounterCommands.set("b", request.condition(Condition.IF_ABSENT))),
            new UnsafeBuffer(CounterCommands.set("b", request)),
            new UnsafeBuffer(CounterCommands.limit("c", request.clear().window(50_000, 1))),
            new UnsafeBuffer(CounterCommands.limit("d", request.rate(5, 1000, 50_000))),
            new UnsafeBuffer(CounterCommands.increment("d", 1)),
            new UnsafeBuffer(CounterCommands.get("d")));
    final UnsafeBuffer reply = new UnsafeBuffer(new byte[64]);
    final long hash = StableHash.hash("a");
    commands.forEach(c -> shard.service.apply(hash, c, 0, c.capacity(), reply, 0));
    final long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100_000; i++) {
      for (int c = 0; c < commands.size(); c++) {
        final UnsafeBuffer command = commands.get(c);
        shard.service.apply(hash, command, 0, command.capacity(), reply, 0);
      }
    }
    final long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    // Far less than one object a command: what the measurement itself may cost.
    assertTrue(allocated < 50_000, "allocated " + allocated);
    assertEquals(3, shard.service.entityCount() - 1);
    assertEquals(100_000, shard.refusals("bound"), 1);
    assertTrue(shard.refusals("quota") > 100_000);
  }

  /** As many as the rows of some milliseconds: the others have their places at once. */
  @Test
  void shouldLetInAsManyAsLiveSoonAfterManyHaveEndedInAnotherShard() {
    final int count = 3_000;
    final CounterShard ended = new CounterShard(count);
    final CounterShard other = new CounterShard(ended.definition);
    ended.atMs(1);
    other.atMs(1);
    for (int i = 0; i < count; i++) {
      ended.increment("e" + i, new CounterRequest().ttlOnce(1_000));
    }
    other.increment("o", 1).is(MEMORY_LIMIT, 0);
    ended.atMs(1_052);
    other.atMs(1_052);
    for (int i = 0; i < count; i++) {
      other.increment("o" + i, 1).ok(1);
    }
    other.increment("o", 1).is(MEMORY_LIMIT, 0);
  }
}
