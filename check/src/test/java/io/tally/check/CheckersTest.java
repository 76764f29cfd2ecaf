package io.tally.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each checker passes what is right and finds what is wrong. */
@Timeout(10)
final class CheckersTest {
  private final List<Operation> operations = new ArrayList<>();
  private final List<Life> lives = new ArrayList<>();

  @Test
  void shouldPassACorrectHistory() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    add(1, 5, 20, Fate.APPLIED, 3, 7);
    add(1, 6, 30, Fate.UNKNOWN, 0, 0);
    add(1, 7, 40, Fate.NOT_APPLIED, 0, 0);
    read(50, 60, 3, 7);
    life(7, 0, Long.MAX_VALUE, 3);
    assertEquals(List.of(), violations());
  }

  @Test
  void shouldFindALostWrite() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    add(1, 20, 30, Fate.APPLIED, 2, 7);
    life(7, 0, Long.MAX_VALUE, 1);
    assertFound("ConservationChecker");
  }

  @Test
  void shouldFindADoubledWrite() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    life(7, 0, Long.MAX_VALUE, 2);
    assertFound("ConservationChecker");
  }

  @Test
  void shouldFindAWriteAppliedThoughAnsweredOtherwise() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    add(2, 0, 10, Fate.NOT_APPLIED, 0, 0);
    life(7, 0, Long.MAX_VALUE, 3);
    assertFound("ConservationChecker");
    assertFound("FateChecker");
  }

  @Test
  void shouldFindAWriteThatReachedTheNextIncarnation() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    add(4, 0, 10, Fate.UNKNOWN, 0, 0);
    life(7, 0, 20, 1);
    life(8, 30, Long.MAX_VALUE, 4);
    assertFound("ConservationChecker");
    assertFound("FateChecker");
  }

  @Test
  void shouldCountAnUnknownWriteForAnyIncarnationItMayHaveReached() {
    add(1, 0, 50, Fate.UNKNOWN, 0, 0);
    life(7, 0, 20, 0);
    life(8, 30, Long.MAX_VALUE, 1);
    assertEquals(List.of(), violations());
  }

  @Test
  void shouldBoundEachSignAlone() {
    add(10, 0, 10, Fate.APPLIED, 10, 7);
    add(-4, 11, 20, Fate.UNKNOWN, 0, 0);
    add(3, 11, 20, Fate.UNKNOWN, 0, 0);
    life(7, 0, Long.MAX_VALUE, 6);
    assertEquals(List.of(), violations());
    lives.clear();
    life(7, 0, Long.MAX_VALUE, 5);
    assertFound("ConservationChecker");
  }

  @Test
  void shouldFindAValueReturnedTwice() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    life(7, 0, Long.MAX_VALUE, 2);
    assertFound("UniqueValueChecker");
  }

  @Test
  void shouldFindOverlappingAmounts() {
    add(5, 0, 10, Fate.APPLIED, 5, 7);
    add(5, 0, 10, Fate.APPLIED, 8, 7);
    life(7, 0, Long.MAX_VALUE, 10);
    assertFound("UniqueValueChecker");
  }

  @Test
  void shouldFindAnAnswerAboveTheLastValue() {
    add(1, 0, 10, Fate.APPLIED, 2, 7);
    add(1, 0, 10, Fate.UNKNOWN, 0, 0);
    life(7, 0, Long.MAX_VALUE, 1);
    assertFound("UniqueValueChecker");
  }

  @Test
  void shouldFindValuesAgainstRealTime() {
    add(1, 0, 10, Fate.APPLIED, 2, 7);
    add(1, 11, 20, Fate.APPLIED, 1, 7);
    life(7, 0, Long.MAX_VALUE, 2);
    assertFound("OrderChecker");
  }

  @Test
  void shouldFindAReadOfThePast() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    read(11, 20, 0, 7);
    life(7, 0, Long.MAX_VALUE, 1);
    assertFound("OrderChecker");
  }

  @Test
  void shouldFindAReadOfTheFuture() {
    read(0, 10, 1, 7);
    add(1, 11, 20, Fate.APPLIED, 1, 7);
    life(7, 0, Long.MAX_VALUE, 1);
    assertFound("OrderChecker");
  }

  @Test
  void shouldFindAnAnswerThatRanNeverAndOneThatNobodyAskedFor() {
    add(1, 0, 10, Fate.APPLIED, 1, 7);
    add(2, 20, 30, Fate.APPLIED, 3, 7);
    life(7, 0, Long.MAX_VALUE, 9);
    final List<String> found = violations();
    assertTrue(found.stream().anyMatch(v -> v.contains("+2 was not applied")), found.toString());
    assertTrue(found.stream().anyMatch(v -> v.contains("holds 8")), found.toString());
  }

  @Test
  void shouldFindAnOlderIncarnationThatAnswersAgain() {
    add(1, 0, 10, Fate.APPLIED, 1, 8);
    read(11, 20, 0, 7);
    life(7, 0, 5, 0);
    life(8, 6, Long.MAX_VALUE, 1);
    assertFound("IncarnationChecker");
  }

  @Test
  void shouldFindAnAnswerOfAnIncarnationThatNeverLived() {
    read(0, 10, 0, 9);
    life(7, 0, Long.MAX_VALUE, 0);
    assertFound("IncarnationChecker");
  }

  @Test
  void shouldCountRequestsWithOneIdempotencyKeyOnce() {
    keyed("k", 0, 10, Fate.UNKNOWN, 0, 0, false);
    keyed("k", 11, 20, Fate.APPLIED, 1, 7, true);
    life(7, 0, Long.MAX_VALUE, 1);
    assertEquals(List.of(), violations());
    lives.clear();
    life(7, 0, Long.MAX_VALUE, 2);
    assertFound("ConservationChecker");
  }

  @Test
  void shouldFindAnIdempotencyKeyThatRanTwice() {
    keyed("k", 0, 10, Fate.APPLIED, 1, 7, false);
    keyed("k", 11, 20, Fate.APPLIED, 2, 7, false);
    life(7, 0, Long.MAX_VALUE, 2);
    assertFound("IdempotencyChecker");
  }

  @Test
  void shouldFindAKeyedWriteThatRanTwiceThoughItsClientKnowsOfNeither() {
    keyed("k", 0, 10, Fate.UNKNOWN, 0, 0, false);
    keyed("k", 11, 20, Fate.UNKNOWN, 0, 0, false);
    add(4, 0, 10, Fate.UNKNOWN, 0, 0);
    life(7, 0, Long.MAX_VALUE, 1);
    assertEquals(List.of(), violations());
    lives.clear();
    life(7, 0, Long.MAX_VALUE, 2);
    assertFound("FateChecker");
  }

  @Test
  void shouldFindAKeyedWriteThatWasAnsweredAndIsMissing() {
    keyed("k", 0, 10, Fate.NOT_APPLIED, 0, 0, false);
    keyed("k", 11, 20, Fate.APPLIED, 1, 7, false);
    keyed("k", 21, 30, Fate.APPLIED, 1, 7, true);
    life(7, 0, Long.MAX_VALUE, 0);
    assertFound("FateChecker");
  }

  @Test
  void shouldFindAWriteThatTakesEffectAfterItWasSettled() {
    add(1, 0, Long.MAX_VALUE, Fate.UNKNOWN, 0, 0);
    add(4, 0, 20, Fate.UNKNOWN, 0, 0);
    read(99, 100, 0, 7);
    life(7, 0, Long.MAX_VALUE, 5);
    assertEquals(List.of(), unsettled(100), "the read began too early to settle anything");
    read(100, 110, 4, 7);
    final List<String> found = unsettled(100);
    assertEquals(1, found.size(), found.toString());
    assertTrue(found.get(0).contains("+1 took effect"), found.toString());
    lives.clear();
    life(7, 0, 200, 0);
    assertEquals(List.of(), unsettled(100));
    read(111, 120, 5, 7);
    assertEquals(1, unsettled(100).size());
  }

  @Test
  void shouldSettleAKeyedWriteAfterItsLastRequest() {
    keyed("k", 0, 10, Fate.UNKNOWN, 0, 0, false);
    keyed("k", 50, 60, Fate.UNKNOWN, 0, 0, false);
    read(120, 130, 0, 7);
    life(7, 0, Long.MAX_VALUE, 1);
    assertEquals(List.of(), unsettled(100));
    read(150, 160, 0, 7);
    assertEquals(1, unsettled(100).size());
  }

  @Test
  void shouldJudgeAnIncarnationByWhatWasInItWhenItBegan() {
    keyed("k", 0, 10, Fate.APPLIED, 1, 7, false);
    add(2, 11, 20, Fate.APPLIED, 3, 7);
    life(7, 0, 30, 3);
    keyed("k", 50, 60, Fate.APPLIED, 1, 8, true);
    add(4, 61, 70, Fate.APPLIED, 5, 8);
    lives.add(new Life("c", 8, 40, Long.MAX_VALUE, true, 5, 1));
    assertEquals(List.of(), violations());
    lives.remove(1);
    lives.add(new Life("c", 8, 40, Long.MAX_VALUE, true, 4, 1));
    assertFound("ConservationChecker");
    assertFound("UniqueValueChecker");
    assertFound("FateChecker");
    lives.remove(1);
    lives.add(new Life("c", 8, 40, Long.MAX_VALUE, true, 13, 1));
    assertFound("ConservationChecker");
    assertFound("FateChecker");
  }

  private List<String> unsettled(final long settledAfter) {
    return new SettledChecker(settledAfter).check(new History(operations, lives));
  }

  private List<String> violations() {
    return Checker.checkAll(new History(operations, lives));
  }

  private void assertFound(final String checker) {
    final List<String> found = violations();
    assertTrue(found.stream().anyMatch(v -> v.startsWith(checker)), found.toString());
  }

  private void add(
      final long amount,
      final long start,
      final long end,
      final Fate fate,
      final long value,
      final long incarnation) {
    operations.add(
        new Operation("c", true, amount, "", start, end, fate, value, incarnation, false));
  }

  private void keyed(
      final String idempotencyKey,
      final long start,
      final long end,
      final Fate fate,
      final long value,
      final long incarnation,
      final boolean replayed) {
    operations.add(
        new Operation(
            "c", true, 1, idempotencyKey, start, end, fate, value, incarnation, replayed));
  }

  private void read(final long start, final long end, final long value, final long incarnation) {
    operations.add(
        new Operation("c", false, 0, "", start, end, Fate.APPLIED, value, incarnation, false));
  }

  private void life(
      final long incarnation, final long born, final long died, final long finalValue) {
    lives.add(new Life("c", incarnation, born, died, true, finalValue));
  }
}
