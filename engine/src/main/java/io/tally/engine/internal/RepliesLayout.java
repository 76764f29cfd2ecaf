package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.RepliesDecoder;
import io.tally.engine.internal.codecs.RepliesDecoder.EntriesDecoder;

/**
 * Where the parts of a Replies message stand: header, block of what all have in common, size of the
 * group; then for each reply its block of fields and its payload. The offsets of fields count from
 * the start of their block.
 */
final class RepliesLayout {
  static final int BLOCK_OFFSET = MessageHeaderWord.ENCODED_LENGTH;
  static final int ORIGIN_INCARNATION = RepliesDecoder.originIncarnationEncodingOffset();
  static final int SHARD_INCARNATION = RepliesDecoder.shardIncarnationEncodingOffset();

  /** Length of the block that this version writes; a newer one may have a longer block. */
  static final int BLOCK_LENGTH = RepliesDecoder.BLOCK_LENGTH;

  static final long HEADER =
      MessageHeaderWord.of(
          BLOCK_LENGTH,
          RepliesDecoder.TEMPLATE_ID,
          RepliesDecoder.SCHEMA_ID,
          CommandsLayout.OLDEST_VERSION);

  /** Bytes of a message before its first reply, as this version writes it. */
  static final int HEAD_LENGTH = BLOCK_OFFSET + BLOCK_LENGTH + GroupSize.LENGTH;

  static final int CORRELATION_ID = EntriesDecoder.correlationIdEncodingOffset();

  /** The other fields in one word, as {@link ReplyLayout#lastFields} has them. */
  static final int LAST_FIELDS = EntriesDecoder.shardIdEncodingOffset();

  /** Length of a reply's block that this version writes. */
  static final int ENTRY_BLOCK_LENGTH = EntriesDecoder.sbeBlockLength();

  private RepliesLayout() {}

  /** Bytes of one reply. */
  static int entryLength(final int payloadLength) {
    return ENTRY_BLOCK_LENGTH + ReplyLayout.PAYLOAD_HEADER_LENGTH + payloadLength;
  }

  /** Whether a message with this header holds replies, with all that is named here in its block. */
  static boolean matches(final long header) {
    return MessageHeaderWord.schemaId(header) == RepliesDecoder.SCHEMA_ID
        && MessageHeaderWord.templateId(header) == RepliesDecoder.TEMPLATE_ID
        && MessageHeaderWord.version(header) >= CommandsLayout.OLDEST_VERSION
        && MessageHeaderWord.blockLength(header) >= BLOCK_LENGTH;
  }
}
