package io.tally.testkit;

import io.tally.testkit.ShardLives.ShardLife;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Saves the shards of a node: a snapshot of each, one after the other, while the node's threads go
 * on. Stepped by the thread that starts and stops the process.
 */
final class StateSave {
  private final World world;
  private final SimulatedNode node;
  private final double roomRate;
  private final int maxCount;
  private final long untilNs;
  private final long savedNs;
  private final long epochMs;
  private final int[] shards;
  private final List<SavedShard> saved = new ArrayList<>();
  private boolean asked;
  private boolean failed;

  /**
   * Begins.
   *
   * @param world of the node.
   * @param node whose shards are saved.
   * @param roomRate how often there is room for more, of one.
   * @param maxCount most records of a shard that find room.
   * @param timeoutNs after which it fails.
   */
  StateSave(
      final World world,
      final SimulatedNode node,
      final double roomRate,
      final int maxCount,
      final long timeoutNs) {
    this.world = world;
    this.node = node;
    this.roomRate = roomRate;
    this.maxCount = maxCount;
    savedNs = world.nowNs();
    epochMs = node.wallClockMs();
    untilNs = savedNs + timeoutNs;
    shards = node.engine().routingTable().shardsOf(node.index);
  }

  /** Goes on; returns whether it has ended, well or not. */
  boolean advance() {
    if (!asked && !isWhole() && !failed) {
      ask(shards[saved.size()]);
    }
    failed |= !isWhole() && world.nowNs() >= untilNs;
    return failed || isWhole();
  }

  private void ask(final int shardId) {
    final List<ShardLife> instant = new ArrayList<>(1);
    final Map<String, Long> values = new LinkedHashMap<>();
    final KeptRecords records =
        new KeptRecords(
            world,
            roomRate,
            maxCount,
            () -> {
              instant.add(node.shards().lives().last(shardId));
              values.putAll(node.shards().valuesOf(instant.get(0)));
            });
    asked =
        node.engine()
            .snapshot(
                shardId,
                records,
                (id, isWhole) -> {
                  asked = false;
                  failed |= !isWhole;
                  if (isWhole && !failed) {
                    saved.add(savedShard(instant.get(0), values, records));
                  }
                });
  }

  private static SavedShard savedShard(
      final ShardLife life, final Map<String, Long> values, final KeptRecords records) {
    return new SavedShard(
        life.shardId,
        life.incarnation,
        life.bornStamp,
        life.bornValues,
        Map.copyOf(values),
        List.copyOf(records.records()));
  }

  private boolean isWhole() {
    return saved.size() == shards.length;
  }

  /** What was saved; null if it has failed. */
  SavedNode saved() {
    return failed
        ? null
        : new SavedNode(
            List.copyOf(saved), node.incarnation(), node.ledgerVersion(), savedNs, epochMs);
  }
}
