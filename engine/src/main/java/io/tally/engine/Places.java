package io.tally.engine;

/**
 * Whether there was a place where something new needed one: what decides an outcome besides the
 * state of a shard, the command and the time. All answers come in here, one for each new thing and
 * in the order of the questions. So a replay can give the answers that were given before.
 */
@FunctionalInterface
public interface Places {
  /** Asks the budget. */
  Places ASKED = Budget::tryTake;

  /**
   * Takes a place for something new. To be called where the shard's own state lets it in, and
   * neither more often nor less often, since the answer may be recorded.
   *
   * @param budget that has the places.
   * @return false if it has none: what is new is refused.
   */
  boolean tryTake(Budget budget);
}
