package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets one thread at a time poll, and nobody wait: flat combining for a single kind of work. A
 * thread that finds another one inside goes away; the one inside then polls once more before it
 * leaves. So whatever a thread published before it called {@link #enter()} is polled after that
 * call, by itself or by the other thread. What a thread wrote inside is visible to the next one
 * inside.
 */
final class StepGate {
  private static final int FREE = 0;
  private static final int INSIDE = 1;
  private static final int ASKED = 2;

  private final AtomicInteger state = new AtomicInteger(FREE);

  /**
   * Asks for a poll, after something was published. Always a write, for the reason given at {@link
   * WakeFlag#raise()}.
   *
   * @return true: the caller is inside now and has to poll; false: the thread inside polls once
   *     more.
   */
  boolean enter() {
    return state.getAndSet(ASKED) == FREE;
  }

  /** Begins a poll. To be called inside, before each. */
  void beginPoll() {
    state.getAndSet(INSIDE);
  }

  /** Returns false if somebody asked since {@link #beginPoll()}: the caller is still inside. */
  boolean leave() {
    return state.compareAndSet(INSIDE, FREE);
  }

  /** Leaves although somebody may have asked; the caller must see to it that a poll follows. */
  void abandon() {
    state.set(FREE);
  }
}
