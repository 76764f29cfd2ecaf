package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tally.engine.Watcher;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchAllocationTest {
  private static final int WARM_TURNS = 2_000;
  private static final int TURNS = 4_000;
  private static final int TURNS_A_RENEWAL = 5;

  // As for the road of an increment: less than one object a turn.
  private static final long MAX_BYTES_PER_TURN = 8;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void shouldAllocateNothingForAChangeThatIsToldNorForARenewal() {
    final WatchBenchmark watch = new WatchBenchmark();
    watch.watching = WatchBenchmark.Watching.THIS;
    watch.turnNs = Watcher.RENEWAL_NS / TURNS_A_RENEWAL;
    watch.launch();
    turns(watch, WARM_TURNS);
    final long id = Thread.currentThread().getId();
    threads.getThreadAllocatedBytes(id);

    final long toldBefore = watch.toldCount();
    final long before = threads.getThreadAllocatedBytes(id);
    turns(watch, TURNS);
    final long allocated = threads.getThreadAllocatedBytes(id) - before;
    assertTrue(allocated < MAX_BYTES_PER_TURN * TURNS, allocated + " bytes in " + TURNS + " turns");
    assertTrue(watch.toldCount() - toldBefore >= TURNS, "too little was told");

    watch.verify();
  }

  private static void turns(final WatchBenchmark watch, final int count) {
    for (int i = 0; i < count; i++) {
      watch.one();
      watch.batch();
    }
  }
}
