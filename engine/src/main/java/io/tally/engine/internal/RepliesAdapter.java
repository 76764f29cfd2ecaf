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
  private final GroupReader entries = new GroupReader();
  private DirectBuffer buffer;
  private long originIncarnation;
  private long shardIncarnation;

  /** Returns how many replies are said to be there; 0 if these bytes are no such message. */
  int wrap(final DirectBuffer message, final int offset, final int length) {
    if (length < RepliesLayout.HEAD_LENGTH
        || !RepliesLayout.matches(MessageHeaderWord.get(message, offset))) {
      return 0;
    }
    final int count =
        entries.wrap(
            message,
            offset,
            length,
            RepliesLayout.ENTRY_BLOCK_LENGTH,
            ReplyLayout.PAYLOAD_HEADER_LENGTH);
    if (count == 0) {
      return 0;
    }
    final int block = offset + RepliesLayout.BLOCK_OFFSET;
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
    final int block = entries.position;
    final int payloadHeader = block + entries.blockLength;
    if (payloadHeader + ReplyLayout.PAYLOAD_HEADER_LENGTH > entries.limit) {
      entries.giveUp();
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
            entries.limit);
    // One that ends beyond the message is the last.
    entries.position = Math.min(reply.limit(), entries.limit);
    return isKnown ? reply : null;
  }
}
