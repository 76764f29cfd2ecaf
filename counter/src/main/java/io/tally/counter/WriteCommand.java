package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.DeleteDecoder;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.counter.codecs.TtlMode;
import org.agrona.DirectBuffer;

/** One of the writes with options, during a call of the service only. Not thread-safe. */
final class WriteCommand {
  // Their ordinals are their values on the wire, and that of NULL_VAL is the number of the others.
  private static final Condition[] CONDITIONS = Condition.values();
  private static final TtlMode[] TTL_MODES = TtlMode.values();

  long timeNs;
  long entityHash;
  DirectBuffer buffer;

  /** Where the fixed part begins. */
  int block;

  int idOffset;
  int idLength;

  void wrap(
      final long commandTimeNs,
      final long idHash,
      final DirectBuffer command,
      final int blockOffset,
      final int offsetOfId,
      final int lengthOfId) {
    timeNs = commandTimeNs;
    entityHash = idHash;
    buffer = command;
    block = blockOffset;
    idOffset = offsetOfId;
    idLength = lengthOfId;
  }

  long number(final int encodingOffset) {
    return buffer.getLong(block + encodingOffset, LITTLE_ENDIAN);
  }

  int flags(final int encodingOffset) {
    return buffer.getByte(block + encodingOffset) & 0xFF;
  }

  /** Each write begins with its condition. Null if there is no such condition. */
  Condition condition() {
    final int value = flags(DeleteDecoder.conditionEncodingOffset());
    return value < Condition.NULL_VAL.ordinal() ? CONDITIONS[value] : null;
  }

  long conditionIncarnation() {
    return number(DeleteDecoder.conditionIncarnationEncodingOffset());
  }

  long conditionVersion() {
    return number(DeleteDecoder.conditionVersionEncodingOffset());
  }

  /** Of the writes that have one, which begin alike. Null if there is no such mode. */
  TtlMode ttlMode() {
    final int value = flags(IncrementWithDecoder.ttlModeEncodingOffset());
    return value < TtlMode.NULL_VAL.ordinal() ? TTL_MODES[value] : null;
  }

  long ttlMs() {
    return number(IncrementWithDecoder.ttlMsEncodingOffset());
  }

  /** Of the writes that have a ttl: whether a command may ask for this one. */
  boolean hasValidTtl() {
    final TtlMode mode = ttlMode();
    return mode != null && Ttl.isValid(mode, ttlMs());
  }
}
