package io.tally.counter;

import static io.tally.counter.CounterTable.NO_DEADLINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.TtlMode;
import org.junit.jupiter.api.Test;

final class TtlTest {
  @Test
  void shouldSetADeadlineAsTheModeSays() {
    assertEquals(NO_DEADLINE, Ttl.deadlineNs(TtlMode.KEEP, 0, 7, NO_DEADLINE));
    assertEquals(9, Ttl.deadlineNs(TtlMode.KEEP, 0, 7, 9));
    assertEquals(2_000_007, Ttl.deadlineNs(TtlMode.ONCE, 2, 7, NO_DEADLINE));
    assertEquals(9, Ttl.deadlineNs(TtlMode.ONCE, 2, 7, 9));
    assertEquals(2_000_007, Ttl.deadlineNs(TtlMode.ALWAYS, 2, 7, NO_DEADLINE));
    assertEquals(2_000_007, Ttl.deadlineNs(TtlMode.ALWAYS, 2, 7, 9));
    assertEquals(NO_DEADLINE, Ttl.deadlineNs(TtlMode.CLEAR, 0, 7, NO_DEADLINE));
    assertEquals(NO_DEADLINE, Ttl.deadlineNs(TtlMode.CLEAR, 0, 7, 9));
  }

  @Test
  void shouldNeverMakeADeadlineOfALateTimeNone() {
    final long longest = CounterRequest.MAX_DURATION_MS;
    assertEquals(longest * 1_000_000 + 5, Ttl.after(5, longest));
    assertEquals(NO_DEADLINE - 1, Ttl.after(NO_DEADLINE - 5, longest));
    assertEquals(NO_DEADLINE - 1, Ttl.after(NO_DEADLINE - 2, 1));
  }

  @Test
  void shouldRoundWhatIsLeftUp() {
    assertEquals(0, Ttl.leftMs(7, NO_DEADLINE));
    assertEquals(0, Ttl.leftMs(7, 7));
    assertEquals(0, Ttl.leftMs(7, 6));
    assertEquals(1, Ttl.leftMs(7, 8));
    assertEquals(1, Ttl.leftMs(7, 1_000_007));
    assertEquals(2, Ttl.leftMs(7, 1_000_008));
  }

  @Test
  void shouldKnowDurations() {
    assertFalse(Ttl.isDuration(Long.MIN_VALUE));
    assertFalse(Ttl.isDuration(0));
    assertTrue(Ttl.isDuration(1));
    assertTrue(Ttl.isDuration(CounterRequest.MAX_DURATION_MS));
    assertFalse(Ttl.isDuration(CounterRequest.MAX_DURATION_MS + 1));
    assertTrue(Ttl.isValid(TtlMode.KEEP, 0));
    assertTrue(Ttl.isValid(TtlMode.CLEAR, 0));
    assertFalse(Ttl.isValid(TtlMode.ONCE, 0));
    assertTrue(Ttl.isValid(TtlMode.ALWAYS, 1));
  }
}
