package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether a step is due: lets many wake-ups cost one. Producers publish and then raise it; whoever
 * steps lowers it and then looks at what was published. Both are full fences, so that of a producer
 * and a stepper at least one sees the other: either the stepper finds what was published, or the
 * producer finds the flag down and has to see to another step.
 */
public final class WakeFlag {
  private final AtomicBoolean raised = new AtomicBoolean();

  /** Creates a lowered flag. */
  public WakeFlag() {}

  /**
   * Raises the flag, after something was published. Any thread. Always a write: a mere look could
   * be ordered before the publication, and find the flag that a step is about to lower.
   *
   * @return true if it was down: the caller has to see to it that a step follows.
   */
  public boolean raise() {
    return !raised.getAndSet(true);
  }

  /** Lowers the flag, before a step looks at anything. By the stepping thread. */
  public void lower() {
    raised.getAndSet(false);
  }

  /**
   * Whether a step is due.
   *
   * @return true if it was raised since it was lowered.
   */
  public boolean isRaised() {
    return raised.get();
  }
}
