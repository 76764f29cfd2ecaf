package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.LatencyHistogram;
import io.tally.engine.internal.SteppedAgent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The phases are stepped in their order, on which agents that hand on to each other rely. What it
 * is worth to real agents stands in the launcher, where all of them are known.
 */
@Timeout(60)
class StepOrderTest {
  private static final List<StepOrder> DECLARED = List.of(StepOrder.values());
  private static final int PHASES = DECLARED.size();

  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, errors::add);

  @AfterEach
  void close() {
    loops.close();
    assertEquals(List.of(), errors);
  }

  @Test
  void shouldCarryWhatWasReadToItsResponseInOneStep() {
    assertEquals(
        List.of(
            StepOrder.RECEIVE,
            StepOrder.SUBMIT,
            StepOrder.APPLY,
            StepOrder.SEND,
            StepOrder.RESPOND),
        DECLARED);
    assertEquals(1, stepsToRespond(DECLARED));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void shouldTakeMoreThanOneStepIfTwoNeighboursChangePlaces(final int first) {
    final List<StepOrder> swapped = new ArrayList<>(DECLARED);
    Collections.swap(swapped, first, first + 1);
    final int steps = stepsToRespond(swapped);
    assertTrue(steps > 1, swapped + " took " + steps);
  }

  @Test
  void shouldStepAPhaseBeforeALaterOneWhoseAgentsWereAddedBefore() {
    final List<StepOrder> stepped = Collections.synchronizedList(new ArrayList<>());
    for (int i = PHASES - 1; i >= 0; i--) {
      final StepOrder phase = DECLARED.get(i);
      loops.addAgent(0, phase, agent(() -> stepped.add(phase)));
    }
    // Agents that are added wake the loop: what they did until all were there does not count.
    onLoop(
        () -> {
          stepped.clear();
          loops.wakeup(0).wake();
        });
    Await.until("a whole step", () -> stepped.size() >= PHASES);
    assertEquals(DECLARED, stepped.subList(0, PHASES));
  }

  @Test
  void shouldStepAnAgentAgainWithoutATimerThatAsksForTheTimeWhichItRead() {
    final AtomicLong time = new AtomicLong();
    final AtomicInteger steps = new AtomicInteger();
    final LoopStepper stepper =
        new LoopStepper(loops.stepper(0).eventLoop(), time::incrementAndGet, errors::add, DECLARED);
    stepper.addAgent(
        StepOrder.APPLY,
        new SteppedAgent() {
          private long nextNs = NEVER;

          @Override
          public int doWork(final long nowNs) {
            nextNs = steps.incrementAndGet() < 100 ? time.incrementAndGet() : NEVER;
            return 0;
          }

          @Override
          public long nextStepNs() {
            return nextNs;
          }
        });
    Await.until("all steps", () -> steps.get() == 100);
    assertEquals(
        0,
        IntStream.range(0, LatencyHistogram.bucketCount()).mapToLong(stepper.lag()::count).sum(),
        "timers that ended");
  }

  /**
   * Has a token read from a socket, for which a task of the loop stands, and handed on by each
   * phase to the next; returns in which step it came out.
   */
  private int stepsToRespond(final List<StepOrder> order) {
    final LoopStepper stepper =
        new LoopStepper(loops.stepper(0).eventLoop(), SystemNanoClock.INSTANCE, errors::add, order);
    final boolean[] waitsFor = new boolean[PHASES];
    final AtomicInteger steps = new AtomicInteger();
    final AtomicInteger responses = new AtomicInteger();
    for (final StepOrder phase : DECLARED) {
      stepper.addAgent(phase, agent(() -> handOn(phase, waitsFor, responses)));
    }
    // Where each step ends, whatever the order.
    stepper.addAgent(order.get(PHASES - 1), agent(steps::incrementAndGet));
    onLoop(
        () -> {
          steps.set(0);
          waitsFor[StepOrder.RECEIVE.ordinal()] = true;
          stepper.wake();
        });
    for (int step = 1; step <= PHASES; step++) {
      final int wanted = step;
      Await.until("step " + wanted, () -> steps.get() == wanted);
      if (responses.get() == 1) {
        return wanted;
      }
      stepper.wake();
    }
    return Integer.MAX_VALUE;
  }

  private static void handOn(
      final StepOrder phase, final boolean[] waitsFor, final AtomicInteger responses) {
    if (!waitsFor[phase.ordinal()]) {
      return;
    }
    waitsFor[phase.ordinal()] = false;
    if (phase == StepOrder.RESPOND) {
      responses.incrementAndGet();
    } else {
      waitsFor[phase.ordinal() + 1] = true;
    }
  }

  /** Runs a task on the loop once nothing is left that it would do by itself. */
  private void onLoop(final Runnable task) {
    final AtomicInteger rounds = new AtomicInteger();
    for (int i = 1; i <= 5; i++) {
      final int round = i;
      loops.execute(0, rounds::incrementAndGet);
      Await.until("round", () -> rounds.get() == round);
    }
    loops.execute(
        0,
        () -> {
          task.run();
          rounds.set(0);
        });
    Await.until("the task", () -> rounds.get() == 0);
  }

  private static SteppedAgent agent(final Runnable work) {
    return new SteppedAgent() {
      @Override
      public int doWork(final long nowNs) {
        work.run();
        return 0;
      }
    };
  }
}
