package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.Detail;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import org.agrona.MutableDirectBuffer;

/** Writes the replies of the counter service. */
final class CounterAnswer {
  /** Bytes of each reply. */
  static final int LENGTH = MessageHeaderWord.ENCODED_LENGTH + CounterReplyEncoder.BLOCK_LENGTH;

  private static final long HEADER =
      MessageHeaderWord.of(
          CounterReplyEncoder.BLOCK_LENGTH,
          CounterReplyEncoder.TEMPLATE_ID,
          CounterReplyEncoder.SCHEMA_ID,
          CounterMessages.VERSION);

  /** Status and kind of the detail are written as one number. */
  private static final int DETAIL_KIND_SHIFT =
      (CounterReplyEncoder.detailKindEncodingOffset() - CounterReplyEncoder.statusEncodingOffset())
          * Byte.SIZE;

  private CounterAnswer() {}

  static void ok(final ServiceReply reply, final long value, final long version) {
    ok(reply, value, version, Detail.NONE, 0, 0);
  }

  static void ok(
      final ServiceReply reply,
      final long value,
      final long version,
      final Detail detailKind,
      final long detail,
      final long ttlMs) {
    put(reply, value, version, CounterStatus.OK, detailKind, detail, ttlMs);
  }

  static void refused(
      final ServiceReply reply, final long value, final long version, final CounterStatus status) {
    put(reply, value, version, status, Detail.NONE, 0, 0);
    reply.refuse(status.value());
    if (status == CounterStatus.MEMORY_LIMIT) {
      // Room may come soon, when other counters end.
      reply.notUnderKey();
    }
  }

  /**
   * The client may ask again with the same key when the quota has come back, so that the answer
   * must not stand under it.
   */
  static void quotaExceeded(
      final ServiceReply reply,
      final long value,
      final long version,
      final long remaining,
      final long ttlMs) {
    put(reply, value, version, CounterStatus.QUOTA_EXCEEDED, Detail.REMAINING, remaining, ttlMs);
    reply.refuse(CounterStatus.QUOTA_EXCEEDED.value());
    reply.notUnderKey();
  }

  private static void put(
      final ServiceReply reply,
      final long value,
      final long version,
      final CounterStatus status,
      final Detail detailKind,
      final long detail,
      final long ttlMs) {
    final MutableDirectBuffer buffer = reply.buffer();
    MessageHeaderWord.put(buffer, reply.offset(), HEADER);
    final int block = reply.offset() + MessageHeaderWord.ENCODED_LENGTH;
    buffer.putLong(block + CounterReplyEncoder.valueEncodingOffset(), value, LITTLE_ENDIAN);
    buffer.putShort(
        block + CounterReplyEncoder.statusEncodingOffset(),
        (short) (status.value() | detailKind.value() << DETAIL_KIND_SHIFT),
        LITTLE_ENDIAN);
    buffer.putLong(block + CounterReplyEncoder.detailEncodingOffset(), detail, LITTLE_ENDIAN);
    buffer.putLong(block + CounterReplyEncoder.ttlMsEncodingOffset(), ttlMs, LITTLE_ENDIAN);
    buffer.putLong(
        block + CounterReplyEncoder.counterVersionEncodingOffset(), version, LITTLE_ENDIAN);
    reply.length(LENGTH);
  }
}
