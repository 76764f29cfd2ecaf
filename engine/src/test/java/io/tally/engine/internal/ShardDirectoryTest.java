package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class ShardDirectoryTest {
  private final RoutingTable placement =
      new RoutingTable(List.of("a", "b"), new int[] {0, 1, 1, 0}, new long[] {1, 1, 1, 1});
  private final ShardDirectory directory = new ShardDirectory(placement);

  @Test
  void shouldKnowNoIncarnationAtFirst() {
    for (int shard = 0; shard < 4; shard++) {
      assertEquals(0, directory.table().incarnation(shard));
    }
    assertEquals(0, directory.table().highestIncarnation(1));
  }

  @Test
  void shouldReplaceTheTableAsAWhole() {
    assertTrue(learn(1, 7, 2, 9));
    final RoutingTable table = directory.table();
    assertNotSame(placement, table);
    assertEquals(0, placement.incarnation(1), "a table does not change");
    assertEquals(7, table.incarnation(1));
    assertEquals(9, table.incarnation(2));
    assertEquals(0, table.incarnation(0));
    assertEquals(1, table.nodeIndex(2));
    assertEquals(9, table.highestIncarnation(1));
  }

  @Test
  void shouldNotPublishWhatIsKnown() {
    learn(1, 7, 2, 9);
    final RoutingTable table = directory.table();
    assertTrue(learn(1, 7, 2, 9));
    assertSame(table, directory.table());
  }

  @Test
  void shouldNeverTakeALifeBackForAnOlderOne() {
    learn(1, 7, 2, 9);
    final RoutingTable table = directory.table();
    assertFalse(learn(1, 8, 2, 8), "all or none");
    assertSame(table, directory.table());
    assertTrue(learn(1, 8, 2, 9));
    assertEquals(8, directory.table().incarnation(1));
  }

  @Test
  void shouldForgetAProcessAndRememberItsHighestLife() {
    learn(1, 7, 2, 9);
    learn(0, 5, 3, 5);
    directory.forget(1);
    assertEquals(0, directory.table().incarnation(1));
    assertEquals(0, directory.table().incarnation(2));
    assertEquals(5, directory.table().incarnation(0), "another node's");
    assertEquals(9, directory.table().highestIncarnation(1));
    assertFalse(learn(1, 6, 2, 9));
    assertEquals(0, directory.table().incarnation(2));
    assertTrue(learn(1, 7, 2, 9), "the same process came back");
    assertEquals(7, directory.table().incarnation(1));
  }

  private boolean learn(final int shard, final long life, final int other, final long otherLife) {
    return directory.learn(new int[] {shard, other}, new long[] {life, otherLife});
  }
}
