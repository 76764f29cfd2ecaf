package io.tally.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RefusedProcessesTest {
  private final RefusedProcesses refused = new RefusedProcesses(100);

  private int newcomers(final int count) {
    int newcomers = 0;
    for (int i = 0; i < count; i++) {
      newcomers += refused.onHeard(0, "n" + i, i, FrameRefusal.FINGERPRINT) ? 1 : 0;
    }
    return newcomers;
  }

  @Test
  void shouldTellOnceOfEachOfAWholeClusterOfStrangers() {
    assertEquals(NodeIds.MAX_COUNT, newcomers(NodeIds.MAX_COUNT));
    assertEquals(0, newcomers(NodeIds.MAX_COUNT));
    assertEquals(NodeIds.MAX_COUNT, refused.livingIds().size());
  }

  @Test
  void shouldKeepNoMoreThanThat() {
    newcomers(2 * NodeIds.MAX_COUNT);
    assertEquals(NodeIds.MAX_COUNT, refused.livingIds().size());
    assertEquals("n" + NodeIds.MAX_COUNT, refused.livingIds().get(0));
  }
}
