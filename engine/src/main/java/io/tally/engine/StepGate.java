package io.tally.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets whichever thread has something for an agent step it, one at a time: who finds another inside
 * leaves it the work and goes on. What happened before {@link #enter()} is seen by the look that
 * follows, whoever takes it; what one thread did inside is seen by the next one inside.
 */
final class StepGate {
  private static final int FREE = 0;
  private static final int INSIDE = 1;
  private static final int ASKED = 2;

  private final AtomicInteger state = new AtomicInteger(FREE);

  /**
   * Asks for a look, after something was published. Always a write, as {@link WakeFlag#raise()}.
   *
   * @return true: the caller is inside and has to look; false: whoever is inside looks once more.
   */
  boolean enter() {
    return state.getAndSet(ASKED) == FREE;
  }

  /** Before each look, inside. */
  void look() {
    state.getAndSet(INSIDE);
  }

  /** Returns false if somebody asked since the last look: the caller stays inside. */
  boolean leave() {
    return state.compareAndSet(INSIDE, FREE);
  }

  /** Leaves without another look, which the caller has to see to. */
  void abandon() {
    state.set(FREE);
  }
}
