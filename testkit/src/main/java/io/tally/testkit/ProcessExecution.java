package io.tally.testkit;

import io.tally.engine.internal.EngineSources;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether a simulated process runs, stands still or has ended. It calls {@link #touch} wherever it
 * calls something, and that is where faults stop it. What it does later it asks {@link #after} for.
 */
final class ProcessExecution {
  private static final long MS = Settings.MS;
  private static final int MAX_PAUSES = 6;
  private static final long MAX_SUSPENSION_NS = 200 * MS;
  private static final int MAX_STALLS = 12;

  private final World world;
  private final Settings settings;
  private final Faults faults;
  private final Traces traces;
  private final ProcessClock clock;
  private final List<Runnable> deferred = new ArrayList<>();
  private boolean ended;
  private boolean healed;
  private boolean paused;
  private long pausedUntilNs;
  private int pauses;
  private int stalls;
  private int callsToPause;
  private int callsToStall;

  ProcessExecution(
      final World world,
      final Settings settings,
      final Faults faults,
      final Traces traces,
      final ProcessClock clock) {
    this.world = world;
    this.settings = settings;
    this.faults = faults;
    this.traces = traces;
    this.clock = clock;
    callsToPause = draw(faults.pauseCalls());
    callsToStall = draw(faults.stallCalls());
  }

  private int draw(final int meanCalls) {
    return meanCalls == 0 ? Integer.MAX_VALUE : 1 + world.nextInt(2 * meanCalls);
  }

  ProcessClock clock() {
    return clock;
  }

  /** Reads the monotonic clock, as the process does. */
  long nanoTime() {
    touch();
    return clock.nanoTime();
  }

  /** Reads the wall clock, as the process does. */
  long epochMillis() {
    final long read = clock.epochMillis();
    touch();
    return read;
  }

  /** What an engine of the process has its time from. */
  EngineSources sources(final LongSupplier random) {
    return EngineSources.at(this::nanoTime, epochMillis() * MS, random);
  }

  /** Nothing of the process runs any more. */
  void end() {
    ended = true;
  }

  /** Whether it was ever paused or stalled: then its requests may have taken any time. */
  boolean wasHeldUp() {
    return pauses > 0 || stalls > 0;
  }

  /** Called wherever the process calls something: it may stand still here, and it may end here. */
  void touch() {
    requireRunning();
    if (healed) {
      return;
    }
    if (--callsToPause == 0) {
      callsToPause = draw(faults.pauseCalls());
      if (!paused && pauses < MAX_PAUSES) {
        pause();
      }
    }
    if (--callsToStall == 0) {
      callsToStall = draw(faults.stallCalls());
      if (stalls < MAX_STALLS) {
        stalls++;
        traces.add(Trace.STALLS);
        block(world.skewed(settings.requestTimeoutNs()), () -> healed);
      }
    }
  }

  private void requireRunning() {
    if (ended) {
      throw new ProcessEnded();
    }
  }

  private void pause() {
    beginPause(drawPauseNs());
    world.runUntil(() -> pausedUntilNs);
    resume();
    requireRunning();
  }

  /** Stops it at any moment, also while it does nothing. */
  void stop() {
    if (!paused && !healed && !ended) {
      stop(drawPauseNs());
    }
  }

  /**
   * Stops it together with its monotonic clock. Once in its life, and for less than {@link
   * Settings#SETTLE_BOUND_NS}, by which a copy may then be late.
   */
  void suspend() {
    if (!paused && !healed && !ended && clock.standStill()) {
      traces.add(Trace.SUSPENSIONS);
      stop(world.between(MS, MAX_SUSPENSION_NS));
    }
  }

  private void stop(final long durationNs) {
    beginPause(durationNs);
    resumeAfter(durationNs);
  }

  private void resumeAfter(final long durationNs) {
    final int pause = pauses;
    world.after(
        durationNs,
        () -> {
          if (paused && pause == pauses) {
            resume();
          }
        });
  }

  private long drawPauseNs() {
    return world.chance(0.5)
        ? world.skewed(faults.maxPauseNs())
        : world.between(faults.maxPauseNs() / 2, faults.maxPauseNs());
  }

  private void beginPause(final long durationNs) {
    pauses++;
    traces.add(Trace.PAUSES);
    if (durationNs > settings.idempotencyWindowNs() + 2 * settings.settleNs()) {
      traces.add(Trace.WINDOWS_OUTLIVED);
    }
    if (durationNs > Settings.HEARTBEAT_TIMEOUT_NS) {
      traces.add(Trace.HEARTBEAT_TIMEOUTS_OUTLIVED);
    }
    paused = true;
    pausedUntilNs = world.nowNs() + durationNs;
  }

  private void resume() {
    paused = false;
    clock.goOn();
    final List<Runnable> due = List.copyOf(deferred);
    deferred.clear();
    due.forEach(action -> after(world.nextInt(100_000), action));
  }

  /** Blocks the calling thread; the others go on. */
  void block(final long limitNs, final BooleanSupplier condition) {
    final long limit = world.nowNs() + limitNs;
    world.runUntil(() -> condition.getAsBoolean() ? world.nowNs() : limit);
    requireRunning();
  }

  /** Lets the process do something later: not while it stands still, and not after its end. */
  void after(final long delayNs, final Runnable action) {
    world.after(delayNs, () -> act(action));
  }

  private void act(final Runnable action) {
    if (paused) {
      deferred.add(action);
    } else if (!ended) {
      action.run();
    }
  }

  /** From now on nothing holds it up. */
  void heal() {
    healed = true;
    if (paused) {
      pausedUntilNs = world.nowNs();
      resumeAfter(1);
    }
  }
}
