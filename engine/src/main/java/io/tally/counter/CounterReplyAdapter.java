package io.tally.counter;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/** Reads the counter service's answers. Not thread-safe; the values stand until the next wrap. */
public final class CounterReplyAdapter {
  private final CounterReplyDecoder reply = new CounterReplyDecoder();
  private CounterStatus status = CounterStatus.NULL_VAL;
  private long value;

  /**
   * Decodes an answer.
   *
   * @param buffer holds the answer.
   * @param offset of the answer.
   * @param length of the answer in bytes.
   * @return false if these bytes are no counter reply.
   */
  public boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
    if (length < MessageHeaderWord.ENCODED_LENGTH + CounterReplyDecoder.BLOCK_LENGTH) {
      return false;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    if (MessageHeaderWord.schemaId(header) != CounterReplyDecoder.SCHEMA_ID
        || MessageHeaderWord.templateId(header) != CounterReplyDecoder.TEMPLATE_ID) {
      return false;
    }
    reply.wrap(
        buffer,
        offset + MessageHeaderWord.ENCODED_LENGTH,
        MessageHeaderWord.blockLength(header),
        MessageHeaderWord.version(header));
    value = reply.value();
    status = reply.status();
    return true;
  }

  /**
   * What became of the command.
   *
   * @return the status.
   */
  public CounterStatus status() {
    return status;
  }

  /**
   * The counter's value after the command.
   *
   * @return the value.
   */
  public long value() {
    return value;
  }
}
