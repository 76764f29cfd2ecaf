package io.tally.rig;

import io.tally.check.Fate;
import io.tally.system.Answer;
import java.util.List;

/** One thing that a client asks of the cluster: how it is sent, and what its answers tell. */
interface Call {
  /** The counter that its answers name. */
  String counter();

  /** Whether it changes something. */
  default boolean write() {
    return true;
  }

  /** The bytes of a request; the key is empty where there is none. */
  byte[] encode(String key);

  /** What one attempt at it proves. */
  void record(Attempt attempt, Records records);

  /** What an answer says of it as a whole. */
  default Fate fate(final Answer answer) {
    return switch (answer.status()) {
      case 200 -> Fate.APPLIED;
      case 503 -> Fate.NOT_APPLIED;
      default -> Fate.UNKNOWN;
    };
  }

  /** The counters whose values tell its writes apart. */
  default List<String> ofPowers() {
    return write() && Workload.isOfPowers(counter()) ? List.of(counter()) : List.of();
  }
}
