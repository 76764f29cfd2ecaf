package io.tally.testkit;

import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.List;

/** The lives of the shards in one process, those that are over too. */
final class ShardLives {
  /** One life, from its beginning to its end or that of its process. */
  static final class ShardLife {
    final int shardId;
    final long incarnation;
    final ShardService service;
    final long bornStamp;
    long diedStamp = Long.MAX_VALUE;

    ShardLife(
        final int shardId,
        final long incarnation,
        final ShardService service,
        final long bornStamp) {
      this.shardId = shardId;
      this.incarnation = incarnation;
      this.service = service;
      this.bornStamp = bornStamp;
    }
  }

  private final World world;
  private final List<ShardLife> lives = new ArrayList<>();

  ShardLives(final World world) {
    this.world = world;
  }

  void onBegun(final int shardId, final long incarnation, final ShardService service) {
    lives.add(new ShardLife(shardId, incarnation, service, world.stamp()));
  }

  /** All lives of a shard but the last are over. */
  void onRenewed(final int shardId) {
    final long stamp = world.stamp();
    ShardLife last = null;
    for (final ShardLife life : lives) {
      if (life.shardId == shardId) {
        if (last != null) {
          last.diedStamp = Math.min(last.diedStamp, stamp);
        }
        last = life;
      }
    }
  }

  boolean owns(final Counter counter) {
    return lives.stream().anyMatch(life -> life.shardId == counter.shardId());
  }

  /** In the order of their beginning. */
  List<ShardLife> all() {
    return lives;
  }
}
