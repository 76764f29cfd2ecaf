package io.tally.engine.internal;

import io.tally.engine.internal.codecs.ReplyCode;
import org.agrona.DirectBuffer;

/** Where the replies to an ingress's commands arrive, on the thread that steps it. */
interface ReplySink {
  /**
   * One copy of a command was answered.
   *
   * @param correlationId as the command carried it.
   * @param code of the reply.
   * @param serviceCode why the service refused, by its own numbers; 0 if it did not.
   * @param shardIncarnation of the shard that answered; 0 if the shard is not owned there.
   * @param replayed recorded for an earlier request with the same idempotency key.
   * @param buffer holds the service's reply; valid during the call.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   */
  void onReply(
      long correlationId,
      ReplyCode code,
      int serviceCode,
      long shardIncarnation,
      boolean replayed,
      DirectBuffer buffer,
      int offset,
      int length);
}
