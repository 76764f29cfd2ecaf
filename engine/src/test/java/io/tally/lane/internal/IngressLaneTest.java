package io.tally.lane.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class IngressLaneTest {
  private static final int WINDOW = 128;

  private final IngressLane lane = new IngressLane(WINDOW);

  @Test
  void shouldNumberFromOneAndStartWithFloorZero() {
    assertEquals(0, lane.floor());
    assertEquals(1, lane.assign());
    assertEquals(2, lane.assign());
    assertEquals(0, lane.floor());
  }

  @Test
  void shouldMoveTheFloorOnlyOverResolvedSequences() {
    for (int i = 0; i < 5; i++) {
      lane.assign();
    }
    lane.resolve(2);
    lane.resolve(3);
    assertEquals(0, lane.floor());
    lane.resolve(1);
    assertEquals(3, lane.floor());
    lane.resolve(5);
    assertEquals(3, lane.floor());
    lane.resolve(4);
    assertEquals(5, lane.floor());
  }

  @Test
  void shouldHoldTheWindowWhileTheLowestIsOpen() {
    for (int i = 0; i < WINDOW; i++) {
      assertTrue(lane.hasRoom());
      lane.assign();
    }
    assertFalse(lane.hasRoom());
    assertThrows(IllegalStateException.class, lane::assign);
    for (int sequence = 2; sequence <= WINDOW; sequence++) {
      lane.resolve(sequence);
    }
    assertFalse(lane.hasRoom());
    lane.resolve(1);
    assertEquals(WINDOW, lane.floor());
    assertTrue(lane.hasRoom());
  }

  @Test
  void shouldGoOnOverManyWindows() {
    for (long round = 0; round < 10; round++) {
      final long base = lane.floor();
      for (int i = 1; i <= WINDOW; i++) {
        assertEquals(base + i, lane.assign());
      }
      for (int i = WINDOW; i >= 1; i--) {
        assertEquals(base, lane.floor());
        lane.resolve(base + i);
      }
      assertEquals(base + WINDOW, lane.floor());
    }
  }

  @Test
  void shouldRefuseToResolveWhatIsNotOpen() {
    assertThrows(IllegalStateException.class, () -> lane.resolve(1));
    lane.assign();
    lane.resolve(1);
    assertThrows(IllegalStateException.class, () -> lane.resolve(1));
    assertThrows(IllegalStateException.class, () -> lane.resolve(2));
  }

  @Test
  void shouldRefuseWindowsThatAreNoPowerOfTwoFrom64() {
    assertThrows(IllegalArgumentException.class, () -> new IngressLane(32));
    assertThrows(IllegalArgumentException.class, () -> new IngressLane(96));
  }
}
