package io.tally.testkit;

import io.tally.check.Fate;
import java.util.List;

/**
 * What a history of a faulty cluster gave: what clients saw of it, and what the shards did.
 *
 * @param calls requests that have ended, in that order.
 * @param lives of all shards that applied something, in the order in which they began.
 * @param <C> what clients ask for.
 * @param <A> what they are answered.
 */
public record ServiceHistory<C, A>(List<Call<C, A>> calls, List<Life<C, A>> lives) {
  /**
   * A request as its client saw it. Those with the same key are one write that was tried again.
   *
   * @param id of the entity.
   * @param call what was asked for.
   * @param key the idempotency key, which no other write of the history has; empty if there was
   *     none.
   * @param startNs when it was sent, of a clock that all clients share.
   * @param endNs when its client knew what had become of it, or gave up.
   * @param fate what the client knew then.
   * @param answer what it was answered; null unless {@link Fate#APPLIED}.
   * @param incarnation of the shard that answered; 0 unless {@link Fate#APPLIED}.
   * @param replayed whether the answer was recorded for an earlier request with the key.
   * @param <C> what clients ask for.
   * @param <A> what they are answered.
   */
  public record Call<C, A>(
      String id,
      C call,
      String key,
      long startNs,
      long endNs,
      Fate fate,
      A answer,
      long incarnation,
      boolean replayed) {}

  /**
   * One life of a shard, in one process or in several that followed each other in good order.
   *
   * @param shardId of the shard.
   * @param incarnation of the life.
   * @param applied what it applied, in that order, without the commands already in the state that
   *     it began with.
   * @param <C> what clients ask for.
   * @param <A> what they are answered.
   */
  public record Life<C, A>(int shardId, long incarnation, List<Applied<C, A>> applied) {}

  /**
   * A command that a shard applied.
   *
   * @param timeNs the shard's time, nanoseconds since 1970.
   * @param id of the entity.
   * @param call what was asked for.
   * @param answer what the service answered.
   * @param isKept whether the answer stands for later requests with the same key.
   * @param <C> what clients ask for.
   * @param <A> what they are answered.
   */
  public record Applied<C, A>(long timeNs, String id, C call, A answer, boolean isKept) {}
}
