package io.tally.rig;

import io.tally.check.Fate;
import io.tally.system.Answer;
import java.util.List;

/** One thing that a client asks of the cluster: how it is sent, and what its answers tell. */
interface Call {
  /** The counter that its answers name. */
  String counter();

  /** As what it is counted. */
  Kind kind();

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

  /** Whether an answer tells that it was looked at, and changed nothing. */
  default boolean isDeclined(final Answer answer) {
    return false;
  }

  /** Whether an answer may be one to it. Refused before it was looked at, it names no counter. */
  default boolean isAbout(final Answer answer) {
    final boolean unread = answer.status() == 503 && answer.closes() && answer.isNotApplied();
    return answer.counterId().equals(counter()) || answer.counterId().isEmpty() && unread;
  }

  /** Whether an answer comes from one life of one shard, and names it. */
  default boolean isOfOneLife() {
    return true;
  }

  /** The counters whose values tell its writes apart. */
  default List<String> ofPowers() {
    return write() && CallMix.isOfPowers(counter()) ? List.of(counter()) : List.of();
  }
}
