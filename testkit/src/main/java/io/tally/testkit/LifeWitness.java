package io.tally.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Remembers all incarnations of nodes and shards that ever were, and what ends because of them. */
final class LifeWitness {
  private final Settings settings;
  private final List<String> violations;
  private final List<Set<Long>> incarnations = new ArrayList<>();
  private final List<Set<Long>> shardLives = new ArrayList<>();

  LifeWitness(final Settings settings, final List<String> violations) {
    this.settings = settings;
    this.violations = violations;
    settings.nodeIds().forEach(id -> incarnations.add(new HashSet<>()));
    for (int shard = 0; shard < Settings.SHARD_COUNT; shard++) {
      shardLives.add(new HashSet<>());
    }
  }

  void onIncarnation(final SimulatedNode node) {
    incarnations.get(node.index).add(node.incarnation());
  }

  void onShardLife(final int nodeIndex, final int shardId, final long incarnation) {
    incarnations.get(nodeIndex).add(incarnation);
    shardLives.get(shardId).add(incarnation);
  }

  boolean wasShardLife(final int shardId, final long incarnation) {
    return shardLives.get(shardId).contains(incarnation);
  }

  /** Looks at a process that ends. */
  void check(final SimulatedProcess process) {
    final long other = process.fatalIncarnation();
    if (other != 0 && !incarnations.get(process.node().index).contains(other)) {
      violations.add("trust: a process ended for one of its id that never was");
    }
    checkLanes(process.node());
  }

  /** A lane ends with a life of its shard alone, however often its owner was down meanwhile. */
  private void checkLanes(final SimulatedNode node) {
    final int lives =
        shardLives.stream().mapToInt(ofShard -> Math.max(0, ofShard.size() - 1)).sum();
    if (node.endedLaneCount() > (long) lives * settings.loopCount()) {
      violations.add("lanes: more of them ended than lives of their shards");
    }
  }
}
