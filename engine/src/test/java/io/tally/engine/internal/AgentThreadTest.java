package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class AgentThreadTest {
  private final AtomicInteger steps = new AtomicInteger();
  private final AtomicInteger errors = new AtomicInteger();
  private volatile long nextStepNs = SteppedAgent.NEVER;
  private volatile int workLeft;
  private volatile boolean failing;
  private volatile boolean wakesItself;
  private volatile Wakeup toWake;
  private Thread thread;

  private final SteppedAgent agent =
      new SteppedAgent() {
        @Override
        public int doWork(final long nowNs) {
          steps.incrementAndGet();
          if (wakesItself) {
            toWake.wake();
          }
          if (failing) {
            throw new IllegalStateException("played by the test");
          }
          if (workLeft > 0) {
            workLeft = workLeft - 1;
            return 1;
          }
          return 0;
        }

        @Override
        public long nextStepNs() {
          return nextStepNs;
        }
      };

  @Test
  void shouldStepWhileThereIsWorkAndThenPark() {
    workLeft = 50;
    try (AgentThread agents = launch(0)) {
      await(() -> workLeft == 0 && isParked());
      assertTrue(steps.get() >= 51);
      final int parkedAt = steps.get();
      agents.wake();
      await(() -> steps.get() > parkedAt);
    }
  }

  @Test
  void shouldMissNoWakeUp() {
    try (AgentThread agents = launch(0)) {
      for (int i = 0; i < 2_000; i++) {
        final int before = steps.get();
        agents.wake();
        await(() -> steps.get() > before);
      }
    }
  }

  @Test
  void shouldStepAgainWhenTheAgentAskedForIt() {
    nextStepNs = System.nanoTime();
    try (AgentThread agents = launch(0)) {
      await(() -> steps.get() > 100);
      nextStepNs = SteppedAgent.NEVER;
      agents.wake();
      await(this::isParked);
    }
  }

  @Test
  void shouldLingerAfterWorkWhateverIsAskedMeanwhile() {
    workLeft = 2;
    try (AgentThread agents = launch(TimeUnit.HOURS.toNanos(1))) {
      await(() -> workLeft == 1 && isParked());
      for (int i = 0; i < 10_000; i++) {
        agents.wake();
        assertTrue(isParked());
      }
    }
    assertEquals(1, steps.get());
    assertFalse(thread.isAlive());
  }

  @Test
  void shouldLingerAlsoWhereTheStepItselfWasAskedForMore() {
    workLeft = 2;
    wakesItself = true;
    try (AgentThread agents = launch(TimeUnit.HOURS.toNanos(1))) {
      await(() -> workLeft == 1 && isParked());
      agents.wake();
    }
    assertEquals(1, steps.get());
  }

  @Test
  void shouldDoWhatWasAskedWhileItLingered() {
    try (AgentThread agents = launch(TimeUnit.MILLISECONDS.toNanos(1))) {
      for (int i = 0; i < 200; i++) {
        workLeft = 1;
        agents.wake();
        await(() -> workLeft == 0);
      }
    }
  }

  @Test
  void shouldGoOnAfterAnAgentThrew() {
    failing = true;
    try (AgentThread agents = launch(0)) {
      await(() -> errors.get() > 0);
      failing = false;
      final int before = steps.get();
      agents.wake();
      await(() -> steps.get() > before);
      assertTrue(thread.isAlive());
    }
  }

  @Test
  void shouldEndOnCloseAlsoWhenParkedAndWhenClosedTwice() {
    final AgentThread agents = launch(0);
    await(this::isParked);
    agents.close();
    assertFalse(thread.isAlive());
    agents.close();
    final int stepsAtEnd = steps.get();
    agents.wake();
    assertEquals(stepsAtEnd, steps.get());
  }

  @Test
  void shouldCloseWithoutHavingStarted() {
    final AgentThread agents =
        new AgentThread(
            this::thread, SystemNanoClock.INSTANCE, error -> errors.incrementAndGet(), 0);
    agents.close();
    assertEquals(0, steps.get());
  }

  private AgentThread launch(final long lingerNs) {
    final AgentThread agents =
        new AgentThread(
            this::thread, SystemNanoClock.INSTANCE, error -> errors.incrementAndGet(), lingerNs);
    toWake = agents;
    agents.start(agent);
    return agents;
  }

  private Thread thread(final Runnable task) {
    thread = new Thread(task, "agents");
    thread.setDaemon(true);
    return thread;
  }

  private boolean isParked() {
    return thread.getState() == Thread.State.TIMED_WAITING;
  }

  private static void await(final BooleanSupplier condition) {
    final long deadlineNs = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("condition did not come true");
      }
      LockSupport.parkNanos(10_000);
    }
  }
}
