package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.tally.engine.internal.SteppedAgent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongToIntFunction;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventLoopsTest {
  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private EventLoops loops;

  private static final class Agent implements SteppedAgent {
    private final LongToIntFunction work;
    private volatile long nextNs = NEVER;
    private volatile String threadName = "";
    private final AtomicInteger stepCount = new AtomicInteger();

    private Agent(final LongToIntFunction work) {
      this.work = work;
    }

    @Override
    public int doWork(final long nowNs) {
      threadName = Thread.currentThread().getName();
      stepCount.incrementAndGet();
      return work.applyAsInt(nowNs);
    }

    @Override
    public long nextStepNs() {
      return nextNs;
    }
  }

  @BeforeEach
  void launch() {
    loops = EventLoops.launch(2, SystemNanoClock.INSTANCE, errors::add);
  }

  @AfterEach
  void close() {
    loops.close();
  }

  private Agent add(final int loop, final LongToIntFunction work) {
    final Agent agent = new Agent(work);
    loops.addAgent(loop, StepOrder.APPLY, agent);
    Await.until("first step", () -> agent.stepCount.get() > 0);
    return agent;
  }

  /** Runs until nothing is left that the loop would do by itself. */
  private void settle(final int loop) {
    final AtomicInteger rounds = new AtomicInteger();
    for (int i = 1; i <= 5; i++) {
      final int round = i;
      loops.execute(loop, rounds::incrementAndGet);
      Await.until("round", () -> rounds.get() == round);
    }
  }

  @Test
  void shouldStepEachAgentOnItsLoop() {
    final Agent first = add(0, nowNs -> 0);
    final Agent second = add(1, nowNs -> 0);
    assertEquals(2, loops.loopCount());
    assertEquals("tally-loop-0", first.threadName);
    assertEquals("tally-loop-1", second.threadName);
  }

  @Test
  void shouldStepAfterEachWakeUp() {
    final AtomicLong published = new AtomicLong();
    final AtomicLong seen = new AtomicLong();
    add(
        0,
        nowNs -> {
          seen.setPlain(published.get());
          return 0;
        });
    for (int i = 1; i <= 20_000; i++) {
      final long value = i;
      published.set(value);
      loops.wakeup(0).wake();
      if (i % 100 == 0) {
        Await.until("value " + value, () -> seen.get() == value);
      }
    }
    Await.until("last value", () -> seen.get() == 20_000);
  }

  @Test
  void shouldGiveAllAgentsOfAStepOneTimeInOrder() {
    final List<Long> times = Collections.synchronizedList(new ArrayList<>());
    final List<String> order = Collections.synchronizedList(new ArrayList<>());
    final Agent last = new Agent(nowNs -> note(order, "last", times, nowNs));
    loops.addAgent(0, StepOrder.RESPOND, last);
    add(0, nowNs -> note(order, "first", times, nowNs));
    add(0, nowNs -> note(order, "second", times, nowNs));
    settle(0);
    times.clear();
    order.clear();
    loops.wakeup(0).wake();
    Await.until("step", () -> order.size() == 3);
    assertEquals(List.of("first", "second", "last"), order);
    assertEquals(1, times.stream().distinct().count());
  }

  private static int note(
      final List<String> order, final String name, final List<Long> times, final long nowNs) {
    times.add(nowNs);
    order.add(name);
    return 0;
  }

  @Test
  void shouldStepAgainWhileAnAgentSaysThatItLeftSomething() {
    final AtomicInteger left = new AtomicInteger(1_000);
    loops.addAgent(
        0,
        StepOrder.APPLY,
        new SteppedAgent() {
          private long lastNs;

          @Override
          public int doWork(final long nowNs) {
            lastNs = nowNs;
            return left.get() > 0 ? left.getAndDecrement() : 0;
          }

          @Override
          public long nextStepNs() {
            return left.get() > 0 ? lastNs : NEVER;
          }
        });
    Await.until("all work done", () -> left.get() == 0);
    assertEquals(0, left.get());
  }

  @Test
  void shouldNotStepWhenIdle() {
    final Agent agent = add(0, nowNs -> 0);
    settle(0);
    final int stepCount = agent.stepCount.get();
    settle(0);
    assertEquals(stepCount, agent.stepCount.get());
  }

  @Test
  void shouldStepAtTheTimeAskedFor() {
    final AtomicLong dueNs = new AtomicLong(SteppedAgent.NEVER);
    final AtomicLong steppedNs = new AtomicLong();
    final Agent agent =
        add(
            0,
            nowNs -> {
              if (dueNs.get() != SteppedAgent.NEVER && nowNs - dueNs.get() >= 0) {
                dueNs.set(SteppedAgent.NEVER);
                steppedNs.set(nowNs);
              }
              return 0;
            });
    final Agent other = add(0, nowNs -> 0);
    settle(0);
    final long wantedNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    dueNs.set(wantedNs);
    agent.nextNs = wantedNs;
    other.nextNs = wantedNs + TimeUnit.SECONDS.toNanos(30);
    loops.wakeup(0).wake();
    Await.until("step", () -> steppedNs.get() != 0);
    assertTrue(steppedNs.get() - wantedNs >= 0);
  }

  @Test
  void shouldServeOtherTasksBetweenStepsOfABusyAgent() {
    final AtomicInteger running = new AtomicInteger(1);
    final Agent busy =
        add(
            0,
            nowNs -> {
              loops.wakeup(0).wake();
              return running.get();
            });
    settle(0);
    running.set(0);
    assertTrue(busy.stepCount.get() > 1);
  }

  @Test
  void shouldReportWhatAnAgentThrowsAndGoOn() {
    final IllegalStateException fault = new IllegalStateException("injected");
    final OutOfMemoryError error = new OutOfMemoryError("injected");
    final AtomicInteger throwing = new AtomicInteger();
    add(
        0,
        nowNs -> {
          if (throwing.get() == 1) {
            throw fault;
          }
          if (throwing.get() == 2) {
            throw error;
          }
          return 0;
        });
    final Agent behind = add(0, nowNs -> 0);
    settle(0);
    for (int i = 1; i <= 2; i++) {
      final int stepCount = behind.stepCount.get();
      final int wanted = i;
      throwing.set(i);
      loops.wakeup(0).wake();
      Await.until("error " + i, () -> errors.size() == wanted);
      Await.until("step of the next agent", () -> behind.stepCount.get() > stepCount);
      throwing.set(0);
    }
    assertEquals(List.of(fault, error), errors);
  }

  @Test
  void shouldIgnoreWakeUpsAfterClose() {
    final Agent agent = add(0, nowNs -> 0);
    loops.close();
    final int stepCount = agent.stepCount.get();
    loops.wakeup(0).wake();
    loops.wakeup(0).wake();
    loops.close();
    assertEquals(stepCount, agent.stepCount.get());
  }

  @Test
  void shouldUseNioWhereItIsAskedTo() {
    try (EventLoops nio = TestLoops.nio(1, SystemNanoClock.INSTANCE, errors::add)) {
      assertEquals(NioServerSocketChannel.class, nio.serverChannelClass());
    }
  }

  @Test
  void shouldRefuseANumberOfLoopsOutOfRange() {
    assertThrows(
        IllegalArgumentException.class,
        () -> EventLoops.launch(0, SystemNanoClock.INSTANCE, errors::add));
    assertThrows(
        IllegalArgumentException.class,
        () -> EventLoops.launch(257, SystemNanoClock.INSTANCE, errors::add));
  }
}
