package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Timers are shown as they were at one instant, although they are set, cancelled and fire. */
final class TimerSnapshotTest {
  private static final int SCHEMA_ID = 7;
  private static final int MAX_TIMERS = 4_000;
  private static final int IDS = 5_000;

  private long order;

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void shouldShowTheTimersOfTheInstant(@ForAll final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final TimerQueue timers = new TimerQueue(MAX_TIMERS);
    final TimerSnapshot snapshot = new TimerSnapshot(timers, SCHEMA_ID);
    change(random, timers, random.nextInt(10_000), 5);
    for (int round = 0; round < 3; round++) {
      final TimerQueue copy = copy(timers);
      final KeptRecords records = new KeptRecords();
      snapshot.beginSnapshot(records);
      // In some rounds the queue falls empty meanwhile, and is filled anew.
      final int kinds = 2 + random.nextInt(4);
      do {
        change(random, timers, random.nextInt(60 * kinds), kinds);
      } while (!snapshot.writeSnapshot(1 + random.nextInt(200)));
      change(random, timers, 100, 5);
      snapshot.endSnapshot();
      final TimerQueue restored = new TimerQueue(0);
      restoreInto(restored, records);
      assertEquals(drained(copy), drained(restored));
    }
  }

  @Test
  void shouldKeepRestoredTimersAboveTheLimitAndRefuseNewOnes() {
    final TimerQueue timers = new TimerQueue(3);
    for (int id = 0; id < 3; id++) {
      assertTrue(timers.set(id, 10 - id, id));
    }
    final KeptRecords records = new KeptRecords();
    final TimerSnapshot snapshot = new TimerSnapshot(timers, SCHEMA_ID);
    snapshot.beginSnapshot(records);
    assertTrue(snapshot.writeSnapshot(3));
    snapshot.endSnapshot();
    final TimerQueue restored = new TimerQueue(2);
    restoreInto(restored, records);
    assertFalse(restored.set(3, 1, 3));
    assertTrue(restored.set(0, 2, 3), "it is set already");
    assertEquals(0, restored.poll());
    assertFalse(restored.set(3, 1, 4), "as many as there may be");
    assertEquals(2, restored.poll());
    assertTrue(restored.set(3, 1, 5));
    assertThrows(IllegalArgumentException.class, () -> restoreInto(restored, records));
  }

  @Test
  void shouldGoOnWhenTheSinkIsFull() {
    final TimerQueue timers = new TimerQueue(MAX_TIMERS);
    for (int id = 0; id < 10; id++) {
      timers.set(id, id, id);
    }
    final TimerSnapshot snapshot = new TimerSnapshot(timers, SCHEMA_ID);
    snapshot.beginSnapshot(new KeptRecords(2));
    assertEquals(0, timers.poll());
    assertFalse(snapshot.writeSnapshot(100));
    assertEquals(1, timers.poll());
    assertFalse(snapshot.writeSnapshot(100));
    snapshot.endSnapshot();
    assertEquals(2, timers.poll());
  }

  private void change(
      final SplittableRandom random, final TimerQueue timers, final int times, final int kinds) {
    for (int i = 0; i < times; i++) {
      final int kind = random.nextInt(kinds);
      if (kind == 0 && timers.size() > 0) {
        timers.poll();
      } else if (kind == 1) {
        timers.cancel(random.nextInt(IDS));
      } else {
        timers.set(random.nextInt(IDS), random.nextInt(100), order++);
      }
    }
    if (kinds == 2 && random.nextInt(3) == 0) {
      timers.clear();
    }
  }

  private static TimerQueue copy(final TimerQueue timers) {
    final TimerQueue copy = new TimerQueue(MAX_TIMERS);
    for (int entry = 0; entry < timers.endOfEntries(); entry++) {
      if (timers.isSet(entry)) {
        copy.restore(timers.timerId(entry), timers.dueNs(entry), timers.order(entry));
      }
    }
    assertEquals(timers.size(), copy.size());
    return copy;
  }

  private static void restoreInto(final TimerQueue timers, final KeptRecords records) {
    final TimerSnapshot snapshot = new TimerSnapshot(timers, SCHEMA_ID);
    for (final byte[] record : records.records) {
      snapshot.restore(new UnsafeBuffer(record), 0, record.length);
    }
  }

  private static List<Long> drained(final TimerQueue timers) {
    final List<Long> drained = new ArrayList<>();
    while (timers.size() > 0) {
      drained.add(timers.nextDueNs());
      drained.add(timers.poll());
    }
    return drained;
  }
}
