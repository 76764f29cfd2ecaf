package io.tally.engine;

import org.agrona.DirectBuffer;

/**
 * Is told of one watched entity. Called on the thread that steps the {@link Watcher}, possibly
 * before {@link Watcher#subscribe} returns. May subscribe, and close subscriptions. Must not throw.
 */
public interface WatchHandler {
  /**
   * The latest value of the entity. Values that came and went in between are left out; within an
   * incarnation none is older than one before.
   *
   * @param incarnation of the shard.
   * @param version of the entity as its service counts it, above 0; 0 if there is no such entity.
   * @param serviceCode why the service refused the read, 1 to 255 by its own numbers; 0 if it did
   *     not.
   * @param buffer holds the service's reply to the read; valid during the call.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   */
  void onValue(
      long incarnation, long version, int serviceCode, DirectBuffer buffer, int offset, int length);

  /**
   * Whether what was told last is still true is not known any more. The watch goes on: it is tried
   * again every {@link Watcher#RENEWAL_NS}, and {@link #onValue} says when it has succeeded.
   *
   * @param reason called again where this has become another one.
   */
  void onLost(WatchLoss reason);
}
