package io.tally.testkit;

/**
 * A model of a service in one shard, as simple as can be. It is told everything that the shard
 * applied, in that order and with the same times, on through restarts and restored states.
 *
 * @param <C> what clients ask for.
 * @param <A> what they are answered.
 */
@FunctionalInterface
public interface Oracle<C, A> {
  /**
   * Applies what the shard has applied.
   *
   * @param timeNs the shard's time, nanoseconds since 1970.
   * @param id of the entity.
   * @param call what was asked for.
   * @return what the service must have answered.
   */
  A apply(long timeNs, String id, C call);

  /**
   * A life of the shard's state begins: with nothing, or after a node was killed with what there
   * was at an earlier time. A restart in good order begins none.
   *
   * @param timeNs the shard's time, nanoseconds since 1970.
   * @param incarnation of the life, above every earlier one.
   */
  default void onLife(final long timeNs, final long incarnation) {}
}
