package io.tally.testkit;

import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;

/** One request that is more than a sum or a read, as its process sees it. */
interface Attempt {
  /** Has the handler answered exactly once. */
  void submit(Ingress ingress, long nowNs, ReplyHandler handler, long cookie);

  /** Reads an answer; false if these bytes are none of what was asked for. */
  boolean onReply(int serviceCode, DirectBuffer buffer, int offset, int length);
}
