package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.check.Fate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ReplacementCheckerTest {
  private final List<Replacement> requests = new ArrayList<>();

  @Test
  void shouldPassSetsAndDeletesInTurn() {
    applied(1, 0, 0);
    applied(2, 1, 10);
    applied(0, 2, 20);
    applied(3, 0, 30);
    assertFine(3);
  }

  @Test
  void shouldFindAValueThatVanished() {
    applied(1, 0, 0);
    applied(2, 0, 10);
    assertLost(1, 2);
    assertLost(2, 0);
  }

  @Test
  void shouldLetEachOpenWriteHideOne() {
    applied(1, 0, 0);
    applied(2, 0, 10);
    open(0, 0);
    assertFine(2);
    applied(3, 0, 20);
    assertLost(1, 3);
  }

  @Test
  void shouldFindAValueThatWasReplacedTwice() {
    applied(1, 0, 0);
    applied(2, 1, 10);
    applied(3, 1, 20);
    assertDoubled(1, 3, "had been replaced by");
  }

  @Test
  void shouldFindAWriteThatRanAgainThoughNobodyAskedForItsAnswer() {
    applied(1, 0, 0);
    applied(2, 1, 10);
    assertDoubled(1, 1, "in the end");
  }

  @Test
  void shouldFindAKeyThatRanTwice() {
    add(1, 0, 0, Fate.APPLIED, "k", false);
    add(1, 1, 10, Fate.APPLIED, "k", false);
    assertDoubled(1, 1, "is not the answer of");
  }

  @Test
  void shouldTakeARepeatedAnswerForThatOfTheOpenRequest() {
    add(1, 0, 0, Fate.UNKNOWN, "k", false);
    add(1, 0, 10, Fate.APPLIED, "k", true);
    add(1, 0, 20, Fate.APPLIED, "k", true);
    assertFine(1);
  }

  @Test
  void shouldFindAValueThatNobodySet() {
    applied(1, 9, 0);
    assertDoubled(1, 1, "nobody had set");
  }

  @Test
  void shouldFindAValueOfTheFuture() {
    applied(1, 2, 0);
    applied(2, 0, 10);
    assertDoubled(1, 1, "nobody had set");
  }

  @Test
  void shouldFindARefusedWriteThatRan() {
    add(1, 0, 0, Fate.NOT_APPLIED, "k", false);
    applied(2, 1, 10);
    assertDoubled(1, 2, "nobody had set");
  }

  @Test
  void shouldFindAWriteThatCameBetween() {
    applied(1, 0, 0);
    applied(2, 0, 10);
    applied(3, 1, 20);
    open(0, 15);
    final ReplacementChecker checker = checked(3);
    assertEquals(1, checker.lost(), checker.violations().toString());
    assertTrue(checker.violations().toString().contains("came between"));
  }

  @Test
  void shouldLeaveOutWhatAnEarlierLifeAnswered() {
    requests.add(new Replacement("c", 5, 0, "k5", 0, 1, Fate.APPLIED, 6, false));
    applied(1, 0, 10);
    assertFine(1);
  }

  private void assertFine(final long lastValue) {
    assertEquals(List.of(), checked(lastValue).violations());
  }

  private void assertLost(final long lost, final long lastValue) {
    assertEquals(lost, checked(lastValue).lost(), checked(lastValue).violations().toString());
  }

  private void assertDoubled(final long doubled, final long lastValue, final String why) {
    final ReplacementChecker checker = checked(lastValue);
    assertEquals(doubled, checker.doubled(), checker.violations().toString());
    assertTrue(checker.violations().toString().contains(why), checker.violations().toString());
  }

  private ReplacementChecker checked(final long lastValue) {
    final ReplacementChecker checker = new ReplacementChecker();
    checker.check("c", requests, 7, lastValue);
    return checker;
  }

  private void applied(final long value, final long previous, final long start) {
    add(value, previous, start, Fate.APPLIED, "k" + requests.size(), false);
  }

  private void open(final long value, final long start) {
    add(value, 0, start, Fate.UNKNOWN, "k" + requests.size(), false);
  }

  private void add(
      final long value,
      final long previous,
      final long start,
      final Fate fate,
      final String key,
      final boolean replayed) {
    requests.add(
        new Replacement(
            "c",
            value,
            previous,
            key,
            start,
            start + 5,
            fate,
            fate == Fate.APPLIED ? 7 : 0,
            replayed));
  }
}
