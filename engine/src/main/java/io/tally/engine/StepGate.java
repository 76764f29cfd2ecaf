package io.tally.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets one thread at a time step an agent. A thread that finds another one inside goes away, and
 * the one inside looks for work once more before it leaves. So whatever a thread published before
 * it called {@link #enter()} is seen by a look that follows, its own or the other thread's. What
 * one thread did inside is seen by the next one inside.
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
