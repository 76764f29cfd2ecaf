package io.tally.engine.internal;

/**
 * Watches that are to be registered, each after the same delay as the others here, and so in the
 * order in which they came.
 */
final class WatchQueue {
  private final long delayNs;
  private Watch first;
  private Watch last;

  WatchQueue(final long delayNs) {
    this.delayNs = delayNs;
  }

  /** A watch is in one queue at a time. */
  void append(final Watch watch, final long nowNs) {
    watch.queue = this;
    watch.dueNs = nowNs + delayNs;
    watch.previous = last;
    watch.next = null;
    if (last == null) {
      first = watch;
    } else {
      last.next = watch;
    }
    last = watch;
  }

  /** Takes the first out if it is due; null if none is. */
  Watch pollDue(final long nowNs) {
    final Watch due = first;
    if (due == null || due.dueNs - nowNs > 0) {
      return null;
    }
    remove(due);
    return due;
  }

  void remove(final Watch watch) {
    if (watch.previous == null) {
      first = watch.next;
    } else {
      watch.previous.next = watch.next;
    }
    if (watch.next == null) {
      last = watch.previous;
    } else {
      watch.next.previous = watch.previous;
    }
  }

  /** As {@link SteppedAgent#nextStepNs()}. */
  long nextDueNs() {
    return first == null ? SteppedAgent.NEVER : first.dueNs;
  }
}
