package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.StableHash;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RoutingTableTest {
  private final List<String> nodeIds = new ArrayList<>(List.of("a", "b", "node-0"));
  private final int[] nodeByShard = {2, 0, 2, 1, 2};
  private final long[] epochByShard = {1, 2, 3, 4, 5};
  private final RoutingTable table = new RoutingTable(nodeIds, nodeByShard, epochByShard);

  @Test
  void shouldGiveOwnerAndEpochOfEachShard() {
    assertEquals(5, table.shardCount());
    for (int shardId = 0; shardId < 5; shardId++) {
      assertEquals(nodeByShard[shardId], table.nodeIndex(shardId));
      assertEquals(epochByShard[shardId], table.epoch(shardId));
    }
  }

  @Test
  void shouldCountOwnedShards() {
    assertEquals(1, table.shardsOwned(0));
    assertEquals(1, table.shardsOwned(1));
    assertEquals(3, table.shardsOwned(2));
  }

  @Test
  void shouldFindNodesByStableKey() {
    for (int nodeIndex = 0; nodeIndex < 3; nodeIndex++) {
      assertEquals(StableHash.hash(nodeIds.get(nodeIndex)), table.nodeKey(nodeIndex));
      assertEquals(nodeIndex, table.nodeIndexOfKey(table.nodeKey(nodeIndex)));
    }
    assertEquals(0x982acdf804e97d99L, table.nodeKey(2));
    assertEquals(-1, table.nodeIndexOfKey(StableHash.hash("c")));
  }

  @Test
  void shouldNotChangeWithWhatItWasMadeFrom() {
    nodeIds.set(0, "z");
    nodeByShard[0] = 0;
    epochByShard[0] = 9;

    assertEquals(List.of("a", "b", "node-0"), table.nodeIds());
    assertEquals(2, table.nodeIndex(0));
    assertEquals(1, table.epoch(0));
    assertThrows(UnsupportedOperationException.class, () -> table.nodeIds().set(0, "z"));
  }
}
