package io.tally.counter;

import io.tally.counter.codecs.GetValueEncoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.StableHash;
import io.tally.engine.Subscription;
import io.tally.engine.WatchHandler;
import io.tally.engine.Watcher;
import org.agrona.concurrent.UnsafeBuffer;

/** Watches counters: each by the read of its value, whose replies the handler is told. */
public final class CounterWatch {
  private CounterWatch() {}

  /**
   * Watches a counter. On the thread that steps the watcher.
   *
   * @param watcher of this node.
   * @param nowNs current time in nanoseconds.
   * @param id of the counter, 1 to {@link CounterProxy#MAX_ID_LENGTH} bytes.
   * @param handler is told the replies, as {@link CounterReplyAdapter} reads them.
   * @return the subscription, or null if this node has as many as it may.
   */
  public static Subscription subscribe(
      final Watcher watcher, final long nowNs, final byte[] id, final WatchHandler handler) {
    if (id.length == 0 || id.length > CounterProxy.MAX_ID_LENGTH) {
      throw new IllegalArgumentException("id length out of range: " + id.length);
    }
    final long entityHash = StableHash.hash(id, 0, id.length);
    final UnsafeBuffer payload =
        new UnsafeBuffer(
            new byte
                [MessageHeaderWord.ENCODED_LENGTH
                    + GetValueEncoder.BLOCK_LENGTH
                    + GetValueEncoder.counterIdHeaderLength()
                    + id.length]);
    MessageHeaderWord.put(payload, 0, CounterProxy.GET_VALUE_HEADER);
    new GetValueEncoder()
        .wrap(payload, MessageHeaderWord.ENCODED_LENGTH)
        .putCounterId(id, 0, id.length);
    return watcher.subscribe(
        nowNs,
        StableHash.placement(id, 0, id.length, entityHash),
        entityHash,
        payload,
        0,
        payload.capacity(),
        handler);
  }
}
