package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class QuotaCheckerTest {
  private static final Quota WINDOW = new Quota(3, 1_000, 0);
  private static final Quota RATE = new Quota(10, 1_000, 2);
  private static final long ANSWER_MS = 5;

  private final List<Admission> admissions = new ArrayList<>();

  @Test
  void shouldPassWhatTwoWindowsAdmitAtOnce() {
    take(0, 1, 1, 1_000);
    take(950, 2, 3, 50);
    take(1_006, 3, 3, 1_000);
    assertEquals(0, exceeded());
  }

  @Test
  void shouldFindMoreThanTheLimitInOneWindow() {
    take(0, 3, 3, 1_000);
    take(500, 1, 1, 500);
    assertTrue(violations().toString().contains("4 admitted in one window"));
    assertEquals(4, exceeded(), "one too many, and three that take what is another's");
  }

  @Test
  void shouldFindWhatWasAdmittedTwiceThoughThereWasRoom() {
    take(0, 1, 1, 1_000);
    take(100, 1, 1, 900);
    assertTrue(violations().toString().contains("what belongs to others"));
    assertEquals(1, exceeded());
  }

  @Test
  void shouldFindAWindowThatBeganTooEarly() {
    take(0, 3, 3, 1_000);
    take(700, 3, 3, 1_000);
    assertTrue(violations().toString().contains("before the one before had ended"));
    assertTrue(exceeded() > 0);
  }

  @Test
  void shouldFindOneWindowWithTwoEnds() {
    take(0, 1, 1, 1_000);
    take(300, 1, 2, 1_000);
    assertTrue(violations().toString().contains("two ends"), violations().toString());
  }

  @Test
  void shouldFindTooMuchInASpanWhereNobodyKnowsTheWindows() {
    slow(0, 900, 3);
    slow(10, 900, 3);
    assertEquals(0, exceeded());
    slow(20, 900, 1);
    assertEquals(1, exceeded());
  }

  @Test
  void shouldPassABurstAndWhatComesBack() {
    rate(0);
    rate(1);
    rate(100);
    rate(200);
    assertEquals(0, exceeded());
  }

  @Test
  void shouldFindMoreThanABurstAndWhatComesBack() {
    rate(0);
    rate(1);
    rate(94);
    assertEquals(1, exceeded(), "back after 100 ms, the answer was there after 99");
  }

  @Test
  void shouldFindARateThatIsExceededOnlyInTheLongRun() {
    for (int i = 0; i < 40; i++) {
      rate(90 * i);
    }
    assertEquals(3, exceeded(), "40 in 3,515 ms, where 2 and 35 are right");
  }

  @Test
  void shouldCountAKeyOnce() {
    for (int i = 0; i < 10; i++) {
      admissions.add(new Admission("c", RATE, 1, "k", at(0), at(5 + i), 7, i > 0, 1, 100));
    }
    assertEquals(0, exceeded());
    admissions.add(new Admission("c", RATE, 1, "k", at(20), at(25), 7, false, 2, 100));
    assertEquals(1, exceeded(), "a key that ran twice");
  }

  @Test
  void shouldFindWhatAWindowHoldsAndNobodyWasToldOf() {
    take(0, 1, 1, 1_000);
    take(100, 1, 3, 900);
    take(1_100, 1, 2, 1_000);
    assertEquals(0, doubled(new OpenTake("c", 1, "x"), new OpenTake("c", 1, "y")));
    assertEquals(1, doubled(new OpenTake("c", 1, "x"), new OpenTake("c", 1, "x")));
    assertEquals(2, doubled());
  }

  @Test
  void shouldNotMissWhatNobodyCanDate() {
    take(0, 1, 1, 1_000);
    slow(50, 900, 1);
    take(100, 1, 3, 900);
    assertEquals(0, doubled());
  }

  @Test
  void shouldTolerateAClockThatWasSet() {
    rate(0);
    rate(1);
    rate(90);
    final QuotaChecker checker = new QuotaChecker(TimeUnit.MILLISECONDS.toNanos(5));
    checker.check(admissions, List.of());
    assertEquals(0, checker.exceeded());
    assertEquals(1, exceeded());
  }

  private void take(final long ms, final long cost, final long used, final long ttlMs) {
    admissions.add(admission(WINDOW, ms, ms + ANSWER_MS, cost, used, ttlMs));
  }

  private void slow(final long ms, final long endMs, final long cost) {
    admissions.add(admission(WINDOW, ms, endMs, cost, cost, 500));
  }

  private void rate(final long ms) {
    admissions.add(admission(RATE, ms, ms + ANSWER_MS, 1, 1, 100));
  }

  private Admission admission(
      final Quota quota,
      final long startMs,
      final long endMs,
      final long cost,
      final long used,
      final long ttlMs) {
    final String key = "k" + admissions.size();
    return new Admission("c", quota, cost, key, at(startMs), at(endMs), 7, false, used, ttlMs);
  }

  private static long at(final long ms) {
    return TimeUnit.MILLISECONDS.toNanos(ms);
  }

  private long doubled(final OpenTake... open) {
    final QuotaChecker checker = new QuotaChecker(0);
    checker.check(admissions, List.of(open));
    assertEquals(0, checker.exceeded(), checker.violations()::toString);
    return checker.doubled();
  }

  private long exceeded() {
    return checked().exceeded();
  }

  private List<String> violations() {
    return checked().violations();
  }

  private QuotaChecker checked() {
    final QuotaChecker checker = new QuotaChecker(0);
    checker.check(admissions, List.of());
    return checker;
  }
}
