package io.tally.engine.internal;

import io.tally.lane.internal.IngressLane;

/**
 * What one ingress keeps for its commands to one shard: the lane to the shard's newest incarnation,
 * the requests that wait to be handed over, in their order, and until when the shard is left alone
 * because it said that it is busy. Not thread-safe.
 */
final class ShardOutbox {
  final PendingList waiting = new PendingList();
  private final int laneWindow;
  private IngressLane lane;
  private long incarnation;
  private boolean isEndKnown;
  private long busyUntilNs;

  ShardOutbox(final int laneWindow) {
    this.laneWindow = laneWindow;
  }

  /** The lane to the shard; null before the first command. */
  IngressLane lane() {
    return lane;
  }

  /**
   * Incarnation of the shard to which the lane leads; 0 before the first command, and the lowest
   * that a successor may have after the end of the last one.
   */
  long incarnation() {
    return incarnation;
  }

  /**
   * Begins a new lane if this incarnation is newer than the one known. Returns true if that was not
   * known to be over.
   */
  boolean enter(final long shardIncarnation) {
    if (shardIncarnation <= incarnation) {
      return false;
    }
    final boolean isNews = incarnation != 0 && !isEndKnown;
    isEndKnown = false;
    incarnation = shardIncarnation;
    lane = new IngressLane(laneWindow);
    return isNews;
  }

  /**
   * Ends the lane to this incarnation, since it is over. Which one follows is not known; it is
   * higher, and begins with an empty lane. Returns false if the end was known.
   */
  boolean end(final long shardIncarnation) {
    if (shardIncarnation != incarnation) {
      return false;
    }
    isEndKnown = true;
    incarnation++;
    lane = new IngressLane(laneWindow);
    return true;
  }

  /** Frees the place that a request which ends has in the lane, if it has one in this lane. */
  void resolve(final PendingRequest request) {
    if (request.laneSequence != 0 && request.shardIncarnation == incarnation) {
      lane.resolve(request.laneSequence);
    }
  }

  void busyUntil(final long untilNs) {
    busyUntilNs = untilNs;
  }

  boolean isBusy(final long nowNs) {
    if (busyUntilNs != 0 && busyUntilNs - nowNs > 0) {
      return true;
    }
    busyUntilNs = 0;
    return false;
  }
}
