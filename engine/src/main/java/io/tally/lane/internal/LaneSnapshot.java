package io.tally.lane.internal;

import java.util.Arrays;

/**
 * Shows all lanes of a shard as they are at one instant, although commands go on between the slices
 * in which they are shown: what is left of a lane that is about to change is shown first, and lanes
 * made since are left out. One lane is shown after the other. Not thread-safe.
 */
public final class LaneSnapshot {
  /** Takes the lanes that are shown. Each is as it was when the snapshot began. */
  public interface Visitor {
    /**
     * Takes the next lane. What it has recorded follows.
     *
     * @param originNodeKey stable key of the ingress node.
     * @param originIncarnation of the ingress node.
     * @param loop of the ingress node.
     * @param lane to be read during this call only.
     */
    void onLane(long originNodeKey, long originIncarnation, int loop, OwnerLane lane);

    /**
     * Takes a sequence that was recorded in the lane that was shown last, in ascending order.
     *
     * @param lane to be read during this call only.
     * @param sequence above its floor.
     */
    void onRecorded(OwnerLane lane, long sequence);
  }

  private static final long NOT_BEGUN = -1;

  private final Visitor visitor;
  private OwnerLane[] lanes = new OwnerLane[16];
  private long[] originNodeKeys = new long[16];
  private long[] originIncarnations = new long[16];
  private int[] loops = new int[16];
  private int count;

  /** The lane that is shown next; of those before, all has been shown. */
  private int next;

  /** Sequence up to which that lane has been shown, or {@link #NOT_BEGUN}. */
  private long shownUpTo = NOT_BEGUN;

  LaneSnapshot(final Visitor visitor) {
    this.visitor = visitor;
  }

  void add(
      final long originNodeKey,
      final long originIncarnation,
      final int loop,
      final OwnerLane lane) {
    if (count == lanes.length) {
      lanes = Arrays.copyOf(lanes, 2 * count);
      originNodeKeys = Arrays.copyOf(originNodeKeys, 2 * count);
      originIncarnations = Arrays.copyOf(originIncarnations, 2 * count);
      loops = Arrays.copyOf(loops, 2 * count);
    }
    lanes[count] = lane;
    originNodeKeys[count] = originNodeKey;
    originIncarnations[count] = originIncarnation;
    loops[count] = loop;
    lane.showBeforeChange(this, count);
    count++;
  }

  /** A lane is about to change. */
  void show(final int index) {
    if (isBegun()) {
      showRecorded(Integer.MAX_VALUE);
    }
    if (lanes[index].isToBeShownBy(this)) {
      final int cursor = next;
      next = index;
      begin();
      showRecorded(Integer.MAX_VALUE);
      next = cursor;
    }
  }

  /**
   * Shows lanes until a number of recorded sequences was reached.
   *
   * @param limit most sequences to show; a lane counts as one, too.
   * @return whether all lanes have been shown.
   */
  public boolean write(final int limit) {
    int shown = 0;
    while (shown < limit && next < count) {
      if (isBegun()) {
        shown += showRecorded(limit - shown);
      } else if (lanes[next].isToBeShownBy(this)) {
        begin();
        shown++;
      } else {
        next++;
      }
    }
    return next == count;
  }

  private boolean isBegun() {
    return shownUpTo != NOT_BEGUN;
  }

  private void begin() {
    final OwnerLane lane = lanes[next];
    visitor.onLane(originNodeKeys[next], originIncarnations[next], loops[next], lane);
    shownUpTo = lane.floor();
  }

  /** Shows replies of the lane that is begun. Returns how many were shown. */
  private int showRecorded(final int limit) {
    final OwnerLane lane = lanes[next];
    final long last = lane.floor() + lane.capacity();
    int shown = 0;
    while (shown < limit && shownUpTo < last) {
      shownUpTo++;
      if (lane.isRecorded(shownUpTo)) {
        visitor.onRecorded(lane, shownUpTo);
        shown++;
      }
    }
    if (shownUpTo == last) {
      lane.showBeforeChange(null, 0);
      shownUpTo = NOT_BEGUN;
    }
    return shown;
  }

  /** Ends the snapshot: lanes that were not shown are no longer shown before they change. */
  public void end() {
    shownUpTo = NOT_BEGUN;
    for (; next < count; next++) {
      if (lanes[next].isToBeShownBy(this)) {
        lanes[next].showBeforeChange(null, 0);
      }
    }
  }
}
