package io.tally.edge.internal;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The streams of one event loop: whether another may begin, and when the next one wants to be asked
 * for a piece. Belongs to its loop's thread.
 */
final class Streams {
  /**
   * Streams whose times are not further apart are asked in one step, since a step costs more than a
   * look at all of them.
   */
  private static final long GRID_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final int loopIndex;
  private final StreamQuota quota;
  private final EdgeCounters counters;
  private Streaming[] open = new Streaming[4];
  private int count;
  private long nextNs = ResponseStream.NEVER;
  private boolean stopped;

  Streams(final int loopIndex, final StreamQuota quota, final EdgeCounters counters) {
    this.loopIndex = loopIndex;
    this.quota = quota;
    this.counters = counters;
  }

  /** Takes a place for one; returns why there is none, or null. */
  Cutoff tryOpen() {
    if (stopped) {
      return Cutoff.DRAINING;
    }
    if (!quota.tryTake()) {
      counters.onStreamRefused(loopIndex);
      return Cutoff.STREAMS;
    }
    return null;
  }

  void add(final Streaming streaming) {
    if (count == open.length) {
      open = Arrays.copyOf(open, 2 * count);
    }
    streaming.index = count;
    open[count++] = streaming;
    counters.onStreamOpened(loopIndex);
  }

  void remove(final Streaming streaming) {
    final Streaming last = open[--count];
    open[count] = null;
    if (last != streaming) {
      open[streaming.index] = last;
      last.index = streaming.index;
    }
    quota.release();
    counters.onStreamEnded(loopIndex);
  }

  void onDueChanged(final long dueNs) {
    if (dueNs != ResponseStream.NEVER) {
      final long servedNs = (Math.floorDiv(dueNs - 1, GRID_NS) + 1) * GRID_NS;
      if (nextNs == ResponseStream.NEVER || servedNs - nextNs < 0) {
        nextNs = servedNs;
      }
    }
  }

  long nextNs() {
    return nextNs;
  }

  /** Has those asked whose time has come. */
  void onStep(final long nowNs) {
    if (nextNs == ResponseStream.NEVER || nowNs - nextNs < 0) {
      return;
    }
    nextNs = ResponseStream.NEVER;
    for (int i = 0; i < count; i++) {
      final Streaming streaming = open[i];
      if (streaming.dueNs != ResponseStream.NEVER && nowNs - streaming.dueNs >= 0) {
        streaming.onDue();
      } else {
        onDueChanged(streaming.dueNs);
      }
    }
  }

  /** Ends all, and lets none begin any more. */
  void stop() {
    stopped = true;
    // Backwards: one that ends is replaced by the last one.
    for (int i = count - 1; i >= 0; i--) {
      if (open[i] != null) {
        open[i].stop();
      }
    }
  }
}
