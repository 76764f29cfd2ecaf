package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Random sets, cancels and polls against a sorted set. */
final class TimerQueueTest {
  private record Timer(long dueNs, long order, long id) {}

  private static final Comparator<Timer> BY_DUE_AND_ORDER =
      Comparator.comparingLong(Timer::dueNs).thenComparingLong(Timer::order);

  private final Map<Long, Timer> byId = new HashMap<>();
  private final TreeSet<Timer> sorted = new TreeSet<>(BY_DUE_AND_ORDER);
  private long nextOrder;

  @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
  void shouldAgreeWithASortedSet(
      @ForAll final long seed,
      @ForAll @IntRange(max = 200) final int maxTimers,
      @ForAll @IntRange(min = 1, max = 50) final int dueRange) {
    final SplittableRandom random = new SplittableRandom(seed);
    final TimerQueue queue = new TimerQueue(maxTimers);
    for (int step = 0; step < 2_000; step++) {
      // Phases in which the queue grows and such in which it shrinks.
      final int kind = random.nextInt(step / 250 % 2 == 0 ? 5 : 3);
      final long id = random.nextLong(300) - 150;
      if (kind == 0 && !sorted.isEmpty()) {
        assertEquals(pollFirst(), queue.poll());
      } else if (kind == 1) {
        assertEquals(cancel(id), queue.cancel(id));
      } else {
        final long dueNs = random.nextLong(dueRange);
        assertEquals(set(id, dueNs, maxTimers), queue.set(id, dueNs, nextOrder++));
      }
      verifyFirst(queue);
    }
    while (!sorted.isEmpty()) {
      assertEquals(pollFirst(), queue.poll());
      verifyFirst(queue);
    }
  }

  @Test
  void shouldHoldAsManyAsItMayAndForgetThemAll() {
    final int many = 100_000;
    final TimerQueue queue = new TimerQueue(many);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < many; i++) {
        assertTrue(queue.set(i, many - i, i));
      }
      assertFalse(queue.set(many, 0, many), "one too many");
      assertTrue(queue.set(7, 5, many), "it is set already");
      for (int i = 0; i < many; i++) {
        assertTrue(queue.cancel(i));
      }
      assertEquals(0, queue.size());
      assertEquals(TimerQueue.NEVER, queue.nextDueNs());
    }
  }

  private boolean set(final long id, final long dueNs, final int maxTimers) {
    final Timer known = byId.get(id);
    if (known == null && byId.size() == maxTimers) {
      return false;
    }
    if (known == null || known.dueNs != dueNs) {
      cancel(id);
      final Timer timer = new Timer(dueNs, nextOrder, id);
      byId.put(id, timer);
      sorted.add(timer);
    }
    return true;
  }

  private long pollFirst() {
    final long id = sorted.pollFirst().id;
    byId.remove(id);
    return id;
  }

  private boolean cancel(final long id) {
    final Timer known = byId.remove(id);
    return known != null && sorted.remove(known);
  }

  private TimerQueue queueWith(final long order) {
    final TimerQueue other = new TimerQueue(1);
    other.set(1, sorted.first().dueNs, order);
    return other;
  }

  private void verifyFirst(final TimerQueue queue) {
    assertEquals(sorted.size(), queue.size());
    if (sorted.isEmpty()) {
      assertEquals(TimerQueue.NEVER, queue.nextDueNs());
      assertFalse(queue.isBefore(new TimerQueue(0)));
    } else {
      assertEquals(sorted.first().dueNs, queue.nextDueNs());
      assertTrue(queue.isBefore(queueWith(sorted.first().order + 1)));
      assertFalse(queue.isBefore(queueWith(sorted.first().order - 1)));
    }
  }
}
