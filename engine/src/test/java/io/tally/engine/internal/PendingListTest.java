package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class PendingListTest {
  private final PendingList list = new PendingList();
  private final PendingRequest a = new PendingRequest(0, 64, 32, null);
  private final PendingRequest b = new PendingRequest(1, 64, 32, null);
  private final PendingRequest c = new PendingRequest(2, 64, 32, null);

  @Test
  void shouldBeEmptyAtFirst() {
    assertTrue(list.isEmpty());
    assertNull(list.first());
  }

  @Test
  void shouldKeepTheOrderOfAppending() {
    list.append(a.byTurn);
    list.append(b.byTurn);
    list.append(c.byTurn);
    assertSame(a, list.first());
    a.byTurn.unlink();
    assertSame(b, list.first());
    b.byTurn.unlink();
    assertSame(c, list.first());
    c.byTurn.unlink();
    assertTrue(list.isEmpty());
  }

  @Test
  void shouldPutBehindThoseThatEndNoLater() {
    a.deadlineNs = Long.MAX_VALUE;
    b.deadlineNs = Long.MIN_VALUE;
    c.deadlineNs = Long.MAX_VALUE;
    list.insertByDeadline(b.byDeadline);
    list.insertByDeadline(a.byDeadline);
    list.insertByDeadline(c.byDeadline);
    assertSame(b, list.last(), "the clock goes round");
    assertSame(a, list.first());
    a.byDeadline.unlink();
    assertSame(c, list.first());
    c.byDeadline.unlink();
    assertSame(b, list.first());
  }

  @Test
  void shouldUnlinkFromTheMiddleAndTheEnd() {
    list.append(a.byTurn);
    list.append(b.byTurn);
    list.append(c.byTurn);
    b.byTurn.unlink();
    c.byTurn.unlink();
    list.append(b.byTurn);
    assertSame(a, list.first());
    a.byTurn.unlink();
    assertSame(b, list.first());
  }

  @Test
  void shouldIgnoreTheUnlinkingOfWhatIsInNoList() {
    a.byTurn.unlink();
    list.append(a.byTurn);
    a.byTurn.unlink();
    a.byTurn.unlink();
    assertTrue(list.isEmpty());
  }

  @Test
  void shouldKeepTheTwoListsOfARequestApart() {
    final PendingList other = new PendingList();
    list.append(a.byTurn);
    other.append(a.byDeadline);
    a.byTurn.unlink();
    assertTrue(list.isEmpty());
    assertSame(a, other.first());
  }
}
