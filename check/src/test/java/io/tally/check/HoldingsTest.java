package io.tally.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class HoldingsTest {
  private final Holdings holdings = new Holdings(true);

  @Test
  void shouldPassHoldersThatFollowEachOther() {
    holdings.granted("a", 1, 5, 0, 10);
    holdings.renewed("a", 1, 5, 20);
    holdings.granted("a", 1, 6, 20, 30);
    holdings.granted("b", 1, 6, 5, 50);
    holdings.granted("a", 2, 1, 40, 50);
    assertPassed();
    assertEquals(4, holdings.count());
  }

  @Test
  void shouldPassWhatEndedBeforeItsHolderWasTold() {
    holdings.granted("a", 1, 6, 10, 20);
    holdings.granted("a", 1, 5, 15, 15);
    assertPassed();
  }

  @Test
  void shouldFindTwoHolders() {
    holdings.granted("a", 1, 5, 0, 100);
    holdings.granted("a", 1, 6, 100, 110);
    assertPassed();
    holdings.granted("a", 1, 7, 109, 120);
    assertFound("holders: two of a");
  }

  @Test
  void shouldFindAHolderBesideOneThatHoldsForLongerThanTheLast() {
    holdings.granted("a", 1, 5, 0, 1);
    holdings.renewed("a", 1, 5, 100);
    holdings.granted("a", 1, 6, 100, 101);
    holdings.granted("a", 1, 7, 99, 102);
    assertFound("holders: two of a: 1-5");
  }

  @Test
  void shouldLetARenewalEndNothingEarlierAndNothingGoOnThatWasGivenUp() {
    holdings.granted("a", 1, 5, 0, 100);
    holdings.renewed("a", 1, 5, 50);
    holdings.granted("a", 1, 6, 60, 70);
    assertFound("holders: two of a: 1-5 from 0 to 100");
    holdings.released("a", 1, 5, 60);
    assertPassed();
    holdings.renewed("a", 1, 5, 200);
    holdings.released("a", 1, 5, 90);
    assertPassed();
  }

  @Test
  void shouldFindATokenThatIsGivenTwiceEvenIfNobodyHeldIt() {
    holdings.granted("a", 1, 5, 0, 10);
    holdings.granted("a", 1, 5, 20, 15);
    assertFound("token: given twice for a");
  }

  @Test
  void shouldFindATokenThatIsNotAboveTheOneBefore() {
    holdings.granted("a", 2, 1, 0, 10);
    holdings.granted("a", 1, 9, 20, 30);
    assertFound("token: not above the one before for a");
  }

  @Test
  void shouldPassLowerIncarnationsWhereClocksAreSetBack() {
    final Holdings inAnyOrder = new Holdings(false);
    inAnyOrder.granted("a", 2, 1, 0, 10);
    inAnyOrder.granted("a", 1, 9, 20, 30);
    assertEquals(List.of(), inAnyOrder.violations());
    inAnyOrder.granted("a", 1, 8, 40, 50);
    assertEquals(1, inAnyOrder.violations().size());
  }

  private void assertPassed() {
    assertEquals(List.of(), holdings.violations());
  }

  private void assertFound(final String start) {
    assertTrue(
        holdings.violations().stream().anyMatch(text -> text.startsWith(start)),
        holdings.violations()::toString);
  }
}
