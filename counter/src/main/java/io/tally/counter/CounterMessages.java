package io.tally.counter;

import io.tally.counter.codecs.DeleteEncoder;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.IncrementWithEncoder;
import io.tally.counter.codecs.LimitEncoder;
import io.tally.counter.codecs.SetValueEncoder;
import io.tally.engine.MessageHeaderWord;
import org.agrona.MutableDirectBuffer;

/** Writes each call of a counter as a message with its header. Not thread-safe. */
final class CounterMessages {
  /** Version of the schema in which GetValue and Increment last changed. */
  private static final int PLAIN_VERSION = 0;

  /**
   * Version of the schema in which all other messages and the replies last changed: an owner that
   * knows it takes them.
   */
  static final int VERSION = 1;

  static final long GET_VALUE_HEADER =
      MessageHeaderWord.of(
          GetValueEncoder.BLOCK_LENGTH,
          GetValueEncoder.TEMPLATE_ID,
          GetValueEncoder.SCHEMA_ID,
          PLAIN_VERSION);

  private static final long INCREMENT_HEADER =
      MessageHeaderWord.of(
          IncrementEncoder.BLOCK_LENGTH,
          IncrementEncoder.TEMPLATE_ID,
          IncrementEncoder.SCHEMA_ID,
          PLAIN_VERSION);

  /** Longest increment. */
  static final int MAX_INCREMENT_LENGTH =
      MessageHeaderWord.ENCODED_LENGTH
          + IncrementWithEncoder.BLOCK_LENGTH
          + IncrementWithEncoder.counterIdHeaderLength()
          + CounterProxy.MAX_ID_LENGTH;

  private final IncrementEncoder increment = new IncrementEncoder();
  private final IncrementWithEncoder incrementWith = new IncrementWithEncoder();
  private final GetValueEncoder getValue = new GetValueEncoder();
  private final SetValueEncoder setValue = new SetValueEncoder();
  private final DeleteEncoder delete = new DeleteEncoder();
  private final LimitEncoder limit = new LimitEncoder();

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
  int write(
      final CounterOperation operation,
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final CounterRequest request) {
    MessageHeaderWord.put(buffer, offset, operation.header);
    final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
    // Each begins with its condition, and a delete has nothing else.
    delete
        .wrap(buffer, block)
        .conditionIncarnation(request.conditionIncarnation)
        .conditionVersion(request.conditionVersion)
        .condition(request.condition);
    final int end =
        switch (operation) {
          case INCREMENT -> {
            incrementWith
                .wrap(buffer, block)
                .ttlMode(request.ttlMode)
                .ttlMs(request.ttlMs)
                .amount(request.amount)
                .min(request.min)
                .max(request.max)
                .options()
                .clear()
                .hasMin(request.hasMin)
                .hasMax(request.hasMax)
                .saturate(request.saturate);
            yield incrementWith.putCounterId(id, idOffset, idLength).limit();
          }
          case SET ->
              setValue
                  .wrap(buffer, block)
                  .ttlMode(request.ttlMode)
                  .ttlMs(request.ttlMs)
                  .value(request.value)
                  .putCounterId(id, idOffset, idLength)
                  .limit();
          case DELETE -> delete.putCounterId(id, idOffset, idLength).limit();
          case LIMIT ->
              limit
                  .wrap(buffer, block)
                  .quota(request.limit)
                  .windowMs(request.windowMs)
                  .cost(request.cost)
                  .burst(request.burst)
                  .putCounterId(id, idOffset, idLength)
                  .limit();
        };
    return end - offset;
  }

  /** Returns the length of the message. */
  int get(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength) {
    MessageHeaderWord.put(buffer, offset, GET_VALUE_HEADER);
    getValue
        .wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH)
        .putCounterId(id, idOffset, idLength);
    return MessageHeaderWord.ENCODED_LENGTH + getValue.encodedLength();
  }
}
