package io.tally.engine.internal;

/**
 * When the next timer of any shard of a {@link ShardPoller} may be due, or the next registration of
 * a watch may expire, by the monotonic clock; may be too early, never too late. And whether there
 * is something to tell to watchers. Belongs to whoever is inside the poller's gate.
 */
final class TimerAlarm {
  private long nextNs = SteppedAgent.NEVER;
  private boolean changed;

  /** A watched entity of some shard has changed. */
  void changed() {
    changed = true;
  }

  boolean hasChanged() {
    return changed;
  }

  void clearChanged() {
    changed = false;
  }

  void clear() {
    nextNs = SteppedAgent.NEVER;
  }

  void at(final long ns) {
    nextNs = earlier(nextNs, ns);
  }

  boolean isDue(final long nowNs) {
    return nextNs != SteppedAgent.NEVER && nextNs - nowNs <= 0;
  }

  long nextNs() {
    return nextNs;
  }

  /** The earlier of two times, each of which may be {@link SteppedAgent#NEVER}. */
  static long earlier(final long one, final long other) {
    return isEarlier(one, other) ? one : other;
  }

  static boolean isEarlier(final long one, final long other) {
    return one != SteppedAgent.NEVER && (other == SteppedAgent.NEVER || one - other < 0);
  }
}
