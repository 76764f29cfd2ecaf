package io.tally.engine;

import io.tally.engine.codecs.ReplyDecoder;

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
  static final int SHARD_ID = ReplyDecoder.shardIdEncodingOffset();
  static final int ORIGIN_LOOP = ReplyDecoder.originLoopEncodingOffset();
  static final int CODE = ReplyDecoder.codeEncodingOffset();
  static final int SERVICE_CODE = ReplyDecoder.serviceCodeEncodingOffset();
  static final int FLAGS = ReplyDecoder.flagsEncodingOffset();

  /** As this version writes it; a newer one may have a longer block. */
  static final int BLOCK_LENGTH = ReplyDecoder.BLOCK_LENGTH;

  /** Two bytes: the length of the payload, which follows them. */
  static final int PAYLOAD_HEADER_LENGTH = ReplyDecoder.payloadHeaderLength();

  private ReplyLayout() {}

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
