package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.ReplyDecoder;

/**
 * Where the parts of a Reply message stand: header, block of fields, payload. The offsets of fields
 * count from the start of the block.
 */
final class ReplyLayout {
  static final long HEADER =
      MessageHeaderWord.of(
          ReplyDecoder.BLOCK_LENGTH,
          ReplyDecoder.TEMPLATE_ID,
          ReplyDecoder.SCHEMA_ID,
          CommandLayout.OLDEST_VERSION);

  static final int BLOCK_OFFSET = MessageHeaderWord.ENCODED_LENGTH;
  static final int CORRELATION_ID = ReplyDecoder.correlationIdEncodingOffset();
  static final int ORIGIN_INCARNATION = ReplyDecoder.originIncarnationEncodingOffset();
  static final int SHARD_INCARNATION = ReplyDecoder.shardIncarnationEncodingOffset();

  /**
   * Where its last fields stand in one word; without newer ones behind them, the payload's length
   * too.
   */
  static final int LAST_FIELDS = ReplyDecoder.shardIdEncodingOffset();

  private static final int ORIGIN_LOOP_SHIFT = shift(ReplyDecoder.originLoopEncodingOffset());
  private static final int CODE_SHIFT = shift(ReplyDecoder.codeEncodingOffset());
  private static final int SERVICE_CODE_SHIFT = shift(ReplyDecoder.serviceCodeEncodingOffset());
  private static final int FLAGS_SHIFT = shift(ReplyDecoder.flagsEncodingOffset());
  private static final int LENGTH_SHIFT = shift(ReplyDecoder.BLOCK_LENGTH);

  /** Length of the block that this version writes; a newer one may have a longer block. */
  static final int BLOCK_LENGTH = ReplyDecoder.BLOCK_LENGTH;

  /** Two bytes: the length of the payload, which follows them. */
  static final int PAYLOAD_HEADER_LENGTH = ReplyDecoder.payloadHeaderLength();

  private ReplyLayout() {}

  private static int shift(final int offset) {
    return (offset - LAST_FIELDS) * Byte.SIZE;
  }

  /** The last fields and the payload's length, which take a memory access each otherwise. */
  static long lastFields(
      final int shardId,
      final int originLoop,
      final int code,
      final int serviceCode,
      final byte flags,
      final int payloadLength) {
    return shardId & 0xFFFFL
        | (originLoop & 0xFFL) << ORIGIN_LOOP_SHIFT
        | (code & 0xFFL) << CODE_SHIFT
        | (serviceCode & 0xFFL) << SERVICE_CODE_SHIFT
        | (flags & 0xFFL) << FLAGS_SHIFT
        | (long) payloadLength << LENGTH_SHIFT;
  }

  /** The same last fields in front of a payload of this length. */
  static long withLength(final long lastFields, final int payloadLength) {
    return lastFields & (1L << LENGTH_SHIFT) - 1 | (long) payloadLength << LENGTH_SHIFT;
  }

  static int shardId(final long lastFields) {
    return (int) lastFields & 0xFFFF;
  }

  static int originLoop(final long lastFields) {
    return (int) (lastFields >>> ORIGIN_LOOP_SHIFT) & 0xFF;
  }

  static int code(final long lastFields) {
    return (int) (lastFields >>> CODE_SHIFT) & 0xFF;
  }

  static int serviceCode(final long lastFields) {
    return (int) (lastFields >>> SERVICE_CODE_SHIFT) & 0xFF;
  }

  static byte flags(final long lastFields) {
    return (byte) (lastFields >>> FLAGS_SHIFT);
  }

  static int encodedLength(final int payloadLength) {
    return BLOCK_OFFSET + BLOCK_LENGTH + PAYLOAD_HEADER_LENGTH + payloadLength;
  }

  /** Whether a message with this header is a reply with all the fields named here. */
  static boolean matches(final long header) {
    return MessageHeaderWord.schemaId(header) == ReplyDecoder.SCHEMA_ID
        && MessageHeaderWord.templateId(header) == ReplyDecoder.TEMPLATE_ID
        && MessageHeaderWord.version(header) >= CommandLayout.OLDEST_VERSION
        && MessageHeaderWord.blockLength(header) >= BLOCK_LENGTH;
  }
}
