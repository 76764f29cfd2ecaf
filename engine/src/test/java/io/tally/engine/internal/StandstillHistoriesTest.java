package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class StandstillHistoriesTest {
  private static final long TICK = StandstillDetector.TICK_NS;
  private static final long TIMEOUT = 10 * TICK;

  /** Times between steps, in milliseconds; every seventh or so is a standstill. */
  @Provide
  Arbitrary<int[]> delays() {
    return Arbitraries.integers()
        .between(0, 200)
        .edgeCases(edges -> edges.add(0, 100, 200))
        .map(delay -> delay % 7 == 1 ? 15 * delay : delay)
        .array(int[].class)
        .ofMaxSize(200);
  }

  /**
   * A thread that is held up anywhere: between poll and tick, and between a socket's report and the
   * look at its bytes. Something arrives at each of these times.
   */
  @Property(tries = 2_000)
  void shouldNeverTakeWhatWaitedForTooLong(@ForAll("delays") final int[] delaysMs) {
    final StandstillDetector ticks = new StandstillDetector(TIMEOUT, 0);
    final SocketBacklog watched = new SocketBacklog(ticks, 0, 0);
    final Deque<Long> unread = new ArrayDeque<>();
    final long[] delays = Arrays.stream(delaysMs).mapToLong(ms -> ms * 1_000_000L).toArray();
    long now = 0;
    boolean paused = false;
    for (int i = 0; i + 3 < delays.length; i += 4) {
      unread.add(now);
      now += delays[i];
      final boolean reported = !unread.isEmpty() && !paused;
      now += delays[i + 1];
      if (reported) {
        // Sometimes less is read than there is.
        final long oldest = unread.peek();
        final int reads = delaysMs[i + 2] % 3 == 0 ? 1 : unread.size();
        for (int read = 0; read < reads; read++) {
          unread.remove();
        }
        watched.onRead(now);
        if (now - oldest > TIMEOUT + 2 * TICK) {
          assertTrue(watched.isLate(now), "read at " + now + ", arrived at " + oldest);
        }
        if (unread.isEmpty()) {
          watched.onDrained();
        }
      }
      if (delaysMs[i + 3] % 5 == 0) {
        paused = !paused;
        if (paused) {
          watched.onPause();
        } else {
          watched.onResume(now);
        }
      }
      unread.add(now);
      now += delays[i + 2];
      ticks.onTick(now);
      now += delays[i + 3];
    }
  }
}
