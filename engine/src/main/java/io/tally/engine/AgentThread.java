package io.tally.engine;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * A thread of its own for some agents: steps them while there is work, then parks until it is woken
 * or the earliest {@link SteppedAgent#nextStepNs()} has come. It may rest after work, where it
 * costs less to do together what comes meanwhile.
 */
public final class AgentThread implements Wakeup, AutoCloseable {
  private static final long MAX_PARK_NS = 1_000_000_000L;
  private static final int MAX_RESTS = 16;

  private final NanoClock clock;
  private final ErrorHandler errorHandler;
  private final long restNs;
  private final Thread thread;
  private final WakeFlag woken = new WakeFlag();
  private SteppedAgent[] agents;
  private volatile boolean closed;

  /**
   * Creates a thread, not yet started; it can be woken before.
   *
   * @param factory makes the thread.
   * @param clock gives the time of each step.
   * @param errorHandler is given what an agent throws; the thread goes on after it returns.
   * @param restNs the rest after a step that found work: nanoseconds for each piece of work, the
   *     first sixteen counted, from the start of the step. Work that arrives meanwhile wakes nobody
   *     and is done together after it. A step that an agent asked for by its time may come later by
   *     as much. 0 for no rest.
   */
  public AgentThread(
      final ThreadFactory factory,
      final NanoClock clock,
      final ErrorHandler errorHandler,
      final long restNs) {
    this.clock = clock;
    this.errorHandler = errorHandler;
    this.restNs = restNs;
    thread = factory.newThread(this::run);
  }

  /**
   * Starts the thread. Once only.
   *
   * @param toStep the agents, stepped in this order.
   */
  public void start(final SteppedAgent... toStep) {
    agents = toStep.clone();
    thread.start();
  }

  @Override
  public void wake() {
    if (woken.raise()) {
      LockSupport.unpark(thread);
    }
  }

  /** Ends the thread after its current step, and waits for that. Idempotent. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      woken.lower();
      final long nowNs = clock.nanoTime();
      int workCount = 0;
      long nextStepNs = SteppedAgent.NEVER;
      for (final SteppedAgent agent : agents) {
        try {
          workCount += agent.doWork(nowNs);
          nextStepNs = Math.min(nextStepNs, agent.nextStepNs());
        } catch (final Throwable fault) {
          errorHandler.onError(fault);
        }
      }
      if (workCount > 0) {
        rest(nowNs + restNs * Math.min(workCount, MAX_RESTS));
      } else if (!woken.isRaised()) {
        idle(nextStepNs);
      }
    }
  }

  private void rest(final long untilNs) {
    if (restNs == 0) {
      return;
    }
    // A raised flag says that a step is due anyway. Who raised it before may yet unpark this.
    woken.raise();
    long leftNs;
    while (!closed && (leftNs = untilNs - clock.nanoTime()) > 0) {
      LockSupport.parkNanos(this, leftNs);
    }
  }

  private void idle(final long nextStepNs) {
    final long untilNs =
        nextStepNs == SteppedAgent.NEVER ? MAX_PARK_NS : nextStepNs - clock.nanoTime();
    if (untilNs > 0 && !closed) {
      LockSupport.parkNanos(this, Math.min(untilNs, MAX_PARK_NS));
    }
  }
}
