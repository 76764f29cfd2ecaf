package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PlacementTest {
  private static final String SEED = "counter-cluster";
  private static final List<String> SEEDS =
      List.of(SEED, "", "a", "another-cluster", "42", "z\u00e4hler");
  private static final List<IntFunction<String>> NAMINGS =
      List.of(i -> "node-" + i, i -> "host_" + (char) ('a' + i), i -> "10-0-0-" + (11 + i));

  // Frozen: a cluster whose nodes disagree about it would lose requests.
  private static final int[] SEVEN_NODES = {
    3, 0, 2, 6, 4, 1, 4, 3, 5, 0, 1, 0, 0, 4, 3, 3,
    5, 4, 5, 1, 2, 2, 3, 5, 4, 1, 1, 4, 3, 2, 6, 1,
    4, 5, 0, 0, 2, 5, 6, 2, 4, 2, 6, 2, 3, 1, 5, 0,
    2, 4, 1, 6, 1, 0, 6, 5, 3, 0, 6, 1, 5, 6, 3, 6,
  };

  @Test
  void shouldPlaceAsFrozen() {
    assertArrayEquals(SEVEN_NODES, owners(place(nodes(7), 64, SEED)));
  }

  @Test
  void shouldStartEveryShardAtEpochOne() {
    final RoutingTable table = place(nodes(3), 10, SEED);

    assertEquals(10, table.shardCount());
    for (int shardId = 0; shardId < 10; shardId++) {
      assertEquals(1, table.epoch(shardId));
    }
  }

  @Test
  void shouldNotDependOnTheOrderOfTheNodes() {
    final RoutingTable expected = place(nodes(12), 64, SEED);
    final Random random = new Random(20210218);
    for (int i = 0; i < 10; i++) {
      final List<String> shuffled = new ArrayList<>(nodes(12));
      Collections.shuffle(shuffled, random);
      final RoutingTable table = place(shuffled, 64, SEED);

      assertEquals(expected.nodeIds(), table.nodeIds());
      assertArrayEquals(owners(expected), owners(table));
    }
    assertEquals(
        List.of("node-0", "node-1", "node-10", "node-11"), expected.nodeIds().subList(0, 4));
  }

  @Test
  void shouldPlaceDifferentSeedsDifferently() {
    assertFalse(
        Arrays.equals(owners(place(nodes(7), 64, SEED)), owners(place(nodes(7), 64, SEED + "2"))));
    // The same text, split otherwise between seed and node id.
    assertFalse(
        Arrays.equals(
            owners(place(List.of("xa", "xb", "xc"), 64, "s")),
            owners(place(List.of("a", "b", "c"), 64, "sx"))));
  }

  @Test
  void shouldGiveEveryNodeItsEvenShareOrOneMore() {
    for (final String seed : SEEDS) {
      for (final int shardCount : new int[] {1, 2, 7, 63, 64, 100, 128, 1000}) {
        for (int nodeCount = 1; nodeCount <= 17; nodeCount++) {
          assertBalanced(place(nodes(nodeCount), shardCount, seed));
        }
      }
    }
    assertBalanced(place(nodes(16), ClusterSettings.MAX_SHARD_COUNT, SEED));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 100, 128})
  void shouldMoveFewShardsWhenAnyNodeJoinsOrLeaves(final int shardCount) {
    double worst = 0;
    double sum = 0;
    int count = 0;
    for (final String seed : SEEDS) {
      for (final IntFunction<String> naming : NAMINGS) {
        for (int nodeCount = 3; nodeCount <= 16; nodeCount++) {
          final List<String> ids = IntStream.range(0, nodeCount).mapToObj(naming).toList();
          final RoutingTable with = place(ids, shardCount, seed);
          for (final String id : ids) {
            final List<String> others = ids.stream().filter(other -> !other.equals(id)).toList();
            final RoutingTable without = place(others, shardCount, seed);
            final double moved = moved(with, without);
            final double join = moved / fewestMoved(without, with);
            final double leave = moved / fewestMoved(with, without);
            worst = Math.max(worst, Math.max(join, leave));
            sum += join + leave;
            count += 2;
          }
        }
      }
    }
    System.out.printf(
        "placement of %d shards: %d joins and leaves moved %.2f times the minimum on average,"
            + " %.2f times at worst%n",
        shardCount, count, sum / count, worst);
    assertTrue(sum / count <= 2, "on average " + sum / count);
    assertTrue(worst <= 4, "at worst " + worst);
  }

  private static RoutingTable place(
      final List<String> nodeIds, final int shardCount, final String seed) {
    return Placement.place(
        new ClusterSettings(nodeIds, shardCount, seed, ClusterSettings.DEFAULT_LANE_WINDOW));
  }

  private static List<String> nodes(final int count) {
    return IntStream.range(0, count).mapToObj(i -> "node-" + i).toList();
  }

  private static int[] owners(final RoutingTable table) {
    return IntStream.range(0, table.shardCount()).map(table::nodeIndex).toArray();
  }

  private static void assertBalanced(final RoutingTable table) {
    final int share = table.shardCount() / table.nodeIds().size();
    int sum = 0;
    for (int nodeIndex = 0; nodeIndex < table.nodeIds().size(); nodeIndex++) {
      final int owned = table.shardsOwned(nodeIndex);
      assertTrue(owned == share || owned == share + 1, "a node owns " + owned);
      sum += owned;
    }
    assertEquals(table.shardCount(), sum);
  }

  private static int moved(final RoutingTable before, final RoutingTable after) {
    int moved = 0;
    for (int shardId = 0; shardId < before.shardCount(); shardId++) {
      final String from = before.nodeIds().get(before.nodeIndex(shardId));
      final String to = after.nodeIds().get(after.nodeIndex(shardId));
      moved += from.equals(to) ? 0 : 1;
    }
    return moved;
  }

  /** The fewest shards that must change their owner before the new set of nodes is in balance. */
  private static int fewestMoved(final RoutingTable before, final RoutingTable after) {
    final int share = before.shardCount() / after.nodeIds().size();
    int leftOver = before.shardCount() % after.nodeIds().size();
    int kept = 0;
    for (int nodeIndex = 0; nodeIndex < before.nodeIds().size(); nodeIndex++) {
      if (after.nodeIds().contains(before.nodeIds().get(nodeIndex))) {
        final int owned = before.shardsOwned(nodeIndex);
        kept += Math.min(owned, share);
        if (owned > share && leftOver > 0) {
          leftOver--;
          kept++;
        }
      }
    }
    return before.shardCount() - kept;
  }
}
