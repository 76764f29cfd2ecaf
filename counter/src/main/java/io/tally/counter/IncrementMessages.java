package io.tally.counter;

import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.IncrementWithEncoder;
import io.tally.engine.MessageHeaderWord;
import org.agrona.MutableDirectBuffer;

/** Writes increments as messages with their headers. Not thread-safe. */
final class IncrementMessages {
  // In which version of the schema each message last changed: an owner that knows it can take it.
  private static final int INCREMENT_VERSION = 0;
  private static final int INCREMENT_WITH_VERSION = 1;

  private static final long INCREMENT_HEADER =
      MessageHeaderWord.of(
          IncrementEncoder.BLOCK_LENGTH,
          IncrementEncoder.TEMPLATE_ID,
          IncrementEncoder.SCHEMA_ID,
          INCREMENT_VERSION);

  private static final long INCREMENT_WITH_HEADER =
      MessageHeaderWord.of(
          IncrementWithEncoder.BLOCK_LENGTH,
          IncrementWithEncoder.TEMPLATE_ID,
          IncrementWithEncoder.SCHEMA_ID,
          INCREMENT_WITH_VERSION);

  /** Longest message. */
  static final int MAX_LENGTH =
      MessageHeaderWord.ENCODED_LENGTH
          + IncrementWithEncoder.BLOCK_LENGTH
          + IncrementWithEncoder.counterIdHeaderLength()
          + CounterProxy.MAX_ID_LENGTH;

  private final IncrementEncoder increment = new IncrementEncoder();
  private final IncrementWithEncoder incrementWith = new IncrementWithEncoder();

  /** Returns the length of the message. */
  int increment(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final long amount) {
    MessageHeaderWord.put(buffer, offset, INCREMENT_HEADER);
    increment
        .wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH)
        .amount(amount)
        .putCounterId(id, idOffset, idLength);
    return MessageHeaderWord.ENCODED_LENGTH + increment.encodedLength();
  }

  /** Returns the length of the message. */
  int incrementWith(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final CounterRequest request) {
    MessageHeaderWord.put(buffer, offset, INCREMENT_WITH_HEADER);
    incrementWith
        .wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH)
        .conditionIncarnation(request.conditionIncarnation)
        .conditionVersion(request.conditionVersion)
        .condition(request.condition)
        .ttlMode(request.ttlMode)
        .ttlMs(request.ttlMs)
        .amount(request.amount)
        .min(request.min)
        .max(request.max);
    incrementWith
        .options()
        .clear()
        .hasMin(request.hasMin)
        .hasMax(request.hasMax)
        .saturate(request.saturate);
    incrementWith.putCounterId(id, idOffset, idLength);
    return MessageHeaderWord.ENCODED_LENGTH + incrementWith.encodedLength();
  }
}
