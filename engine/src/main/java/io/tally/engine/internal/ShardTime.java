package io.tally.engine.internal;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * The time of one shard, and the firing of its services' timers as it goes on. The time is that of
 * the wall clock when the node started, or the last one of a restored state if that is later, and
 * what the monotonic clock has counted since.
 */
final class ShardTime {
  /**
   * The alarm counts by a clock that wraps: a timer farther off than this is looked at on the way.
   */
  private static final long MAX_ALARM_NS = TimeUnit.HOURS.toNanos(1);

  private final int shardId;
  private final NanoClock clock;
  private final TimerAlarm alarm;
  private final EngineStats stats;
  private final ServiceFaultHandler faults;
  private long baseNs;
  private long timeNs;
  private long timerOrder;
  private long standstillNs;

  /** The monotonic time up to which the standstill is made up for to the keys. */
  private long madeUpNs;

  ShardTime(final int shardId, final long baseNs, final ShardParts parts) {
    this.shardId = shardId;
    this.baseNs = baseNs;
    alarm = parts.alarm;
    stats = parts.stats;
    faults = parts.context.faults();
    clock = parts.context.sources().clock();
    goOn(clock.nanoTime());
  }

  /** The time of what happens now. */
  long timeNs() {
    return timeNs;
  }

  /** The time at a reading of the monotonic clock. */
  long at(final long nowNs) {
    return baseNs + nowNs;
  }

  /** What happens from now on happens at this reading of the monotonic clock. */
  void goOn(final long nowNs) {
    timeNs = at(nowNs);
  }

  /**
   * Goes on to a reading of the monotonic clock, unless timers that are due by then have not fired.
   */
  void goOnBeforeTimers(final ServiceSlot[] slots, final long nowNs) {
    if (firstToFire(slots).timers.nextDueNs() > at(nowNs)) {
      goOn(nowNs);
    }
  }

  /** Order that the next timer to be set will have. */
  long timerOrder() {
    return timerOrder;
  }

  /**
   * Goes on from a time of another life of the same state, and returns for how long the state has
   * stood still since. The timers that fell due meanwhile are yet to fire.
   */
  long restore(final long restoredNs, final long restoredTimerOrder) {
    final long nowNs = clock.nanoTime();
    baseNs = Math.max(baseNs, restoredNs - nowNs);
    timeNs = restoredNs;
    timerOrder = restoredTimerOrder;
    madeUpNs = nowNs;
    standstillNs = at(nowNs) - restoredNs;
    return standstillNs;
  }

  /** What {@link #restore} returned; 0 before. */
  long standstillNs() {
    return standstillNs;
  }

  /**
   * The time for which the state, which still stands still, has done so since it was restored, or
   * since this was asked last.
   */
  long furtherStandstillNs() {
    final long sinceNs = madeUpNs;
    madeUpNs = clock.nanoTime();
    return madeUpNs - sinceNs;
  }

  /** Arms the alarm for timers that were set without it. To be called when they may fire. */
  void armAlarm(final ServiceSlot[] slots) {
    armAlarm(firstToFire(slots).timers);
  }

  /** Has {@link Shard#fireTimers} called at this time of the shard, or earlier. */
  void alarmAt(final long alarmTimeNs) {
    alarm.at(alarmTimeNs - baseNs);
  }

  /** As {@link io.tally.engine.ShardContext#setTimer}; the alarm is to be armed then. */
  boolean setTimer(final TimerQueue timers, final long timerId, final long dueNs) {
    // Never due before the next stamp, so that it does not matter which commands share a batch.
    return timers.set(timerId, Math.max(dueNs, timeNs + 1), timerOrder++);
  }

  /**
   * Fires up to maxCount timers that are due at a reading of the monotonic clock. Returns false if
   * more are due: until they have fired, no command of that time may be applied.
   */
  boolean fireTimers(final ServiceSlot[] slots, final long nowNs, final int maxCount) {
    ServiceSlot next = firstToFire(slots);
    for (int count = 0; next.timers.nextDueNs() <= at(nowNs); count++) {
      if (count == maxCount) {
        alarm.at(nowNs);
        return false;
      }
      fireTimer(next);
      next = firstToFire(slots);
    }
    goOn(nowNs);
    armAlarm(next.timers);
    return true;
  }

  private void fireTimer(final ServiceSlot slot) {
    timeNs = slot.timers.nextDueNs();
    try {
      slot.service.onTimer(timeNs, slot.timers.poll());
    } catch (final RuntimeException fault) {
      stats.increment(EngineCounter.SERVICE_FAULTS);
      faults.onFault(shardId, fault);
    }
  }

  private static ServiceSlot firstToFire(final ServiceSlot[] slots) {
    ServiceSlot first = slots[0];
    for (final ServiceSlot slot : slots) {
      first = slot.timers.isBefore(first.timers) ? slot : first;
    }
    return first;
  }

  /** Arms the alarm for these timers. To be called when one of them has been set. */
  void armAlarm(final TimerQueue timers) {
    final long dueNs = timers.nextDueNs();
    if (dueNs != TimerQueue.NEVER) {
      alarm.at(timeNs - baseNs + Math.min(dueNs - timeNs, MAX_ALARM_NS));
    }
  }
}
