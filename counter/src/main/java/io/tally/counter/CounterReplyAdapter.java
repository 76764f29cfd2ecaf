package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.Detail;
import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/** Reads the counter service's replies. Not thread-safe; the values stand until the next wrap. */
public final class CounterReplyAdapter {
  private static final CounterStatus[] STATUSES = statusesByValue();
  private static final Detail[] DETAILS = detailsByValue();
  private static final int MIN_BLOCK_LENGTH = CounterReplyDecoder.detailKindEncodingOffset();

  private CounterStatus status = CounterStatus.NULL_VAL;
  private Detail detailKind = Detail.NONE;
  private long value;
  private long detail;
  private long ttlMs;
  private long counterVersion;

  /**
   * Decodes a reply. One of version 0 says nothing but status and value.
   *
   * @param buffer holds the reply.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   * @return false if these bytes are no counter reply.
   */
  public boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
    if (length < MessageHeaderWord.ENCODED_LENGTH + MIN_BLOCK_LENGTH) {
      return false;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    final int blockLength = MessageHeaderWord.blockLength(header);
    if (!isReply(header) || blockLength > length - MessageHeaderWord.ENCODED_LENGTH) {
      return false;
    }
    final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
    // The generated lookups throw for what a newer version may have added.
    final CounterStatus read =
        STATUSES[buffer.getByte(block + CounterReplyDecoder.statusEncodingOffset()) & 0xFF];
    if (read == null) {
      return false;
    }
    status = read;
    value = buffer.getLong(block + CounterReplyDecoder.valueEncodingOffset(), LITTLE_ENDIAN);
    if (blockLength < CounterReplyDecoder.BLOCK_LENGTH) {
      detailKind = Detail.NONE;
      ttlMs = 0;
      counterVersion = 0;
    } else {
      wrapVersion1(buffer, block);
    }
    return true;
  }

  private static boolean isReply(final long header) {
    return MessageHeaderWord.schemaId(header) == CounterReplyDecoder.SCHEMA_ID
        && MessageHeaderWord.templateId(header) == CounterReplyDecoder.TEMPLATE_ID
        && MessageHeaderWord.blockLength(header) >= MIN_BLOCK_LENGTH;
  }

  private void wrapVersion1(final DirectBuffer buffer, final int block) {
    final int kind = buffer.getByte(block + CounterReplyDecoder.detailKindEncodingOffset()) & 0xFF;
    detailKind = kind < DETAILS.length ? DETAILS[kind] : Detail.NONE;
    detail = buffer.getLong(block + CounterReplyDecoder.detailEncodingOffset(), LITTLE_ENDIAN);
    ttlMs = buffer.getLong(block + CounterReplyDecoder.ttlMsEncodingOffset(), LITTLE_ENDIAN);
    counterVersion =
        buffer.getLong(block + CounterReplyDecoder.counterVersionEncodingOffset(), LITTLE_ENDIAN);
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
   * The counter's value after the command. Of a delete, the value before it. Of a rate limit, what
   * is used of the burst now, rounded up.
   *
   * @return the value; 0 if there is no such counter.
   */
  public long value() {
    return value;
  }

  /**
   * Whether the reply says what the value was before.
   *
   * @return true for a set that was applied to a counter that existed.
   */
  public boolean hasPrevious() {
    return detailKind == Detail.PREVIOUS;
  }

  /**
   * The value before the command.
   *
   * @return the value; without meaning unless {@link #hasPrevious()}.
   */
  public long previous() {
    return detail;
  }

  /**
   * Whether the reply says what was added.
   *
   * @return true for an increment with bounds or saturation.
   */
  public boolean hasApplied() {
    return detailKind == Detail.APPLIED;
  }

  /**
   * What was added to the value.
   *
   * @return the difference, 0 if a bound refused it; without meaning unless {@link #hasApplied()}.
   */
  public long applied() {
    return detail;
  }

  /**
   * Whether the reply says what remains of a quota.
   *
   * @return true for a limit, admitted or refused for its cost.
   */
  public boolean hasRemaining() {
    return detailKind == Detail.REMAINING;
  }

  /**
   * What may still be taken of the quota now.
   *
   * @return the number, not negative; without meaning unless {@link #hasRemaining()}.
   */
  public long remaining() {
    return detail;
  }

  /**
   * Whether the reply says how much time is left. A read does if the counter has a deadline;
   * increment and set do if there is one after them and the request said something of it other than
   * the default; a limit does while something is used, unless its cost is never to be had.
   *
   * @return false if nobody asked or there is nothing to wait for.
   */
  public boolean hasTtl() {
    return ttlMs > 0;
  }

  /**
   * How long until the counter ends by its deadline, which for a limit is when the quota is whole
   * again; if a rate limit refused a cost, how long until that cost may be taken.
   *
   * @return milliseconds, rounded up; 0 unless {@link #hasTtl()}.
   */
  public long ttlMs() {
    return ttlMs;
  }

  /**
   * Whether the counter exists after the command.
   *
   * @return false also if the counter's owner is of a version that does not say.
   */
  public boolean exists() {
    return counterVersion != 0;
  }

  /**
   * Version of the counter, which no other state of it has had in this life of the shard.
   *
   * @return above 0 if it {@link #exists()}, else 0.
   */
  public long counterVersion() {
    return counterVersion;
  }

  /**
   * What a read has shown, to be kept.
   *
   * @return value and time left, as they change by themselves.
   */
  public ReadCounter read() {
    return new ReadCounter(value, ttlMs, detailKind == Detail.INTERVAL ? detail : 0);
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

  private static Detail[] detailsByValue() {
    final Detail[] details = new Detail[Detail.INTERVAL.value() + 1];
    for (final Detail value : Detail.values()) {
      if (value != Detail.NULL_VAL) {
        details[value.value()] = value;
      }
    }
    return details;
  }
}
