package io.tally.engine;

import org.agrona.DirectBuffer;

/** Receives the end of a request. Called on the thread that steps the {@link Ingress}. */
public interface ReplyHandler {
  /**
   * A request has ended. Called exactly once for each request that {@link Ingress#submit(long,
   * int)} took, possibly before that call returns. May claim and submit further requests. Must not
   * throw.
   *
   * @param cookie as given to the claim.
   * @param outcome how the request ended.
   * @param serviceCode with {@link Outcome#ANSWERED}: why the service refused what it was asked, 1
   *     to 255 by its own numbers; otherwise 0.
   * @param shardIncarnation incarnation of the shard that answered, or 0 if none did.
   * @param replayed the reply was recorded for an earlier request with the same idempotency key.
   * @param buffer holds the service's reply if the outcome is {@link Outcome#ANSWERED}; valid
   *     during the call.
   * @param offset of the reply.
   * @param length of the reply in bytes, 0 if there is none.
   */
  void onReply(
      long cookie,
      Outcome outcome,
      int serviceCode,
      long shardIncarnation,
      boolean replayed,
      DirectBuffer buffer,
      int offset,
      int length);
}
