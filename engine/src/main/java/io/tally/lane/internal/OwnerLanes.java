package io.tally.lane.internal;

import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * All lanes that lead to one incarnation of one shard. Of each ingress node only the newest
 * incarnation seen has lanes; commands of an older one are refused for ever. Not thread-safe.
 */
public final class OwnerLanes {
  /** Heap of a lane without its slots: its objects, and the heads of its arrays. */
  private static final int LANE_BYTES = 256;

  private final Long2ObjectHashMap<Origin> origins = new Long2ObjectHashMap<>();
  private final int window;
  private final int slotReplyLength;
  private final byte markedCode;
  private final LongReplies longReplies;
  private Origin latest;

  /**
   * Creates an empty set of lanes.
   *
   * @param window of every lane.
   * @param slotReplyLength see {@link OwnerLane}.
   * @param markedCode see {@link OwnerLane}.
   * @param longReplies of the shard; null if every reply fits into a slot.
   */
  public OwnerLanes(
      final int window,
      final int slotReplyLength,
      final byte markedCode,
      final LongReplies longReplies) {
    this.window = window;
    this.slotReplyLength = slotReplyLength;
    this.markedCode = markedCode;
    this.longReplies = longReplies;
  }

  /**
   * Heap that a lane takes at most, beside long replies.
   *
   * @param window of the lane.
   * @param slotReplyLength bound of the replies in bytes that have to fit into a slot.
   * @param hasLongReplies whether there may be others.
   * @return the bytes.
   */
  public static long maxLaneBytes(
      final int window, final int slotReplyLength, final boolean hasLongReplies) {
    final int slotBytes = OwnerLane.slotLength(slotReplyLength) + (hasLongReplies ? Long.BYTES : 0);
    return LANE_BYTES + (long) window * slotBytes;
  }

  /**
   * Finds the lane of a command, and makes it if the shard does not know it. A new lane starts at
   * the command's own floor: this shard incarnation never drops a lane of a living ingress
   * incarnation, so no sequence of it ran here.
   *
   * @param originNodeKey stable key of the ingress node.
   * @param originIncarnation of the ingress node.
   * @param loop of the ingress node, 0 to 255.
   * @param ackFloor as the command carries it.
   * @return the lane, or null if the command comes from a past incarnation of its node.
   */
  public OwnerLane lane(
      final long originNodeKey, final long originIncarnation, final int loop, final long ackFloor) {
    Origin origin = latest;
    if (origin == null || origin.key != originNodeKey || origin.incarnation != originIncarnation) {
      origin = newest(originNodeKey, originIncarnation);
      if (origin == null) {
        return null;
      }
      latest = origin;
    }
    OwnerLane lane = origin.lane(loop);
    if (lane == null) {
      lane = new OwnerLane(window, slotReplyLength, ackFloor, markedCode, longReplies);
      origin.lane(loop, lane);
    }
    return lane;
  }

  /**
   * Finds a lane if the shard knows it.
   *
   * @param originNodeKey stable key of the ingress node.
   * @param originIncarnation of the ingress node.
   * @param loop of the ingress node, 0 to 255.
   * @return the lane, or null.
   */
  public OwnerLane find(final long originNodeKey, final long originIncarnation, final int loop) {
    final Origin origin = origins.get(originNodeKey);
    return origin == null || origin.incarnation != originIncarnation ? null : origin.lane(loop);
  }

  /**
   * Makes the lane of another shard's snapshot.
   *
   * @param originNodeKey stable key of the ingress node.
   * @param originIncarnation of the ingress node.
   * @param loop of the ingress node, 0 to 255.
   * @param floor of the lane.
   * @return the lane, whose replies are to be restored.
   * @throws IllegalArgumentException if it is there, or lanes of a later incarnation of its node.
   */
  public OwnerLane restore(
      final long originNodeKey, final long originIncarnation, final int loop, final long floor) {
    final Origin origin = origins.get(originNodeKey);
    if (origin != null && (origin.incarnation != originIncarnation || origin.lane(loop) != null)) {
      throw new IllegalArgumentException("lane cannot be restored: " + originNodeKey + "/" + loop);
    }
    return lane(originNodeKey, originIncarnation, loop, floor);
  }

  /** Gives back what the lanes keep beside their slots: nobody asks them for anything any more. */
  public void close() {
    origins.values().forEach(Origin::close);
  }

  /**
   * Begins a snapshot of all lanes as they are now. One at a time.
   *
   * @param visitor takes the lanes.
   * @return to be written in slices, and ended.
   */
  public LaneSnapshot beginSnapshot(final LaneSnapshot.Visitor visitor) {
    final LaneSnapshot snapshot = new LaneSnapshot(visitor);
    origins.values().forEach(origin -> origin.addTo(snapshot));
    return snapshot;
  }

  private Origin newest(final long originNodeKey, final long originIncarnation) {
    Origin origin = origins.get(originNodeKey);
    if (origin == null || origin.incarnation < originIncarnation) {
      if (origin != null) {
        origin.close();
      }
      origin = new Origin(originNodeKey, originIncarnation);
      origins.put(originNodeKey, origin);
    } else if (origin.incarnation > originIncarnation) {
      return null;
    }
    return origin;
  }

  private static final class Origin {
    private final long key;
    private final long incarnation;
    private OwnerLane[] byLoop = new OwnerLane[2];

    Origin(final long key, final long incarnation) {
      this.key = key;
      this.incarnation = incarnation;
    }

    void close() {
      for (final OwnerLane lane : byLoop) {
        if (lane != null) {
          lane.close();
        }
      }
    }

    void addTo(final LaneSnapshot snapshot) {
      for (int loop = 0; loop < byLoop.length; loop++) {
        if (byLoop[loop] != null) {
          snapshot.add(key, incarnation, loop, byLoop[loop]);
        }
      }
    }

    OwnerLane lane(final int loop) {
      return loop < byLoop.length ? byLoop[loop] : null;
    }

    void lane(final int loop, final OwnerLane lane) {
      if (loop >= byLoop.length) {
        byLoop = Arrays.copyOf(byLoop, Math.max(loop + 1, 2 * byLoop.length));
      }
      byLoop[loop] = lane;
    }
  }
}
