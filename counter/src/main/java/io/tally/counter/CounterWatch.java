package io.tally.counter;

import io.tally.counter.codecs.GetValueEncoder;
import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What counters are watched by: the read of their value, as {@link CounterReplyAdapter} reads it.
 */
public final class CounterWatch {
  private CounterWatch() {}

  /**
   * The message that reads a counter.
   *
   * @param id of the counter, 1 to {@link CounterProxy#MAX_ID_LENGTH} bytes.
   * @return the whole message.
   */
  public static DirectBuffer readOf(final byte[] id) {
    CounterProxy.checkLength("id", id.length, 1, CounterProxy.MAX_ID_LENGTH);
    final UnsafeBuffer payload =
        new UnsafeBuffer(
            new byte
                [MessageHeaderWord.ENCODED_LENGTH
                    + GetValueEncoder.BLOCK_LENGTH
                    + GetValueEncoder.counterIdHeaderLength()
                    + id.length]);
    MessageHeaderWord.put(payload, 0, CounterMessages.GET_VALUE_HEADER);
    new GetValueEncoder()
        .wrap(payload, MessageHeaderWord.ENCODED_LENGTH)
        .putCounterId(id, 0, id.length);
    return payload;
  }
}
