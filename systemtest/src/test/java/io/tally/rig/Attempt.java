package io.tally.rig;

import io.tally.check.Fate;
import io.tally.check.Operation;
import io.tally.system.Answer;

/**
 * A call that was sent once, and what came of it.
 *
 * @param key that it carried, or empty.
 * @param firstSentNs when its key was first sent.
 * @param startNs before this one was sent.
 * @param endNs after its answer had come; {@link Long#MAX_VALUE} if none did.
 * @param fate what the client knows of it.
 * @param answer or null.
 */
record Attempt(String key, long firstSentNs, long startNs, long endNs, Fate fate, Answer answer) {
  boolean applied() {
    return fate == Fate.APPLIED;
  }

  boolean replayed() {
    return applied() && answer.replayed();
  }

  long incarnation() {
    return applied() ? answer.incarnation() : 0;
  }

  /** As the checkers of counters know it. */
  Operation operation(final String counter, final boolean write, final long amount) {
    return new Operation(
        counter,
        write,
        amount,
        key,
        startNs,
        endNs,
        fate,
        applied() ? answer.value() : 0,
        incarnation(),
        replayed());
  }
}
