package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class ReplyBudgetTest {
  private final ReplyRoom room = new ReplyRoom(100);
  private int questions;
  private int droppable;

  private final ReplyBudget budget =
      new ReplyBudget(
          room,
          asked -> {
            questions++;
            return asked.tryTake();
          },
          () -> {
            room.release(droppable);
            droppable = 0;
          });

  @Test
  void shouldDropWhatNobodyAwaitsBeforeItRefusesAndAskOnce() {
    assertTrue(budget.tryTake(80));
    droppable = 50;
    assertTrue(budget.tryTake(60));
    assertEquals(90, room.taken());
    assertEquals(2, questions);
    assertEquals(0, room.refusalCount(), "nothing was refused");
  }

  @Test
  void shouldCountARefusalOnceAndTakeNothing() {
    assertTrue(budget.tryTake(80));
    assertFalse(budget.tryTake(30));
    assertEquals(80, room.taken());
    assertEquals(1, room.refusalCount());
    budget.release(80);
    assertEquals(0, room.taken());
  }

  @Test
  void shouldTakeWhatAReplayWasGivenEvenIfThereIsNoRoom() {
    final ReplyBudget replayed =
        new ReplyBudget(
            room,
            asked -> {
              asked.take();
              return true;
            },
            () -> {});
    assertTrue(replayed.tryTake(150));
    assertFalse(budget.tryTake(1));
    replayed.release(150);
    assertTrue(budget.tryTake(1));
  }
}
