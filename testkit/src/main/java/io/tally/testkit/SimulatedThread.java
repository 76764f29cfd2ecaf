package io.tally.testkit;

import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.Wakeup;
import java.util.function.LongSupplier;

/**
 * A thread of a simulated process: does one step when it was woken, or when the time has come that
 * its last step asked for.
 */
final class SimulatedThread implements Wakeup {
  private static final long MIN_STEP_NS = 2_000;

  private final World world;
  private final ProcessExecution execution;
  private final LongSupplier step;
  private final long maxWakeNs;
  private long dueNs = Long.MAX_VALUE;
  private long dueId;
  private boolean woken;
  private boolean running;

  /**
   * Creates a thread, asleep.
   *
   * @param step returns when the next one is due on the process's clock, or {@link
   *     SteppedAgent#NEVER}.
   * @param maxWakeNs how long it takes at most from a wake-up to the step.
   */
  SimulatedThread(
      final World world,
      final ProcessExecution execution,
      final LongSupplier step,
      final long maxWakeNs) {
    this.world = world;
    this.execution = execution;
    this.step = step;
    this.maxWakeNs = maxWakeNs;
  }

  boolean isRunning() {
    return running;
  }

  @Override
  public void wake() {
    execution.touch();
    notice();
  }

  /** Wakes it from outside its process. */
  void notice() {
    if (!woken) {
      woken = true;
      if (!running) {
        schedule(MIN_STEP_NS + world.skewed(maxWakeNs));
      }
    }
  }

  private void schedule(final long delayNs) {
    final long atNs = world.nowNs() + delayNs;
    if (atNs < dueNs) {
      dueNs = atNs;
      final long id = ++dueId;
      execution.after(
          delayNs,
          () -> {
            if (id == dueId) {
              run();
            }
          });
    }
  }

  private void run() {
    dueNs = Long.MAX_VALUE;
    if (running) {
      woken = true;
      return;
    }
    running = true;
    woken = false;
    long nextNs = SteppedAgent.NEVER;
    try {
      nextNs = step.getAsLong();
    } catch (final ProcessEnded killed) {
      return;
    } finally {
      running = false;
    }
    if (woken) {
      schedule(MIN_STEP_NS + world.skewed(maxWakeNs));
    } else if (nextNs != SteppedAgent.NEVER) {
      schedule(MIN_STEP_NS + execution.clock().worldDelayNs(nextNs));
    }
  }
}
