package io.tally.testkit;

import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The lives of the shards in one process, those that are over too. */
final class ShardLives {
  /** One life, from its beginning to its end, or to that of its process. */
  static final class ShardLife {
    final int shardId;
    final long incarnation;
    private final Map<Entity.Kind, ShardService> services = new EnumMap<>(Entity.Kind.class);

    /** It may have begun in an earlier process. */
    long bornStamp;

    long diedStamp = Long.MAX_VALUE;

    /** What was in it when it began, by the names of entities. */
    Map<String, Long> bornValues = Map.of();

    private ShardLife(final int shardId, final long incarnation, final long bornStamp) {
      this.shardId = shardId;
      this.incarnation = incarnation;
      this.bornStamp = bornStamp;
    }

    /** What is in it now. */
    long value(final Entity entity) {
      return StoredValue.of(entity, services.get(entity.kind()));
    }

    /** Whether an entity lies in this shard. */
    boolean holds(final Entity entity) {
      return entity.shardId() == shardId;
    }
  }

  private final World world;
  private final List<ShardLife> lives = new ArrayList<>();

  ShardLives(final World world) {
    this.world = world;
  }

  void onBegun(
      final Entity.Kind kind,
      final int shardId,
      final long incarnation,
      final ShardService service) {
    ShardLife life = last(shardId);
    if (life == null || life.incarnation != incarnation) {
      life = new ShardLife(shardId, incarnation, world.stamp());
      lives.add(life);
    }
    life.services.put(kind, service);
  }

  /** The last life of a shard; null if it has none. */
  ShardLife last(final int shardId) {
    ShardLife last = null;
    for (final ShardLife life : lives) {
      last = life.shardId == shardId ? life : last;
    }
    return last;
  }

  /** All lives of a shard but the last are over. */
  void onRenewed(final int shardId) {
    final long stamp = world.stamp();
    final ShardLife last = last(shardId);
    for (final ShardLife life : lives) {
      if (life.shardId == shardId && life != last) {
        life.diedStamp = Math.min(life.diedStamp, stamp);
      }
    }
  }

  boolean owns(final Entity entity) {
    return lives.stream().anyMatch(life -> life.holds(entity));
  }

  /** All lives, in the order of their beginning. */
  List<ShardLife> all() {
    return lives;
  }
}
