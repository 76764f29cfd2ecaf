package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** No wake-up is lost: a producer that relies on a step that is due is seen by that step. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Seen, and another step follows.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Not seen, but another step follows.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The due step has seen it.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "Lost: nobody will look.")
@State
public class WakeFlagStress {
  private final WakeFlag flag = new WakeFlag();
  private final AtomicInteger published = new AtomicInteger();

  /** A step is due. */
  public WakeFlagStress() {
    flag.raise();
  }

  /**
   * Publishes as the rings do, with a release store, and wakes.
   *
   * @param result r1: whether the producer sees to another step.
   */
  @Actor
  public void produce(final II_Result result) {
    published.setRelease(1);
    result.r1 = flag.raise() ? 1 : 0;
  }

  /**
   * The step that is due.
   *
   * @param result r2: whether it found what was published.
   */
  @Actor
  public void step(final II_Result result) {
    flag.lower();
    result.r2 = published.getAcquire();
  }
}
