package io.tally.engine;

/**
 * Room that several shards share, such as that for the entities of a service in a process. So
 * whether there is any does not follow from the state of one of them. A shard asks through its
 * {@link Places}.
 */
public interface Budget {
  /**
   * Takes a place if there is one.
   *
   * @return false if all places are taken; nothing changed then.
   */
  boolean tryTake();

  /** Takes a place even if there is none: what was let in once is let in again in a replay. */
  void take();
}
