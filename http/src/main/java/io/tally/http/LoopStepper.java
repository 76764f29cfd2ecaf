package io.tally.http;

import io.netty.channel.SingleThreadEventLoop;
import io.tally.engine.LatencyHistogram;
import io.tally.engine.SteppedAgent;
import io.tally.engine.WakeFlag;
import io.tally.engine.Wakeup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * Steps the agents of one event loop: when woken, and when an agent asked for a time. At most one
 * step happens in each iteration of the loop, so that its sockets are served between two steps
 * however busy the rings are.
 */
final class LoopStepper implements Wakeup {
  private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final SingleThreadEventLoop eventLoop;
  private final NanoClock clock;
  private final ErrorHandler errorHandler;
  private final Runnable step = this::onStep;
  private final Runnable iterationEnd = this::onIterationEnd;
  private final Runnable timer = this::onTimer;
  private final List<SteppedAgent> agents = new ArrayList<>();
  private int batchEndIndex;
  private boolean steppedInIteration;
  private boolean resumeNextIteration;
  private final WakeFlag woken = new WakeFlag();
  private Future<?> scheduled;
  private long scheduledNs;
  private final LatencyHistogram lag = new LatencyHistogram();

  LoopStepper(
      final SingleThreadEventLoop eventLoop,
      final NanoClock clock,
      final ErrorHandler errorHandler) {
    this.eventLoop = eventLoop;
    this.clock = clock;
    this.errorHandler = errorHandler;
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

  void addAgent(final SteppedAgent agent) {
    eventLoop.execute(() -> add(batchEndIndex++, agent));
  }

  /** Adds an agent that is stepped after all others, to send what they produced. */
  void addBatchEnd(final SteppedAgent agent) {
    eventLoop.execute(() -> add(agents.size(), agent));
  }

  /** Wakes from here: a step that was due before may come before this task. */
  private void add(final int index, final SteppedAgent agent) {
    agents.add(index, agent);
    wake();
  }

  void removeBatchEnd(final SteppedAgent agent) {
    run(() -> agents.remove(agent));
  }

  /** Runs a task on the loop's thread, unless the loop has ended. */
  void run(final Runnable task) {
    try {
      eventLoop.execute(task);
    } catch (final RejectedExecutionException ex) {
      // There is nobody left for whom it could matter.
      return;
    }
  }

  /** Runs a task on the loop's thread, from which this is called, after its sockets. */
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
    for (int i = 0; i < agents.size(); i++) {
      doWork(agents.get(i), nowNs);
    }
    for (int i = 0; i < agents.size(); i++) {
      final long nextNs = agents.get(i).nextStepNs();
      if (nextNs != SteppedAgent.NEVER
          && (earliestNs == SteppedAgent.NEVER || nextNs - earliestNs < 0)) {
        earliestNs = nextNs;
      }
    }
    // Work that was done is no reason for another step: whoever has more says so by its time, and
    // whoever gives another agent something wakes. A needless step costs a look at the sockets.
    if (earliestNs != SteppedAgent.NEVER) {
      if (earliestNs - nowNs <= 0) {
        wake();
      } else {
        schedule(nowNs, earliestNs);
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
