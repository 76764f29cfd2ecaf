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
  // Versions of the schema in which messages last changed: an owner that knows it can take it.
  private static final int PLAIN_VERSION = 0;
  private static final int WITH_OPTIONS_VERSION = 1;

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

  private static final long INCREMENT_WITH_HEADER =
      withOptions(IncrementWithEncoder.BLOCK_LENGTH, IncrementWithEncoder.TEMPLATE_ID);

  private static final long SET_VALUE_HEADER =
      withOptions(SetValueEncoder.BLOCK_LENGTH, SetValueEncoder.TEMPLATE_ID);

  private static final long DELETE_HEADER =
      withOptions(DeleteEncoder.BLOCK_LENGTH, DeleteEncoder.TEMPLATE_ID);

  private static final long LIMIT_HEADER =
      withOptions(LimitEncoder.BLOCK_LENGTH, LimitEncoder.TEMPLATE_ID);

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

  private static long withOptions(final int blockLength, final int templateId) {
    return MessageHeaderWord.of(
        blockLength, templateId, IncrementWithEncoder.SCHEMA_ID, WITH_OPTIONS_VERSION);
  }

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

  /** Returns the length of the message. */
  int set(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final CounterRequest request) {
    MessageHeaderWord.put(buffer, offset, SET_VALUE_HEADER);
    setValue
        .wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH)
        .conditionIncarnation(request.conditionIncarnation)
        .conditionVersion(request.conditionVersion)
        .condition(request.condition)
        .ttlMode(request.ttlMode)
        .ttlMs(request.ttlMs)
        .value(request.value)
        .putCounterId(id, idOffset, idLength);
    return MessageHeaderWord.ENCODED_LENGTH + setValue.encodedLength();
  }

  /** Returns the length of the message. */
  int delete(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final CounterRequest request) {
    MessageHeaderWord.put(buffer, offset, DELETE_HEADER);
    delete
        .wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH)
        .conditionIncarnation(request.conditionIncarnation)
        .conditionVersion(request.conditionVersion)
        .condition(request.condition)
        .putCounterId(id, idOffset, idLength);
    return MessageHeaderWord.ENCODED_LENGTH + delete.encodedLength();
  }

  /** Returns the length of the message. */
  int limit(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final CounterRequest request) {
    MessageHeaderWord.put(buffer, offset, LIMIT_HEADER);
    limit
        .wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH)
        .conditionIncarnation(request.conditionIncarnation)
        .conditionVersion(request.conditionVersion)
        .condition(request.condition)
        .quota(request.limit)
        .windowMs(request.windowMs)
        .cost(request.cost)
        .burst(request.burst)
        .putCounterId(id, idOffset, idLength);
    return MessageHeaderWord.ENCODED_LENGTH + limit.encodedLength();
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
