package io.tally.engine.internal;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * A thread of its own for some agents: steps them while there is work, then parks until it is woken
 * or the earliest {@link SteppedAgent#nextStepNs()} has come. It can be told to linger after a step
 * that found work, so that what arrives meanwhile is done together in the next one.
 */
public final class AgentThread implements Wakeup, AutoCloseable {
  private static final long MAX_PARK_NS = 1_000_000_000L;
  private static final int MAX_LINGERED_WORK = 16;

  private final NanoClock clock;
  private final ErrorHandler errorHandler;
  private final long lingerNs;
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
   * @param lingerNs how long it lingers after a step that found work: so many nanoseconds for each
   *     piece of work, of which at most sixteen count, from the start of the step. During it {@link
   *     #wake()} costs nothing, and the step that an agent asked for by {@link
   *     SteppedAgent#nextStepNs()} may be late by as much. 0 for not at all.
   */
  public AgentThread(
      final ThreadFactory factory,
      final NanoClock clock,
      final ErrorHandler errorHandler,
      final long lingerNs) {
    this.clock = clock;
    this.errorHandler = errorHandler;
    this.lingerNs = lingerNs;
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
        linger(nowNs + lingerNs * Math.min(workCount, MAX_LINGERED_WORK));
      } else if (!woken.isRaised()) {
        idle(nextStepNs);
      }
    }
  }

  private void linger(final long untilNs) {
    if (lingerNs == 0) {
      return;
    }
    // While the flag is up nobody unparks this thread, and a step follows in any case. One
    // who raised the flag earlier may still unpark it: hence the loop.
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
