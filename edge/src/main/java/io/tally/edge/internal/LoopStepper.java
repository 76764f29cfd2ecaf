package io.tally.edge.internal;

import io.netty.channel.SingleThreadEventLoop;
import io.tally.engine.internal.LatencyHistogram;
import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.WakeFlag;
import io.tally.engine.internal.Wakeup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * Steps the agents of one event loop in {@link StepOrder}: when woken, and at the times that agents
 * ask for. At most one step happens in each iteration of the loop, so that its sockets are served
 * between two steps however busy the rings are.
 */
final class LoopStepper implements Wakeup {
  private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final SingleThreadEventLoop eventLoop;
  private final NanoClock clock;
  private final ErrorHandler errorHandler;
  private final Runnable step = this::onStep;
  private final Runnable iterationEnd = this::onIterationEnd;
  private final Runnable timer = this::onTimer;
  private final List<StepOrder> order;
  private final List<List<SteppedAgent>> agentsByPhase = new ArrayList<>();
  private SteppedAgent[] agents = {};
  private boolean steppedInIteration;
  private boolean resumeNextIteration;
  private final WakeFlag woken = new WakeFlag();
  private Future<?> scheduled;
  private long scheduledNs;
  private final LatencyHistogram lag = new LatencyHistogram();

  /** Steps the phases in this order, which is wrong only in the tests that show why it matters. */
  LoopStepper(
      final SingleThreadEventLoop eventLoop,
      final NanoClock clock,
      final ErrorHandler errorHandler,
      final List<StepOrder> order) {
    this.eventLoop = eventLoop;
    this.clock = clock;
    this.errorHandler = errorHandler;
    this.order = order;
    order.forEach(phase -> agentsByPhase.add(new ArrayList<>()));
  }

  LatencyHistogram lag() {
    return lag;
  }

  SingleThreadEventLoop eventLoop() {
    return eventLoop;
  }

  NanoClock clock() {
    return clock;
  }

  ErrorHandler errorHandler() {
    return errorHandler;
  }

  /** Steps an agent from now on, after those that were added to its phase before. Any thread. */
  void addAgent(final StepOrder phase, final SteppedAgent agent) {
    eventLoop.execute(
        () -> {
          agentsByPhase.get(phase.ordinal()).add(agent);
          arrange();
          // Woken here, not by the caller: the step that a caller's wake-up asks for may come
          // before this task.
          wake();
        });
  }

  void removeAgent(final StepOrder phase, final SteppedAgent agent) {
    run(
        () -> {
          agentsByPhase.get(phase.ordinal()).remove(agent);
          arrange();
        });
  }

  private void arrange() {
    agents =
        order.stream()
            .flatMap(phase -> agentsByPhase.get(phase.ordinal()).stream())
            .toArray(SteppedAgent[]::new);
  }

  /** Runs a task on the loop's thread, unless the loop has ended. */
  void run(final Runnable task) {
    try {
      eventLoop.execute(task);
    } catch (final RejectedExecutionException ex) {
      // The loop has ended, so nobody needs the task any more.
      return;
    }
  }

  /**
   * Runs a task on the loop's thread once the loop has served its sockets again. To be called on
   * that thread.
   */
  void runNextIteration(final Runnable task) {
    eventLoop.executeAfterEventLoopIteration(() -> run(task));
  }

  @Override
  public void wake() {
    if (woken.raise()) {
      run(step);
    }
  }

  private void onStep() {
    if (steppedInIteration) {
      resumeNextIteration = true;
      return;
    }
    if (eventLoop.isShutdown()) {
      return;
    }
    steppedInIteration = true;
    eventLoop.executeAfterEventLoopIteration(iterationEnd);
    woken.lower();

    final long nowNs = clock.nanoTime();
    long earliestNs = SteppedAgent.NEVER;
    final SteppedAgent[] toStep = agents;
    for (final SteppedAgent agent : toStep) {
      doWork(agent, nowNs);
    }
    for (final SteppedAgent agent : toStep) {
      final long nextNs = agent.nextStepNs();
      if (nextNs != SteppedAgent.NEVER
          && (earliestNs == SteppedAgent.NEVER || nextNs - earliestNs < 0)) {
        earliestNs = nextNs;
      }
    }
    // Work that was done is no reason for another step: an agent that has more to do asks for a
    // time, and one that hands another something wakes it. A needless step costs a look at the
    // sockets.
    if (earliestNs != SteppedAgent.NEVER) {
      // An agent that has more to do at once asks for the time that it read in this step.
      final long endNs = clock.nanoTime();
      if (earliestNs - endNs <= 0) {
        wake();
      } else {
        schedule(endNs, earliestNs);
      }
    }
  }

  private void doWork(final SteppedAgent agent, final long nowNs) {
    try {
      agent.doWork(nowNs);
    } catch (final Throwable ex) {
      errorHandler.onError(ex);
    }
  }

  private void onIterationEnd() {
    steppedInIteration = false;
    if (resumeNextIteration) {
      resumeNextIteration = false;
      run(step);
    }
  }

  private void schedule(final long nowNs, final long earliestNs) {
    final long delayNs = (Math.max(earliestNs - nowNs, 1) + TICK_NS - 1) / TICK_NS * TICK_NS;
    final long atNs = nowNs + delayNs;
    if (scheduled != null) {
      if (scheduledNs - atNs <= 0) {
        return;
      }
      scheduled.cancel(false);
    }
    scheduledNs = atNs;
    scheduled = eventLoop.schedule(timer, delayNs, TimeUnit.NANOSECONDS);
  }

  private void onTimer() {
    lag.record(Math.max(0, clock.nanoTime() - scheduledNs), 1);
    scheduled = null;
    wake();
  }
}
