package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.internal.codecs.CommandDecoder;

/**
 * Where the parts of a Command message stand: header, block of fields, idempotency key, payload.
 * The offsets of fields count from the start of the block.
 */
public final class CommandLayout {
  /** The version that the engine's protocol began with; what older processes say is refused. */
  static final int OLDEST_VERSION = 1;

  /** Length of the block in version 1; a newer one may have a longer block. */
  static final int BLOCK_LENGTH = CommandDecoder.keyItemEncodingOffset();

  /** Length of the block of a command that says which item of its key it is. */
  static final int ITEM_BLOCK_LENGTH = CommandDecoder.BLOCK_LENGTH;

  static final long HEADER =
      MessageHeaderWord.of(
          BLOCK_LENGTH, CommandDecoder.TEMPLATE_ID, CommandDecoder.SCHEMA_ID, OLDEST_VERSION);

  static final long ITEM_HEADER =
      MessageHeaderWord.of(
          ITEM_BLOCK_LENGTH,
          CommandDecoder.TEMPLATE_ID,
          CommandDecoder.SCHEMA_ID,
          CommandDecoder.keyItemSinceVersion());

  /** What a peer has to speak that is sent a command which says which item of its key it is. */
  static final int ITEM_PROTOCOL = 3;

  /** Bound of the number of an item. */
  public static final int MAX_KEY_ITEM = CommandDecoder.keyItemMaxValue();

  static final int BLOCK_OFFSET = MessageHeaderWord.ENCODED_LENGTH;
  static final int SHARD_INCARNATION = CommandDecoder.shardIncarnationEncodingOffset();
  static final int ORIGIN_NODE_KEY = CommandDecoder.originNodeKeyEncodingOffset();
  static final int ORIGIN_INCARNATION = CommandDecoder.originIncarnationEncodingOffset();
  static final int CORRELATION_ID = CommandDecoder.correlationIdEncodingOffset();
  static final int LANE_SEQUENCE = CommandDecoder.laneSequenceEncodingOffset();
  static final int PLACEMENT_HASH = CommandDecoder.placementHashEncodingOffset();
  static final int ENTITY_HASH = CommandDecoder.entityHashEncodingOffset();
  static final int DEADLINE_NS = CommandDecoder.deadlineNsEncodingOffset();

  /** Epoch and span of the lane in one word. */
  static final int EPOCH_AND_SPAN = CommandDecoder.epochEncodingOffset();

  private static final int SPAN_SHIFT =
      (CommandDecoder.laneSpanEncodingOffset() - EPOCH_AND_SPAN) * Byte.SIZE;

  /** Shard, loop and flags in four bytes. */
  static final int SHARD_AND_ORIGIN = CommandDecoder.shardIdEncodingOffset();

  private static final int ORIGIN_LOOP_SHIFT =
      (CommandDecoder.originLoopEncodingOffset() - SHARD_AND_ORIGIN) * Byte.SIZE;
  private static final int FLAGS_SHIFT =
      (CommandDecoder.flagsEncodingOffset() - SHARD_AND_ORIGIN) * Byte.SIZE;

  static final int KEY_ITEM = CommandDecoder.keyItemEncodingOffset();

  /** One byte: the length of the idempotency key, which follows it. */
  static final int IDEMPOTENCY_KEY_HEADER_LENGTH = CommandDecoder.idempotencyKeyHeaderLength();

  /** Two bytes: the length of the payload, which follows them. */
  static final int PAYLOAD_HEADER_LENGTH = CommandDecoder.payloadHeaderLength();

  /** Bound of the payload of a command or a reply in bytes, as the schema's varData has it. */
  public static final int MAX_PAYLOAD_LENGTH = MessageType.MAX_UINT16;

  /** Bound of an idempotency key in bytes. */
  public static final int MAX_IDEMPOTENCY_KEY_LENGTH = 128;

  private static final long UINT32 = 0xFFFF_FFFFL;

  private CommandLayout() {}

  static long epochAndSpan(final long epoch, final long laneSpan) {
    return epoch & UINT32 | laneSpan << SPAN_SHIFT;
  }

  static long epoch(final long epochAndSpan) {
    return epochAndSpan & UINT32;
  }

  static long laneSpan(final long epochAndSpan) {
    return epochAndSpan >>> SPAN_SHIFT;
  }

  static int shardAndOrigin(final int shardId, final int originLoop, final byte flags) {
    return shardId & 0xFFFF | (originLoop & 0xFF) << ORIGIN_LOOP_SHIFT | flags << FLAGS_SHIFT;
  }

  static int shardId(final int shardAndOrigin) {
    return shardAndOrigin & 0xFFFF;
  }

  static int originLoop(final int shardAndOrigin) {
    return shardAndOrigin >>> ORIGIN_LOOP_SHIFT & 0xFF;
  }

  static byte flags(final int shardAndOrigin) {
    return (byte) (shardAndOrigin >>> FLAGS_SHIFT);
  }

  /** Bytes of a command; the item of its key is 0 if it has none. */
  static int encodedLength(
      final int keyItem, final int idempotencyKeyLength, final int payloadLength) {
    return encodedLength(idempotencyKeyLength, payloadLength)
        + (keyItem == 0 ? 0 : ITEM_BLOCK_LENGTH - BLOCK_LENGTH);
  }

  /** The longest message with a key and a payload of these lengths. */
  static int maxEncodedLength(final int idempotencyKeyLength, final int payloadLength) {
    return encodedLength(MAX_KEY_ITEM, idempotencyKeyLength, payloadLength);
  }

  static int encodedLength(final int idempotencyKeyLength, final int payloadLength) {
    return BLOCK_OFFSET
        + BLOCK_LENGTH
        + IDEMPOTENCY_KEY_HEADER_LENGTH
        + idempotencyKeyLength
        + PAYLOAD_HEADER_LENGTH
        + payloadLength;
  }

  /** Whether a message with this header is a command with all the fields named here. */
  static boolean matches(final long header) {
    return MessageHeaderWord.schemaId(header) == CommandDecoder.SCHEMA_ID
        && MessageHeaderWord.templateId(header) == CommandDecoder.TEMPLATE_ID
        && MessageHeaderWord.version(header) >= OLDEST_VERSION
        && MessageHeaderWord.blockLength(header) >= BLOCK_LENGTH;
  }
}
