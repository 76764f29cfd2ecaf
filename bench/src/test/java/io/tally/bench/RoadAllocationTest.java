package io.tally.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoadAllocationTest {
  private static final int COUNTERS = 1_000;
  private static final int WARM_TURNS = 2_000;
  private static final int TURNS = 4_000;

  // The virtual machine itself makes a class's string constants when it first compiles its methods,
  // on the thread that called them: some kilobytes in all. One object a turn would be 16 bytes.
  private static final long MAX_BYTES_PER_TURN = 8;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void shouldAllocateNothingForAnIncrementOfAKnownCounter() {
    final RoadBenchmark road = new RoadBenchmark();
    road.counters = COUNTERS;
    road.launch();
    turns(road, WARM_TURNS);
    final long id = Thread.currentThread().getId();
    // The first call may allocate what it answers with.
    threads.getThreadAllocatedBytes(id);

    final long before = threads.getThreadAllocatedBytes(id);
    turns(road, TURNS);
    final long allocated = threads.getThreadAllocatedBytes(id) - before;
    assertTrue(allocated < MAX_BYTES_PER_TURN * TURNS, allocated + " bytes in " + TURNS + " turns");

    road.verify();
  }

  private static void turns(final RoadBenchmark road, final int count) {
    for (int i = 0; i < count; i++) {
      road.one();
      road.batch();
    }
  }
}
