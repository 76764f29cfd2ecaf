package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/** Reads what a list of operations was answered. Not thread-safe. */
public final class OperationsReplyAdapter {
  private DirectBuffer buffer;
  private int start;
  private int count;
  private int resultLength;
  private CounterStatus status = CounterStatus.NULL_VAL;

  /** Creates an adapter. */
  public OperationsReplyAdapter() {}

  /**
   * Decodes a reply.
   *
   * @param reply holds the reply, which is read until the next wrap.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   * @return false if these bytes are no such reply.
   */
  public boolean wrap(final DirectBuffer reply, final int offset, final int length) {
    if (length < OperationsLayout.RESULTS) {
      return false;
    }
    final long header = MessageHeaderWord.get(reply, offset);
    if (MessageHeaderWord.schemaId(header)
            != MessageHeaderWord.schemaId(OperationsLayout.REPLY_HEADER)
        || MessageHeaderWord.templateId(header)
            != MessageHeaderWord.templateId(OperationsLayout.REPLY_HEADER)
        || MessageHeaderWord.blockLength(header)
            != MessageHeaderWord.blockLength(OperationsLayout.REPLY_HEADER)) {
      return false;
    }
    buffer = reply;
    start = offset;
    count = reply.getShort(offset + OperationsLayout.RESULTS_COUNT, LITTLE_ENDIAN) & 0xFFFF;
    resultLength = reply.getShort(offset + OperationsLayout.RESULTS_GROUP, LITTLE_ENDIAN) & 0xFFFF;
    status = status(reply.getByte(offset + OperationsLayout.STATUS));
    return status != null
        && resultLength >= OperationsLayout.RESULT
        && OperationsLayout.RESULTS + count * resultLength <= length;
  }

  /** The status of a byte; null if it is not known: the generated lookup would throw. */
  private static CounterStatus status(final byte value) {
    for (final CounterStatus known : CounterStatus.values()) {
      if (known.value() == value && known != CounterStatus.NULL_VAL) {
        return known;
      }
    }
    return null;
  }

  /**
   * What became of the operations.
   *
   * @return {@link CounterStatus#OK} also if a bound has refused them.
   */
  public CounterStatus status() {
    return status;
  }

  /**
   * Whether nothing was applied, because of one of the operations.
   *
   * @return true if there is {@link #refusedOperation()}.
   */
  public boolean isRefused() {
    return refusedOperation() != OperationsLayout.NONE;
  }

  /**
   * The operation that was refused, and all others with it.
   *
   * @return its number from 0.
   */
  public int refusedOperation() {
    return buffer.getShort(start + OperationsLayout.REFUSED, LITTLE_ENDIAN) & 0xFFFF;
  }

  /**
   * Number of operations.
   *
   * @return as many as were asked for.
   */
  public int count() {
    return count;
  }

  /**
   * The value of an operation's counter after it; if all are refused, the value that is there.
   *
   * @param operation from 0.
   * @return the value.
   */
  public long value(final int operation) {
    return buffer.getLong(at(operation) + OperationsLayout.VALUE, LITTLE_ENDIAN);
  }

  /**
   * Whether the result tells what was added.
   *
   * @param operation from 0.
   * @return true if the operation has bounds, or if all are refused.
   */
  public boolean hasApplied(final int operation) {
    return buffer.getByte(at(operation) + OperationsLayout.HAS_APPLIED) != 0;
  }

  /**
   * What was added.
   *
   * @param operation from 0.
   * @return the amount, or a part of it; 0 if all are refused.
   */
  public long applied(final int operation) {
    return buffer.getLong(at(operation) + OperationsLayout.APPLIED, LITTLE_ENDIAN);
  }

  /**
   * Time left until the counter ends, if the operation asked for it.
   *
   * @param operation from 0.
   * @return milliseconds, or 0.
   */
  public long ttlMs(final int operation) {
    return buffer.getLong(at(operation) + OperationsLayout.TTL_MS, LITTLE_ENDIAN);
  }

  private int at(final int operation) {
    return start + OperationsLayout.RESULTS + operation * resultLength;
  }
}
