package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.EventLoops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ClientLimitTest {
  private static final long MIB = 1 << 20;

  @Test
  void shouldAllowWhatAnEighthOfTheHeapHolds() {
    final ClientLimit limit = new ClientLimit(0, 2, 1_000 * MIB, 256 * MIB, 1 << 20);
    assertEquals(32 * MIB / 4_096, limit.maxConnections());
    assertEquals(32 * MIB, limit.maxBytes());
    assertDoesNotThrow(limit::check);
  }

  @Test
  void shouldAllowNoMoreThanThereAreDescriptors() {
    assertEquals(1_024 - 256, new ClientLimit(0, 2, MIB, 256 * MIB, 1_024).maxConnections());
    assertEquals(128, new ClientLimit(0, 2, MIB, 256 * MIB, 256).maxConnections());
  }

  @Test
  void shouldKeepNoMoreThanAQuarterOfWhatIsLeftOutsideTheHeap() {
    final long pollBytes = EventLoops.pollBytes(2, 1_024 - 256);
    final ClientLimit limit = new ClientLimit(0, 2, 40 * MIB + pollBytes, 256 * MIB, 1_024);
    assertEquals(pollBytes, limit.pollBytes());
    assertEquals(10 * MIB, limit.maxBytes());
  }

  @Test
  void shouldRefuseMoreConnectionsThanThereAreDescriptors() {
    final ClientLimit limit = new ClientLimit(1_000, 2, 40 * MIB, 256 * MIB, 1_024);
    final StartException fault = assertThrows(StartException.class, limit::check);
    assertTrue(fault.getMessage().contains("needs 1256 file descriptors"), fault::getMessage);
  }
}
