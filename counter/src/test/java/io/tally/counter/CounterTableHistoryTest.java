package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterTableHistory.Counter;
import io.tally.counter.CounterTableHistory.Kind;
import io.tally.counter.CounterTableHistory.Oracle;
import io.tally.counter.CounterTableHistory.Step;
import io.tally.engine.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random histories of creates, changes, deadlines, rates, deletions, expiry and snapshots. */
@Timeout(120)
final class CounterTableHistoryTest {
  /** A table with what it says. */
  private static final class Subject {
    final ExpiredIds expired = new ExpiredIds();
    final CounterLimit limit;
    final CounterTable table;

    Subject(final long maxCounters) {
      limit = new CounterLimit(maxCounters);
      table = new CounterTable(Secret.next(), limit, Places.ASKED, expired);
    }

    String apply(final CounterTableHistory history, final Step step) {
      expired.ids.clear();
      return history.apply(table, step) + " expired " + expired.ids;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 30, 1000, 20000",
    "2, 30, 20, 20000",
    "3, 300, 100, 1000000",
    "4, 300, 1000, 150",
    "5, 4000, 20000, 1000000",
    "6, 4000, 200000, 2000",
    "7, 4000, 50, 1000000",
    "8, 14000, 2000000, 1000000",
  })
  void shouldAgreeWithAnOracle(
      final long seed, final int idCount, final long maxTtlNs, final long maxCounters) {
    final CounterTableHistory history =
        new CounterTableHistory(new Random(seed), idCount, maxTtlNs);
    final Subject subject = new Subject(maxCounters);
    final Oracle oracle = new Oracle();
    int refusals = 0;
    int expiries = 0;
    for (int i = 0; i < 60_000; i++) {
      final Step step = history.next();
      final long dueBefore = i % 16 == 0 ? oracle.expiredCount(step.timeNs()) : -1;
      final String answer = subject.apply(history, step);
      final List<String> freed = subject.expired.ids;
      oracle.onExpired(freed, step.timeNs());
      final boolean refused = answer.startsWith("-1") || answer.startsWith("false-1");
      oracle.apply(step, refused, answer.startsWith("false"));
      if (refused) {
        refusals++;
        assertEquals(maxCounters, subject.table.size(), "refused without need");
        assertEquals(0, oracle.expiredCount(step.timeNs()), "refused, though one had expired");
      }
      if (step.kind() == Kind.EXPIRE && dueBefore >= 0) {
        assertEquals(Math.min(step.number() & 7, dueBefore), freed.size());
      }
      expiries += freed.size();
      assertEquals(oracle.counters.size(), subject.table.size());
      if (i % 16 == 0) {
        assertEquals(oracle.nextExpiryNs(), subject.table.nextExpiryNs());
      }
      if (i % 2_000 == 0) {
        assertEquals(oracle.counters, history.counters(subject.table), "seed " + seed);
      }
    }
    assertEquals(oracle.counters, history.counters(subject.table), "seed " + seed);
    assertEquals(maxCounters < idCount / 2 + 1, refusals > 0, "refusals " + refusals);
    assertTrue(expiries > 500, "expiries " + expiries);
    subject.table.close();
    for (long i = 0; i < maxCounters; i++) {
      assertTrue(subject.limit.tryTake(), "the table keeps places");
    }
    assertFalse(subject.limit.tryTake(), "the table gave back more places than it had");
  }

  @ParameterizedTest
  @CsvSource({
    "11, 30, 1000, 20000",
    "12, 30, 20, 20000",
    "13, 300, 1000, 150",
    "14, 3000, 20000, 1000000",
    "15, 3000, 200000, 1400",
    "16, 3000, 50, 1000000",
    "17, 14000, 2000000, 1000000",
  })
  void shouldGoOnFromASnapshotAsTheOriginalDoes(
      final long seed, final int idCount, final long maxTtlNs, final long maxCounters) {
    final Random random = new Random(seed);
    final CounterTableHistory history = new CounterTableHistory(random, idCount, maxTtlNs);
    final Subject subject = new Subject(maxCounters);
    int freeRows = 0;
    for (int snapshot = 0; snapshot < 12; snapshot++) {
      for (int i = random.nextInt(8_000); i > 0; i--) {
        subject.apply(history, history.next());
      }
      final Map<String, Counter> atBegin = history.counters(subject.table);
      final List<Step> steps = new ArrayList<>();
      final List<String> answers = new ArrayList<>();
      final ShownRecords records = new ShownRecords(Integer.MAX_VALUE);
      subject.table.snapshot().beginSnapshot(records);
      boolean done = false;
      while (!done) {
        go(subject, history, random.nextInt(60), steps, answers);
        done = subject.table.snapshot().writeSnapshot(1 + random.nextInt(100));
      }
      go(subject, history, random.nextInt(60), steps, answers);
      subject.table.snapshot().endSnapshot();
      go(subject, history, 3_000, steps, answers);

      final Subject restored = new Subject(maxCounters);
      records.restoreInto(restored.table.snapshot());
      assertEquals(atBegin, history.counters(restored.table), "seed " + seed);
      assertEquals(atBegin.size(), restored.table.size());
      freeRows += records.count() - 1 - atBegin.size();
      for (int i = 0; i < steps.size(); i++) {
        assertEquals(answers.get(i), restored.apply(history, steps.get(i)), "step " + i);
      }
      assertEquals(
          ShownRecords.of(subject.table).sorted(), ShownRecords.of(restored.table).sorted());
      assertEquals(subject.table.capacityBytes(), restored.table.capacityBytes());
      assertEquals(subject.table.nextExpiryNs(), restored.table.nextExpiryNs());
    }
    assertTrue(freeRows > 50, "free rows " + freeRows);
  }

  private static void go(
      final Subject subject,
      final CounterTableHistory history,
      final int count,
      final List<Step> steps,
      final List<String> answers) {
    for (int i = 0; i < count; i++) {
      final Step step = history.next();
      steps.add(step);
      answers.add(subject.apply(history, step));
    }
    assertFalse(answers.size() > 1_000_000, "the snapshot does not end");
  }
}
