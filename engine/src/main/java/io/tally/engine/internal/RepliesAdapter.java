package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/**
 * Decodes Replies messages, one reply after the other. Trusts nothing but the length it is given.
 * Not thread-safe.
 */
final class RepliesAdapter {
  private final ReplyAdapter reply = new ReplyAdapter();
  private DirectBuffer buffer;
  private long originIncarnation;
  private long shardIncarnation;
  private int blockLength;
  private int position;
  private int limit;

  /** Returns how many replies are said to be there; 0 if these bytes are no such message. */
  int wrap(final DirectBuffer message, final int offset, final int length) {
    if (length < RepliesLayout.HEAD_LENGTH) {
      return 0;
    }
    final long header = MessageHeaderWord.get(message, offset);
    final int block = offset + RepliesLayout.BLOCK_OFFSET;
    final int groupSize = block + MessageHeaderWord.blockLength(header);
    position = groupSize + GroupSize.LENGTH;
    limit = offset + length;
    if (!RepliesLayout.matches(header) || position > limit) {
      return 0;
    }
    final int size = GroupSize.get(message, groupSize);
    blockLength = GroupSize.blockLength(size);
    final int count = GroupSize.count(size);
    if (blockLength < RepliesLayout.ENTRY_BLOCK_LENGTH
        || count > (limit - position) / RepliesLayout.minEntryLength(blockLength)) {
      return 0;
    }
    if (buffer != message) {
      buffer = message;
    }
    originIncarnation = message.getLong(block + RepliesLayout.ORIGIN_INCARNATION, LITTLE_ENDIAN);
    shardIncarnation = message.getLong(block + RepliesLayout.SHARD_INCARNATION, LITTLE_ENDIAN);
    return count;
  }

  /**
   * Returns the next reply, or null if it is not well-formed, as are all behind it then, or has a
   * code that is not known here. The result is reused by the next call.
   */
  ReplyAdapter next() {
    final int block = position;
    final int payloadHeader = block + blockLength;
    if (payloadHeader + ReplyLayout.PAYLOAD_HEADER_LENGTH > limit) {
      position = limit;
      return null;
    }
    final boolean isKnown =
        reply.wrap(
            buffer,
            block + RepliesLayout.CORRELATION_ID,
            block + RepliesLayout.LAST_FIELDS,
            originIncarnation,
            shardIncarnation,
            payloadHeader,
            limit);
    // Where one ends beyond the message, nobody knows where the next one begins.
    position = Math.min(reply.limit(), limit);
    return isKnown ? reply : null;
  }
}
