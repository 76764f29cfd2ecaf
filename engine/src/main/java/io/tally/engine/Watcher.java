package io.tally.engine;

import io.tally.engine.internal.MessageLengths;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * What a node watches: entities of shards on any node, each registered once with its owner however
 * many subscriptions there are.
 *
 * <p>It and its subscriptions belong to the node's home loop: any other thread is refused. What a
 * subscriber on another loop wants is to be handed over by the loops' own means.
 */
public interface Watcher {
  /**
   * How often each watch is renewed, in nanoseconds: how long something that got lost stays
   * unnoticed.
   */
  long RENEWAL_NS = TimeUnit.SECONDS.toNanos(1);

  /** Bound of the reply to a message that watches, in bytes. */
  int MAX_REPLY_LENGTH = MessageLengths.SHORT_REPLY_BOUND;

  /**
   * Watches an entity. Where it is watched already, the handler is told its latest value before
   * this returns; else as soon as its owner has answered.
   *
   * @param nowNs time in nanoseconds, as steps are given it.
   * @param placementHash {@link StableHash#placement(byte[], int, int)} of the entity's id.
   * @param entityHash {@link StableHash} of the id as a whole.
   * @param payload holds the message that reads the entity, an {@link EntityMessage}. The bytes are
   *     copied.
   * @param offset of the message.
   * @param length of the message in bytes, at most {@link Ingress#MAX_SHORT_PAYLOAD_LENGTH}.
   * @param handler is told values and losses until the subscription is closed. One read stands for
   *     an entity: were it watched by two different ones, the owner would tell of changes only to
   *     the one that was renewed last.
   * @return the subscription, or null if this node has as many as {@link EngineSettings#watches()}.
   * @throws IllegalArgumentException if the message is longer, names no entity, is no read of a
   *     service of this node, or one with answers longer than {@link #MAX_REPLY_LENGTH}.
   */
  Subscription subscribe(
      long nowNs,
      long placementHash,
      long entityHash,
      DirectBuffer payload,
      int offset,
      int length,
      WatchHandler handler);

  /**
   * When what a handler is being told came from the owner. It may be told later than that, to a
   * subscription that is new or asks again; what is true for a time only is older by then.
   *
   * @return time in nanoseconds, as steps are given it; valid during {@link WatchHandler#onValue}.
   */
  long toldNs();
}
