package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Whatever was published before somebody came to the gate is taken, by one thread at a time. */
@JCStressTest
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "Both were taken.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, taken twice, or two inside at once.")
@State
public class StepGateStress {
  private final StepGate gate = new StepGate();
  private final AtomicInteger first = new AtomicInteger();
  private final AtomicInteger second = new AtomicInteger();
  private int taken;
  private int inside;
  private int crowded;

  /** Publishes as the rings do, with a release store, and steps. */
  @Actor
  public void one() {
    first.setRelease(1);
    step();
  }

  /** The same on another thread. */
  @Actor
  public void other() {
    second.setRelease(1);
    step();
  }

  /**
   * What became of it.
   *
   * @param result r1: how many were taken; r2: how often two threads were inside.
   */
  @Arbiter
  public void look(final II_Result result) {
    result.r1 = taken;
    result.r2 = crowded;
  }

  private void step() {
    if (gate.enter()) {
      do {
        gate.beginPoll();
        if (inside++ != 0) {
          crowded++;
        }
        take(first);
        take(second);
        inside--;
      } while (!gate.leave());
    }
  }

  private void take(final AtomicInteger published) {
    if (published.getAcquire() == 1) {
      published.setPlain(2);
      taken++;
    }
  }
}
