package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.ClusterSettings;
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
    assertEquals(ClusterSettings.MAX_NODE_COUNT, newcomers(ClusterSettings.MAX_NODE_COUNT));
    assertEquals(0, newcomers(ClusterSettings.MAX_NODE_COUNT));
    assertEquals(ClusterSettings.MAX_NODE_COUNT, refused.livingIds().size());
  }

  @Test
  void shouldKeepNoMoreThanThat() {
    newcomers(2 * ClusterSettings.MAX_NODE_COUNT);
    assertEquals(ClusterSettings.MAX_NODE_COUNT, refused.livingIds().size());
    assertEquals("n" + ClusterSettings.MAX_NODE_COUNT, refused.livingIds().get(0));
  }
}
