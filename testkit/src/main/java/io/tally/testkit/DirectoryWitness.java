package io.tally.testkit;

import io.tally.engine.internal.RoutingTable;
import io.tally.engine.internal.ShardDirectory;
import java.util.List;

/**
 * Watches what a node believes of all shards: only lives that there were, and none that is older
 * than one it believed in before.
 */
final class DirectoryWitness {
  private final ShardDirectory directory;
  private final ProcessListener history;
  private final List<String> violations;
  private final long[] highest;
  private RoutingTable seen;

  DirectoryWitness(
      final ShardDirectory directory,
      final ProcessListener history,
      final List<String> violations) {
    this.directory = directory;
    this.history = history;
    this.violations = violations;
    highest = new long[directory.table().shardCount()];
  }

  void check() {
    final RoutingTable table = directory.table();
    if (table == seen) {
      return;
    }
    seen = table;
    for (int shard = 0; shard < highest.length; shard++) {
      final long incarnation = table.incarnation(shard);
      if (incarnation != 0 && incarnation < highest[shard]) {
        violations.add("shards: an older life was believed in after a newer one");
      }
      if (incarnation != 0 && !history.wasShardLife(shard, incarnation)) {
        violations.add("shards: a life was believed in that never was");
      }
      highest[shard] = Math.max(highest[shard], incarnation);
    }
  }
}
