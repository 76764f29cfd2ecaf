package io.tally.lane.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a shard keeps of lanes, and what it drops, over the lives of the nodes that send to it. */
@Timeout(30)
final class OwnerLanesTest {
  private static final int WINDOW = 64;
  private static final byte MARKED_CODE = 1;
  private static final int NODES = 5;
  private static final int LOOPS = 4;
  private static final int COMMANDS = 20_000;

  private final OwnerLanes lanes = new OwnerLanes(WINDOW, Long.BYTES, MARKED_CODE, null);

  private record Name(long node, long incarnation, int loop) {}

  @Test
  void shouldTakeNoMoreBytesThanItSays() {
    final OwnerLane lane = lanes.lane(1, 1, 0, 0);
    for (long sequence = 1; sequence <= WINDOW; sequence++) {
      assertEquals(OwnerLane.EXECUTE, lane.begin(sequence, 0));
    }
    final long slots = lane.buffer().capacity();
    final long max = OwnerLanes.maxLaneBytes(WINDOW, Long.BYTES, false);
    assertTrue(slots < max && slots > max - 300, () -> slots + " of " + max);
    assertEquals(max + WINDOW * Long.BYTES, OwnerLanes.maxLaneBytes(WINDOW, Long.BYTES, true));
  }

  @Test
  void shouldDropLanesOnlyForANewerIncarnationOfTheirOwnNode() {
    final SplittableRandom random = new SplittableRandom(7);
    final long[] newest = new long[NODES];
    final Map<Name, OwnerLane> expected = new HashMap<>();
    for (int i = 0; i < COMMANDS; i++) {
      final int node = random.nextInt(NODES);
      // Now and then of a process that has ended, or of the next one, before or after long silence.
      final long incarnation = Math.max(1, newest[node] + random.nextInt(-3, 2) % 2);
      final Name name = new Name(node, incarnation, random.nextInt(LOOPS));
      final OwnerLane lane = lanes.lane(node, incarnation, name.loop, 0);
      if (incarnation < newest[node]) {
        assertNull(lane, "refused for ever");
        continue;
      }
      if (incarnation > newest[node]) {
        newest[node] = incarnation;
        expected.keySet().removeIf(other -> other.node == node);
      }
      final OwnerLane known = expected.putIfAbsent(name, lane);
      if (known != null) {
        assertSame(known, lane, "whatever other nodes did meanwhile");
      }
      expected.forEach(
          (other, kept) -> assertSame(kept, lanes.find(other.node, other.incarnation, other.loop)));
    }
    assertTrue(newest[0] > 10);
  }

  @Test
  void shouldKeepNoMoreLanesThanThereAreLoopsOfAllNodes() {
    for (long incarnation = 1; incarnation <= 1_000; incarnation++) {
      for (int node = 0; node < NODES; node++) {
        for (int loop = 0; loop < LOOPS; loop++) {
          lanes.lane(node, incarnation, loop, 0);
        }
      }
    }
    final List<Name> kept = new ArrayList<>();
    for (long incarnation = 1; incarnation <= 1_000; incarnation++) {
      for (int node = 0; node < NODES; node++) {
        for (int loop = 0; loop < LOOPS; loop++) {
          if (lanes.find(node, incarnation, loop) != null) {
            kept.add(new Name(node, incarnation, loop));
          }
        }
      }
    }
    assertEquals(NODES * LOOPS, kept.size());
    assertTrue(kept.stream().allMatch(name -> name.incarnation == 1_000));
  }
}
