package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.CommandsDecoder;
import io.tally.engine.internal.codecs.CommandsDecoder.EntriesDecoder;

/**
 * Where the parts of a Commands message stand: header, block of what all have in common, size of
 * the group; then for each command its block of fields, idempotency key, payload. The offsets of
 * fields count from the start of their block.
 */
final class CommandsLayout {
  /** What a peer has to speak that is sent such a message, or Replies. */
  static final int PROTOCOL = 4;

  /** The version of the schema that Commands and Replies began with. */
  static final int OLDEST_VERSION = 3;

  static final int BLOCK_OFFSET = MessageHeaderWord.ENCODED_LENGTH;
  static final int SHARD_INCARNATION = CommandsDecoder.shardIncarnationEncodingOffset();
  static final int ORIGIN_NODE_KEY = CommandsDecoder.originNodeKeyEncodingOffset();
  static final int ORIGIN_INCARNATION = CommandsDecoder.originIncarnationEncodingOffset();
  static final int DEADLINE_NS = CommandsDecoder.deadlineNsEncodingOffset();
  static final int EPOCH = CommandsDecoder.epochEncodingOffset();
  static final int ORIGIN_LOOP = CommandsDecoder.originLoopEncodingOffset();

  /** Length of the block that this version writes; a newer one may have a longer block. */
  static final int BLOCK_LENGTH = CommandsDecoder.BLOCK_LENGTH;

  static final long HEADER =
      MessageHeaderWord.of(
          BLOCK_LENGTH, CommandsDecoder.TEMPLATE_ID, CommandsDecoder.SCHEMA_ID, OLDEST_VERSION);

  /** Bytes of a message before its first command, as this version writes it. */
  static final int HEAD_LENGTH = BLOCK_OFFSET + BLOCK_LENGTH + GroupSize.LENGTH;

  static final int CORRELATION_ID = EntriesDecoder.correlationIdEncodingOffset();
  static final int LANE_SEQUENCE = EntriesDecoder.laneSequenceEncodingOffset();
  static final int ENTITY_HASH = EntriesDecoder.entityHashEncodingOffset();

  /** Span of the lane, shard and item of the key in one word. */
  static final int LAST_FIELDS = EntriesDecoder.laneSpanEncodingOffset();

  private static final int SHARD_SHIFT =
      (EntriesDecoder.shardIdEncodingOffset() - LAST_FIELDS) * Byte.SIZE;
  private static final int KEY_ITEM_SHIFT =
      (EntriesDecoder.keyItemEncodingOffset() - LAST_FIELDS) * Byte.SIZE;

  /** Length of a command's block that this version writes. */
  static final int ENTRY_BLOCK_LENGTH = EntriesDecoder.sbeBlockLength();

  /** What stands behind the block of a command without key and payload. */
  static final int MIN_DATA_LENGTH =
      CommandLayout.IDEMPOTENCY_KEY_HEADER_LENGTH + CommandLayout.PAYLOAD_HEADER_LENGTH;

  private static final long UINT32 = 0xFFFF_FFFFL;

  private CommandsLayout() {}

  /** Bytes of one command. */
  static int entryLength(final int idempotencyKeyLength, final int payloadLength) {
    return ENTRY_BLOCK_LENGTH + MIN_DATA_LENGTH + idempotencyKeyLength + payloadLength;
  }

  static long lastFields(final long laneSpan, final int shardId, final int keyItem) {
    return laneSpan & UINT32
        | (shardId & 0xFFFFL) << SHARD_SHIFT
        | (keyItem & 0xFFFFL) << KEY_ITEM_SHIFT;
  }

  static long laneSpan(final long lastFields) {
    return lastFields & UINT32;
  }

  static int shardId(final long lastFields) {
    return (int) (lastFields >>> SHARD_SHIFT) & 0xFFFF;
  }

  static int keyItem(final long lastFields) {
    return (int) (lastFields >>> KEY_ITEM_SHIFT) & 0xFFFF;
  }

  /**
   * Whether a message with this header holds commands, with all that is named here in its block.
   */
  static boolean matches(final long header) {
    return MessageHeaderWord.schemaId(header) == CommandsDecoder.SCHEMA_ID
        && MessageHeaderWord.templateId(header) == CommandsDecoder.TEMPLATE_ID
        && MessageHeaderWord.version(header) >= OLDEST_VERSION
        && MessageHeaderWord.blockLength(header) >= BLOCK_LENGTH;
  }
}
