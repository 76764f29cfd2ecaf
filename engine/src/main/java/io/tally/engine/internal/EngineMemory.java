package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.ServiceDefinition;
import io.tally.lane.internal.IngressLane;
import io.tally.lane.internal.OwnerLanes;
import java.util.List;

/** Memory that an engine takes at most, as follows from its settings and messages. */
public final class EngineMemory {
  private EngineMemory() {}

  /**
   * Heap that the timers of a process take at most.
   *
   * @param services of its shards.
   * @param shards how many there are.
   * @return bytes.
   */
  public static long timerBytes(final List<ServiceDefinition> services, final long shards) {
    return services.stream().mapToLong(service -> shards * service.maxTimers()).sum()
        * TimerQueue.MAX_BYTES_PER_TIMER;
  }

  /**
   * Direct memory of one ring.
   *
   * @param settings of the engine.
   * @param lengths of the messages.
   * @return bytes.
   */
  public static long ringBytes(final EngineSettings settings, final MessageLengths lengths) {
    return (long) settings.ringSlots() * MessageRing.slotLength(lengths.shortMessage());
  }

  /**
   * Direct memory of one ingress's pending slots.
   *
   * @param settings of the engine.
   * @param lengths of the messages.
   * @return bytes.
   */
  public static long pendingBytes(final EngineSettings settings, final MessageLengths lengths) {
    return (long) settings.pendingSlots() * PendingSlots.slotLength(lengths.shortCommand());
  }

  /**
   * Direct memory of one ingress's reply queue.
   *
   * @param settings of the engine.
   * @param lengths of the messages.
   * @return bytes.
   */
  public static long replyQueueBytes(final EngineSettings settings, final MessageLengths lengths) {
    return ReplyQueue.bytes(replyCount(settings), lengths);
  }

  /**
   * Heap that the lane of one event loop to one shard takes at most, where the shard is.
   *
   * @param cluster how wide it is.
   * @param lengths of the messages.
   * @return bytes, beside long replies.
   */
  public static long ownerLaneBytes(final ClusterSettings cluster, final MessageLengths lengths) {
    return OwnerLanes.maxLaneBytes(
        cluster.laneWindow(), lengths.shortReply(), lengths.hasLongReplies());
  }

  /**
   * Heap that the lanes of one ingress to all shards take at most, where the ingress is.
   *
   * @param cluster how wide they are, and how many shards there are.
   * @return bytes.
   */
  public static long ingressLaneBytes(final ClusterSettings cluster) {
    return (long) cluster.shardCount() * IngressLane.bytes(cluster.laneWindow());
  }

  /**
   * Heap that idempotency keys take at most, beside long replies.
   *
   * @param keys most of them.
   * @param lengths of the messages.
   * @return bytes.
   */
  public static long keyBytes(final IdempotencyLimit keys, final MessageLengths lengths) {
    return keys.maxKeys() * IdempotencyTable.bytesPerKey(lengths.shortReply());
  }

  /**
   * Heap that watches take at most: of this node's subscribers, and of all nodes in its shards.
   *
   * @param settings of the engine.
   * @return bytes.
   */
  public static long watchBytes(final EngineSettings settings) {
    return (long) settings.watches() * (Watch.MAX_BYTES + Registration.MAX_BYTES);
  }

  /** Room for a reply to every pending slot, and as many late ones. */
  static int replyCount(final EngineSettings settings) {
    return 2 * settings.pendingSlots();
  }
}
