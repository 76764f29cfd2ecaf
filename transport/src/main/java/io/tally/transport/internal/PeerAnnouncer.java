package io.tally.transport.internal;

import io.tally.engine.internal.SteppedAgent;
import io.tally.transport.internal.codecs.NodeState;

/**
 * Tells one peer the incarnations of this node's shards, cut into as many messages as frames ask
 * for, and repeats them until the peer says that it knows them. Owned by the sender.
 */
final class PeerAnnouncer {
  private static final int NOTHING_LEFT = Integer.MAX_VALUE;

  private final ShardAnnouncement announcement;
  private final LocalNode local;
  private final long minRepeatNs;
  private final long maxRepeatNs;
  private PeerSession session;
  private long toldNumber;
  private int nextIndex = NOTHING_LEFT;
  private long repeatNs;
  private long nextRepeatNs;

  PeerAnnouncer(
      final ShardAnnouncement announcement, final LocalNode local, final long helloIntervalNs) {
    this.announcement = announcement;
    this.local = local;
    minRepeatNs = Math.max(1, helloIntervalNs / 5);
    maxRepeatNs = helloIntervalNs;
  }

  /** What another session was told says nothing of this one. */
  void begin(final PeerSession newSession) {
    session = newSession;
    toldNumber = 0;
    nextIndex = NOTHING_LEFT;
  }

  /** Begins to tell it, if the peer does not know it and the time has come. */
  boolean beginTelling(final long nowNs) {
    if (!isUnknown()) {
      nextIndex = NOTHING_LEFT;
      return false;
    }
    final boolean isNews = announcement.number() != toldNumber;
    if (isNews || isRepeatDue(nowNs)) {
      toldNumber = announcement.number();
      nextIndex = 0;
      // A peer may never take it: because it is deaf, or does not believe it.
      repeatNs = isNews ? minRepeatNs : Math.min(2 * repeatNs, maxRepeatNs);
      nextRepeatNs = nowNs + repeatNs;
    }
    return hasMore();
  }

  boolean hasMore() {
    return nextIndex < announcement.shardCount();
  }

  /** Appends what is left, as far as the frame has room. */
  void appendTo(final OutboundFrame frame, final int frameLimitBytes) {
    final int index = frame.appendShards(announcement, nextIndex, frameLimitBytes);
    // A frame that holds not even one: the carrier takes less than it did. All comes again later.
    nextIndex = index == nextIndex ? NOTHING_LEFT : index;
  }

  /** When the peer has to be told again, if it says nothing. */
  long nextStepNs(final long nowNs) {
    if (!isUnknown()) {
      return SteppedAgent.NEVER;
    }
    return hasMore() || announcement.number() != toldNumber ? nowNs : nextRepeatNs;
  }

  private boolean isRepeatDue(final long nowNs) {
    return nowNs - nextRepeatNs >= 0;
  }

  /** Whether the peer has to be told; nobody talks to the shards of a node that is not ready. */
  private boolean isUnknown() {
    final NodeState state = local.state();
    return (state == NodeState.READY || state == NodeState.DRAINING)
        && announcement.number() != session.knownAnnouncement();
  }
}
