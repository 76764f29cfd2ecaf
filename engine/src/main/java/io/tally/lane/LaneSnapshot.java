package io.tally.lane;

import java.util.Arrays;

/**
 * Shows all lanes of a shard as they are at one instant, although commands go on between the slices
 * in which they are shown: a lane that is about to change is shown first, as a whole, and lanes
 * made since are left out. Not thread-safe.
 */
public final class LaneSnapshot {
  /** Takes the lanes that are shown. */
  public interface Visitor {
    /**
     * Takes a lane, which is as it was when the snapshot began.
     *
     * @param originNodeKey stable key of the ingress node.
     * @param originIncarnation of the ingress node.
     * @param loop of the ingress node.
     * @param lane to be read during this call only.
     */
    void onLane(long originNodeKey, long originIncarnation, int loop, OwnerLane lane);
  }

  private final Visitor visitor;
  private OwnerLane[] lanes = new OwnerLane[16];
  private long[] originKeys = new long[16];
  private long[] originIncarnations = new long[16];
  private int[] loops = new int[16];
  private int count;
  private int next;

  LaneSnapshot(final Visitor visitor) {
    this.visitor = visitor;
  }

  void add(
      final long originKey, final long originIncarnation, final int loop, final OwnerLane lane) {
    if (count == lanes.length) {
      lanes = Arrays.copyOf(lanes, 2 * count);
      originKeys = Arrays.copyOf(originKeys, 2 * count);
      originIncarnations = Arrays.copyOf(originIncarnations, 2 * count);
      loops = Arrays.copyOf(loops, 2 * count);
    }
    lanes[count] = lane;
    originKeys[count] = originKey;
    originIncarnations[count] = originIncarnation;
    loops[count] = loop;
    lane.showBeforeChange(this, count);
    count++;
  }

  void show(final int index) {
    lanes[index].showBeforeChange(null, 0);
    visitor.onLane(originKeys[index], originIncarnations[index], loops[index], lanes[index]);
  }

  /**
   * Shows lanes until a number of replies was reached.
   *
   * @param limit number of replies after which no further lane is begun; a lane without a reply
   *     counts as one.
   * @return whether all lanes have been shown.
   */
  public boolean write(final int limit) {
    for (int shown = 0; shown < limit && next < count; next++) {
      if (lanes[next].isToBeShownBy(this)) {
        shown += Math.max(1, lanes[next].recordedCount());
        show(next);
      }
    }
    return next == count;
  }

  /** Ends the snapshot: lanes that were not shown are no longer shown before they change. */
  public void end() {
    for (; next < count; next++) {
      if (lanes[next].isToBeShownBy(this)) {
        lanes[next].showBeforeChange(null, 0);
      }
    }
  }
}
