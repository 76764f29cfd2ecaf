package io.tally.engine.internal;

import io.tally.lane.internal.IngressLane;
import io.tally.lane.internal.OwnerLane;
import java.util.function.Consumer;

/**
 * What an engine holds, which has to be nothing when its node has been idle for a while. Made at
 * such a moment, when nobody steps the engine.
 */
public final class EngineGauges {
  private final ShardEngine engine;
  private final IngressLane[][] idleLanes;
  private final long[][] idleFloors;

  /**
   * Notes how far the lanes of a node have come.
   *
   * @param engine of the idle node.
   */
  public EngineGauges(final ShardEngine engine) {
    this.engine = engine;
    final int shardCount = engine.routingTable().shardCount();
    idleLanes = new IngressLane[engine.ingressCount()][shardCount];
    idleFloors = new long[engine.ingressCount()][shardCount];
    for (int loop = 0; loop < idleLanes.length; loop++) {
      for (int shard = 0; shard < shardCount; shard++) {
        final IngressLane lane = engine.ingress(loop).requests().lane(shard);
        idleLanes[loop][shard] = lane;
        idleFloors[loop][shard] = lane == null ? 0 : lane.floor();
      }
    }
  }

  /**
   * Looks at the ingresses.
   *
   * @param violations takes a line for each gauge that has not returned to its base.
   */
  public void checkIdle(final Consumer<String> violations) {
    for (int loop = 0; loop < idleLanes.length; loop++) {
      final IngressAgent ingress = engine.ingress(loop);
      if (ingress.unresolvedCount() != 0) {
        violations.accept(ingress.unresolvedCount() + " commands are unresolved");
      }
      if (ingress.requests().waitingShardCount() != 0) {
        violations.accept("requests wait to be handed over");
      }
      if (ingress.replyQueue().depth() != 0) {
        violations.accept("replies were left in a queue");
      }
      for (final IngressLane lane : idleLanes[loop]) {
        if (lane != null && lane.span() != 0) {
          violations.accept(lane.span() + " sequences of an ingress's lane are taken");
        }
      }
    }
  }

  /**
   * Looks at what the shards of a node keep for the ingresses of this one. They let answers go with
   * the next command of a lane; once one has come, they keep no more than came since this node was
   * idle.
   *
   * @param owner of the shards.
   * @param originNodeKey of this node.
   * @param originIncarnation of this node.
   * @param violations takes a line for each lane that holds more.
   */
  public void checkLanes(
      final EngineGauges owner,
      final long originNodeKey,
      final long originIncarnation,
      final Consumer<String> violations) {
    for (final Shard shard : owner.engine.ownedShards().toList()) {
      for (int loop = 0; loop < idleLanes.length; loop++) {
        final long resolvedCount = resolvedSinceIdle(loop, shard.shardId());
        final OwnerLane lane = shard.lanes().find(originNodeKey, originIncarnation, loop);
        if (resolvedCount > 0 && lane != null && lane.recordedCount() > resolvedCount) {
          violations.accept(
              lane.recordedCount() + " replies are kept of a lane, of " + resolvedCount);
        }
      }
    }
  }

  private long resolvedSinceIdle(final int loop, final int shardId) {
    final IngressLane lane = engine.ingress(loop).requests().lane(shardId);
    if (lane == null) {
      return 0;
    }
    // Another lane begins when the shard has another incarnation.
    return lane == idleLanes[loop][shardId]
        ? lane.floor() - idleFloors[loop][shardId]
        : lane.floor();
  }
}
