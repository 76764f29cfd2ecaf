package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/** Reads the counter service's replies. Not thread-safe; the values stand until the next wrap. */
public final class CounterReplyAdapter {
  private static final CounterStatus[] STATUSES = statusesByValue();

  private CounterStatus status = CounterStatus.NULL_VAL;
  private long value;

  /**
   * Decodes a reply.
   *
   * @param buffer holds the reply.
   * @param offset of the reply.
   * @param length of the reply in bytes.
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
    final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
    // The generated lookup throws for a status that a newer version may have added.
    final CounterStatus read =
        STATUSES[buffer.getByte(block + CounterReplyDecoder.statusEncodingOffset()) & 0xFF];
    if (read == null) {
      return false;
    }
    status = read;
    value = buffer.getLong(block + CounterReplyDecoder.valueEncodingOffset(), LITTLE_ENDIAN);
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

  private static CounterStatus[] statusesByValue() {
    final CounterStatus[] statuses = new CounterStatus[256];
    for (final CounterStatus value : CounterStatus.values()) {
      if (value != CounterStatus.NULL_VAL) {
        statuses[value.value()] = value;
      }
    }
    return statuses;
  }
}
